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

export interface Ways<T> {
  list: (ids: string[], unreadable: (item: UnreadableItem) => void) => Promise<Map<string, T>>;
  one: (id: string) => Promise<T | null>;
  /** whether an item says what it is asked for */
  tells: (item: T) => boolean;
  /** whether the site answers what does not name any of the ids */
  isUp: () => Promise<boolean>;
  /** whether a failure concerns all calls alike */
  isOfAll: (error: VcdaError) => boolean;
}

/**
 * Asks for all at once, and for each alone where the site refuses that, or fails though it answers other questions, or where
 * its item in the list cannot be read as far as it matters.
 * @param suspects those that could not be told when they were asked for last: asked alone, so that the others do not wait for
 *   them; it is brought up to date
 * @throws VcdaError when the site answers nothing at all
 */
export async function byIds<T>(
  site: Site,
  ids: string[],
  { list, one, tells, isUp, isOfAll }: Ways<T>,
  suspects: Set<string>,
): Promise<ByIds<T>> {
  const found = new Map<string, T>();
  const failed = new Map<string, VcdaError>();
  for (const id of suspects) if (!ids.includes(id)) suspects.delete(id);

  async function each(some: string[]): Promise<void> {
    await pMap(
      some,
      async (id) => {
        try {
          const item = await one(id);
          if (item !== null) found.set(id, item);
          suspects.delete(id);
        } catch (error) {
          if (!(error instanceof VcdaError) || isOfAll(error)) throw error;
          if (found.has(id)) return;
          failed.set(id, error);
          suspects.add(id);
        }
      },
      { concurrency: AT_ONCE },
    );
  }

  async function together(some: string[]): Promise<void> {
    if (some.length === 0) return;
    const odd: UnreadableItem[] = [];
    let alone = some;
    try {
      for (const [id, item] of await list(some, (item) => odd.push(item))) found.set(id, item);
      odd.forEach(passingOver(site));
      const [maybe] = odd.filter(({ id }) => id === null);
      const oddOf = new Map(odd.map((item) => [item.id, item]));
      alone = some.filter((id) => {
        const item = found.get(id);
        return item === undefined ? maybe !== undefined || oddOf.has(id) : !tells(item);
      });
      for (const id of alone.splice(MOST_ALONE))
        if (!found.has(id)) failed.set(id, unheard(site, oddOf.get(id) ?? maybe));
    } catch (error) {
      if (!(error instanceof VcdaError) || isOfAll(error)) throw error;
      if (!isRefusal(error) && !(await isUp())) throw error;
    }
    await each(alone);
  }

  const apart = ids.filter((id) => suspects.has(id));
  await Promise.all([together(ids.filter((id) => !suspects.has(id))), each(apart)]);
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
