/** Asking a site for many items by their ids, so that what one of them makes it answer concerns that one alone. */
import pMap from 'p-map';
import { OWN_CODES, type Site, type UnreadableItem, VcdaError } from '../vcda/index.js';
import { passingOver } from './passed-over.js';

const AT_ONCE = 10;
/** Where the items of more cannot be read it is the site that has changed: the others wait for their turn. */
const MOST_ALONE = 100;
/** These speak of the caller or of the moment, and not of what is asked for. */
const OF_ALL = new Set<number | null>([401, 408, 429]);

export interface ByIds<T> {
  found: Map<string, T>;
  /** what the site answered to the question for one alone */
  failed: Map<string, VcdaError>;
}

/**
 * Asks for all at once, and for each alone where the site refuses that, or where its item in the list cannot be read as far as
 * it matters.
 * @param tells whether an item says what it is asked for
 * @param isOfAll whether a failure concerns all calls alike
 * @throws VcdaError when the site answers nothing at all
 */
export async function byIds<T>(
  site: Site,
  ids: string[],
  list: (ids: string[], unreadable: (item: UnreadableItem) => void) => Promise<Map<string, T>>,
  one: (id: string) => Promise<T | null>,
  tells: (item: T) => boolean,
  isOfAll: (error: VcdaError) => boolean,
): Promise<ByIds<T>> {
  const failed = new Map<string, VcdaError>();
  const odd: UnreadableItem[] = [];
  let found = new Map<string, T>();
  let alone = ids;
  try {
    found = await list(ids, (item) => odd.push(item));
    odd.forEach(passingOver(site));
    const [maybe] = odd.filter(({ id }) => id === null);
    const oddOf = new Map(odd.map((item) => [item.id, item]));
    alone = ids.filter((id) => {
      const item = found.get(id);
      return item === undefined ? maybe !== undefined || oddOf.has(id) : !tells(item);
    });
    for (const id of alone.splice(MOST_ALONE))
      if (!found.has(id)) failed.set(id, unheard(site, oddOf.get(id) ?? maybe));
  } catch (error) {
    if (!(error instanceof VcdaError) || isOfAll(error) || !isRefusal(error)) throw error;
  }
  await pMap(
    alone,
    async (id) => {
      try {
        const item = await one(id);
        if (item !== null) found.set(id, item);
      } catch (error) {
        if (!(error instanceof VcdaError) || isOfAll(error)) throw error;
        if (!found.has(id)) failed.set(id, error);
      }
    },
    { concurrency: AT_ONCE },
  );
  return { found, failed };
}

function unheard(site: Site, item: UnreadableItem | undefined): VcdaError {
  const { path = '', detail = 'cannot be read' } = item ?? {};
  return new VcdaError({ site: site.name, code: OWN_CODES.unexpected, detail, method: 'GET', path, acted: 'no' });
}

/** Of the list, or of one item that was asked for alone already. */
const isRefusal = ({ status, path }: VcdaError): boolean =>
  (status !== null && status >= 400 && status < 500 && !OF_ALL.has(status)) ||
  /\/(tasks|vm-replications)\/./.test(path);
