/**
 * What the calls of all endpoint families are made of: answers checked against a schema, lists read to their end,
 * operations that answer with a task.
 */
import { z } from 'zod';
import { OWN_CODES, VcdaError } from './errors.js';
import { type Page, page } from './schemas/common.js';
import { type Task, task } from './schemas/task.js';
import { encoded } from './scrub.js';
import type { SessionUse, SiteSession } from './session.js';
import type { Answer, Call, Method, Query } from './transport.js';

export interface CallOptions extends SessionUse {
  /** goes out as the `operationID` header [seed] */
  operationId?: string | undefined;
  /** goes out as `?site=`: the site that executes the call; absent: the one that is asked. Needs an extension to it [doc UG47] */
  site?: string | undefined;
  signal?: AbortSignal | undefined;
  /** ms */
  timeout?: number | undefined;
}

/** The most that a page holds [doc V35 tasks/get]; also how many ids go into one call. */
export const PAGE_LIMIT = 100;
/** A list that never ends is a fault of the site, not a reason to read for ever. */
const MOST_PAGES = 1_000;

export type SiteHttp = ReturnType<typeof createSiteHttp>;

export function createSiteHttp(name: string, session: SiteSession) {
  async function send(call: Call, options: CallOptions = {}): Promise<Answer> {
    const { operationId, signal, timeout, site, peer = site, resumedAt } = options;
    const query = site === undefined ? call.query : { site, ...call.query };
    return session.send({ ...call, query, operationId, signal, timeout }, { peer, resumedAt });
  }

  /** Sends a call and checks its answer. */
  async function ask<T extends z.ZodType>(schema: T, call: Call, options?: CallOptions): Promise<z.infer<T>> {
    return checked(schema, await send(call, options), call, options);
  }

  function checked<T extends z.ZodType>(schema: T, answer: Answer, call: Call, options?: CallOptions): z.infer<T> {
    const result = schema.safeParse(answer.body);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw unfit(call, answer.status, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, options);
  }

  const unfit = (call: Call, status: number | null, detail: string, options: CallOptions = {}): VcdaError =>
    new VcdaError({
      site: name,
      code: OWN_CODES.unexpected,
      detail: `the answer does not fit the API: ${detail}`.slice(0, 500),
      status,
      method: call.method,
      path: call.path,
      operationId: options.operationId ?? null,
      acted: 'unknown',
      retryAfter: null,
    });

  const read = <T extends z.ZodType>(schema: T, path: string, query: Query = {}, options?: CallOptions) =>
    ask(schema, { method: 'GET', path, query }, options);

  /** Some lists are paged and some are bare arrays, not always as documented [doc OPI]: both are read. */
  async function readPage<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query,
    options?: CallOptions,
  ): Promise<Page<z.infer<T>> & { bare: boolean }> {
    const call: Call = { method: 'GET', path, query };
    const answer = await send(call, options);
    if (Array.isArray(answer.body)) return { items: checked(z.array(item), answer, call, options), bare: true };
    return { ...checked(page(item), answer, call, options), bare: false };
  }

  /**
   * A whole list. Clients go on by 100 until `offset >= total` [client PsychoBelka, PowerVCAV]; a total that lies, a lower
   * ceiling and a site that ignores `offset` are seen through.
   */
  async function readAll<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query = {},
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const all: z.infer<T>[] = [];
    const seen = new Set<unknown>();
    for (let n = 0, offset = 0; n < MOST_PAGES; n += 1) {
      const part = await readPage(item, path, { ...query, offset, limit: PAGE_LIMIT }, options);
      // A list that changes between two pages shows some of its items twice.
      const fresh = part.items.filter((one) => isNew(one, seen));
      all.push(...fresh);
      offset += part.items.length;
      if (part.bare || fresh.length === 0 || isLast(part, offset)) return all;
    }
    throw unfit({ method: 'GET', path }, null, `the list has not ended after ${MOST_PAGES} pages`, options);
  }

  /** A list that is documented as a bare array, so it is asked for without paging; a page is taken too. */
  async function readList<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query = {},
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const part = await readPage(item, path, query, options);
    const whole = part.bare || (part.total ?? part.items.length) <= part.items.length;
    return whole ? part.items : readAll(item, path, query, options);
  }

  /** By their ids, up to 100 a call; an id that the site does not list is absent from the result. */
  async function readByIds<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    options?: CallOptions,
  ): Promise<Map<string, z.infer<T>>> {
    const found = new Map<string, z.infer<T>>();
    const wanted = new Set(ids);
    const keep = (items: z.infer<T>[]) => {
      for (const one of items) if (wanted.has(one.id)) found.set(one.id, one);
    };
    for (let from = 0; from < ids.length; from += PAGE_LIMIT) {
      const chunk = ids.slice(from, from + PAGE_LIMIT);
      const part = await readPage(item, path, { ids: chunk.join(','), offset: 0, limit: PAGE_LIMIT }, options);
      keep(part.items);
      const missing = chunk.filter((id) => !found.has(id));
      if (missing.length === 0 || part.bare) continue;
      const filters = part.items.every((one) => wanted.has(one.id));
      if (filters && (part.total ?? 0) <= part.items.length) continue;
      if (filters) {
        // Pages smaller than asked for.
        keep(await readAll(item, path, { ids: missing.join(',') }, options));
        continue;
      }
      // Strangers tell that the site ignores the filter: it is undocumented for this flavour of the API.
      const pages = (part.total ?? Number.POSITIVE_INFINITY) / PAGE_LIMIT;
      if (missing.length <= pages)
        keep(await Promise.all(missing.map((id) => find(item, `${path}/${segment(id)}`, options))).then(present));
      else keep(await readAll(item, path, {}, options));
    }
    return found;
  }

  /** null: the site answers that there is none. A 404 without VCDA's error comes from something in between and says nothing. */
  async function find<T extends z.ZodType>(item: T, path: string, options?: CallOptions): Promise<z.infer<T> | null> {
    try {
      return await read(item, path, {}, options);
    } catch (error) {
      const none =
        error instanceof VcdaError &&
        error.status === 404 &&
        error.code !== 'SiteNotFound' &&
        error.code !== 'HTTP 404';
      if (none) return null;
      throw error;
    }
  }

  /** A part of a path. */
  function segment(id: string): string {
    const part = encoded(id);
    if (part !== '' && part !== '.' && part !== '..') return part;
    throw new VcdaError({
      site: name,
      code: 'BadRequest',
      detail: `'${id}' is no id`,
      status: null,
      method: 'GET',
      path: '',
      operationId: null,
      acted: 'no',
      retryAfter: null,
    });
  }

  /** A call that is answered 202 with a task. */
  const operate = (
    method: Method,
    path: string,
    options: CallOptions,
    { body, headers }: Pick<Call, 'body' | 'headers'> = {},
  ): Promise<Task> => ask(task, { method, path, body, headers: headers ?? {} }, options);

  return { send, ask, read, readAll, readList, readByIds, find, segment, operate };
}

const present = <T>(items: (T | null)[]): T[] => items.filter((one) => one !== null);

function isNew(one: unknown, seen: Set<unknown>): boolean {
  if (typeof one !== 'object' || one === null || !('id' in one)) return true;
  if (seen.has(one.id)) return false;
  seen.add(one.id);
  return true;
}

/** @param read how many items have been read, this page's included */
function isLast({ items, total }: Page<unknown>, read: number): boolean {
  const full = items.length >= PAGE_LIMIT;
  // Fewer in all than have been read: such a total says nothing.
  if (total === null || total === undefined || total < read) return !full;
  return read >= total;
}
