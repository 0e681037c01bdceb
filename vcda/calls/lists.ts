/** Lists of a site, read to their end or by ids, whatever its habits of paging and filtering are. */
import type { z } from 'zod';
import { isOfFrontEnd, VcdaError } from '../errors/errors.js';
import type { Answer, Call, Query } from '../http/transport.js';
import { leniently } from '../schemas/lenient.js';
import { type Page, page } from '../schemas/page.js';
import { ByPath } from './by-path.js';
import type { CallOptions } from './call-options.js';
import { IdsPerCall, refusesIds } from './ids-per-call.js';
import { Lists } from './list-bounds.js';
import { ListEnd } from './list-end.js';
import { idOf, unreadableItem } from './unreadable.js';

/** The most that a page holds [doc V35 tasks/get]; also how many ids go into one call. */
export const PAGE_LIMIT = 100;
/** Ids that are asked for at the same time, each at its own address. */
const EACH_AT_ONCE = 8;
/** As many are asked for alone at once: a look at the end of the list is no less. */
const FEW = 2;

export interface RawPage extends Page<unknown> {
  bare: boolean;
  bytes: number;
}

/** What lists are read with; see site-http.ts. */
interface Calls {
  send(call: Call, options?: CallOptions): Promise<Answer>;
  checked<T extends z.ZodType>(
    schema: T,
    answer: Pick<Answer, 'status' | 'body'>,
    call: Call,
    options?: CallOptions,
  ): z.infer<T>;
  unfit(call: Call, status: number | null, detail: string, options?: CallOptions): VcdaError;
  findAlone<T extends z.ZodType>(item: T, list: string, id: string, options?: CallOptions): Promise<z.infer<T> | null>;
}

export function createLists({ send, checked, unfit, findAlone }: Calls) {
  const idsPerCall = new ByPath(() => new IdsPerCall(PAGE_LIMIT));
  const readings = new Lists();
  const ends = new ByPath(() => new ListEnd(PAGE_LIMIT));

  /** Some lists are paged and some are bare arrays, not always as documented [doc OPI]: both are read. */
  async function readPage(path: string, query: Query, options?: CallOptions): Promise<RawPage> {
    const call: Call = { method: 'GET', path, query };
    const answer = await send(call, options);
    return { ...checked(page, answer, call, options), bare: Array.isArray(answer.body), bytes: answer.bytes };
  }

  /**
   * A whole list. Clients go on by 100 until `offset >= total` [client PsychoBelka, PowerVCAV]; a total that lies, a lower
   * ceiling and a site that ignores `offset` are seen through.
   */
  async function readAllRaw(path: string, query: Query, options?: CallOptions): Promise<unknown[]> {
    const all: unknown[] = [];
    const seen = new Set<string>();
    const totals = new Set<unknown>();
    const reading = readings.begin();
    try {
      for (let n = 0, offset = 0; ; n += 1) {
        const part = await readPage(path, { ...query, offset, limit: PAGE_LIMIT }, options);
        // A list that changes between two pages shows some of its items twice.
        const fresh = part.items.filter((one) => isNew(one, seen));
        // One by one: a site may put more on a page than a call may have arguments.
        for (const one of fresh) all.push(one);
        offset += part.items.length;
        totals.add(part.total);
        if (!part.bare && fresh.length > 0 && !isLast(part, offset)) {
          const tooMuch = await reading.page(part.bytes, options?.signal);
          if (tooMuch !== null) throw unfit({ method: 'GET', path }, null, tooMuch, options);
          continue;
        }
        if (totals.size > 1 || (n > 0 && (part.total ?? 0) > all.length)) options?.inconsistent?.();
        return all;
      }
    } finally {
      reading.end();
    }
  }

  async function readAll<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query = {},
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    return fitting(item, await readAllRaw(path, query, options), path, options);
  }

  /** A list that is documented as a bare array, so it is asked for without paging; a page is taken too. */
  async function readList<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query = {},
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const part = await readPage(path, query, options);
    const whole = part.bare || (part.total ?? part.items.length) <= part.items.length;
    return whole ? fitting(item, part.items, path, options) : readAll(item, path, query, options);
  }

  /**
   * The items that can be read. Of each other one `options.unreadable` is told, and it is left out.
   * @throws VcdaError that names the item, when nobody is there to be told
   */
  function fitting<T extends z.ZodType>(
    item: T,
    given: readonly unknown[],
    path: string,
    options: CallOptions = {},
  ): z.infer<T>[] {
    return given.flatMap((one, place) => {
      const read = leniently(item, one);
      if (read.success) return [read.data];
      const unreadable = unreadableItem(path, one, place, read.error);
      if (options.unreadable === undefined) throw unfit({ method: 'GET', path }, 200, unreadable.detail, options);
      options.unreadable(unreadable);
      return [];
    });
  }

  /**
   * By their ids, up to 100 a call; an id that the site does not list is absent from the result. So is one whose item cannot be
   * read, and one that an item without an id may be: `options.unreadable` is told of such items.
   * @throws VcdaError when nobody is there to be told, and such an item is all that there is, or may be one that is missing
   */
  async function readByIds<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    options?: CallOptions,
  ): Promise<Map<string, z.infer<T>>> {
    const perCall = idsPerCall.of(path);
    const found = new Map<string, z.infer<T>>();
    for (let from = 0; from < ids.length; ) {
      const chunk = ids.slice(from, from + (perCall.now || EACH_AT_ONCE));
      try {
        const items = await (perCall.now === 0 ? findEach : listByIds)(item, path, chunk, options);
        for (const one of items) found.set(one.id, one);
        from += chunk.length;
      } catch (error) {
        if (perCall.now === 0 || !(error instanceof VcdaError) || !refusesIds(error)) throw error;
        perCall.refused();
      }
    }
    perCall.done();
    return found;
  }

  async function listByIds<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const end = ends.of(path);
    if (end.isKnown) return restAlone(item, path, ids, end, options);
    const wanted = new Set<unknown>(ids);
    const query = { ids: ids.join(','), offset: 0, limit: PAGE_LIMIT };
    const part = await readPage(path, query, options);
    const own = part.items.flatMap((one) => (wanted.has(idOf(one)) ? [{ id: idOf(one), one }] : []));
    const listed = readable(item, own, path, options);
    const there = new Set(own.map(({ id }) => id));
    const missing = ids.filter((id) => !there.has(id));
    if (missing.length === 0) return listed;
    // What names no id may be any of them, and is no stranger.
    const nameless = part.items.filter((one) => idOf(one) === null);
    const filters = own.length + nameless.length === part.items.length;
    if (part.bare || (filters && (part.total ?? 0) <= part.items.length))
      return [...listed, ...fitting(item, nameless, path, options)];
    // Pages smaller than asked for.
    if (filters) return [...listed, ...(await readAll(item, path, { ids: missing.join(',') }, options))];
    // Strangers tell that the site ignores the filter: it is undocumented for this flavour of the API.
    end.seen(part.total);
    return [...listed, ...(await restAlone(item, path, missing, end, options))];
  }

  /** In a list that ignores which ids it is asked for: at its end, else each alone, or all of it where that is less. */
  async function restAlone<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    end: ListEnd,
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const pages = Math.ceil((end.total ?? Number.POSITIVE_INFINITY) / PAGE_LIMIT);
    const own =
      end.isKnown && ids.length > FEW ? await end.find(ids, (query, use) => readPage(path, query, use), options) : [];
    const listed = readable(item, own, path, options);
    const there = new Set(own.map(({ id }) => id));
    const missing = ids.filter((id) => !there.has(id));
    if (missing.length === 0) return listed;
    if (missing.length <= pages) return [...listed, ...(await findEach(item, path, missing, options))];
    const sought = new Set<unknown>([...missing, null]);
    const all = await readAllRaw(path, {}, options);
    const others = all.filter((one) => sought.has(idOf(one)));
    return [...listed, ...fitting(item, others, path, options)];
  }

  /** Without those that do not fit: one of many must not hide the others. @throws VcdaError when none of them fits */
  function readable<T extends z.ZodType>(
    item: T,
    given: { one: unknown }[],
    path: string,
    options?: CallOptions,
  ): z.infer<T>[] {
    const all = given.map(({ one }) => one);
    const anyFits = all.some((one) => leniently(item, one).success);
    return fitting(item, all, path, anyFits ? { unreadable: () => undefined, ...options } : options);
  }

  /**
   * One item as its list has it; null: the list, asked for this id, is well-formed and does not have it. `unknown`: it cannot
   * be asked so, by the site's own word.
   * @throws VcdaError also for an item that names no id, since it may be this one
   */
  async function lookUp<T extends z.ZodType>(
    item: T,
    path: string,
    id: string,
    options?: CallOptions,
  ): Promise<z.infer<T> | null | 'unknown'> {
    let items: unknown[];
    try {
      const part = await readPage(path, { ids: id, offset: 0, limit: PAGE_LIMIT }, options);
      const hasStrangers = part.items.some((one) => idOf(one) !== id);
      const isWhole = part.bare || (part.total ?? 0) <= part.items.length;
      // Strangers tell that the site ignores the filter.
      items = isWhole ? part.items : await readAllRaw(path, hasStrangers ? {} : { ids: id }, options);
    } catch (error) {
      if (error instanceof VcdaError && refusesIds(error) && !isOfFrontEnd(error)) return 'unknown';
      throw error;
    }
    const own = items.find((one) => idOf(one) === id);
    if (own !== undefined) return checked(item, { status: 200, body: own }, { method: 'GET', path }, options);
    const nameless = items.findIndex((one) => idOf(one) === null);
    if (nameless >= 0)
      throw unfit({ method: 'GET', path }, 200, `item ${nameless} names no id, so it may be ${id}`, options);
    return null;
  }

  /** Each at its own address. */
  async function findEach<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const found = await Promise.all(ids.map((id) => findAlone(item, path, id, options)));
    return found.filter((one) => one !== null);
  }

  return { readAll, readList, readByIds, lookUp, readPage, fitting };
}

/** What names no id is known by all that it says. */
function isNew(one: unknown, seen: Set<string>): boolean {
  const key = idOf(one) ?? JSON.stringify(one) ?? '';
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** @param read how many items have been read, this page's included */
function isLast({ items, total }: Page<unknown>, read: number): boolean {
  const full = items.length >= PAGE_LIMIT;
  // Fewer in all than have been read: such a total says nothing.
  if (total === null || total === undefined || total < read) return !full;
  return read >= total;
}
