/** Asking a site for many items by their ids, so that what one of them makes it answer concerns that one alone. */
import pMap from 'p-map';
import { VcdaError } from '../vcda/index.js';

const AT_ONCE = 10;
/** These speak of the caller or of the moment, and not of what is asked for. */
const OF_ALL = new Set<number | null>([401, 408, 429]);

export interface ByIds<T> {
  found: Map<string, T>;
  /** what the site answered to the question for one alone */
  failed: Map<string, VcdaError>;
}

/**
 * Asks for all at once, and for each alone where the site refuses that. @throws VcdaError when it answers nothing at all
 * @param isOfAll whether a failure concerns all calls alike
 */
export async function byIds<T>(
  ids: string[],
  list: (ids: string[]) => Promise<Map<string, T>>,
  one: (id: string) => Promise<T | null>,
  isOfAll: (error: VcdaError) => boolean,
): Promise<ByIds<T>> {
  const found = new Map<string, T>();
  const failed = new Map<string, VcdaError>();
  try {
    return { found: await list(ids), failed };
  } catch (error) {
    if (!(error instanceof VcdaError) || isOfAll(error) || !isRefusal(error)) throw error;
  }
  await pMap(
    ids,
    async (id) => {
      try {
        const item = await one(id);
        if (item !== null) found.set(id, item);
      } catch (error) {
        if (!(error instanceof VcdaError) || isOfAll(error)) throw error;
        failed.set(id, error);
      }
    },
    { concurrency: AT_ONCE },
  );
  return { found, failed };
}

/** Of the list, or of one item that was asked for alone already. */
const isRefusal = ({ status, path }: VcdaError): boolean =>
  (status !== null && status >= 400 && status < 500 && !OF_ALL.has(status)) ||
  /\/(tasks|vm-replications)\/./.test(path);
