/** What the calls of all endpoint families are made of: answers checked against a schema, operations that answer with a task. */
import type { z } from 'zod';
import { isOfFrontEnd, OWN_CODES, VcdaError } from '../errors/errors.js';
import { encoded } from '../http/scrub.js';
import type { SiteSession } from '../http/session.js';
import type { Answer, Call, Method, Query } from '../http/transport.js';
import { leniently } from '../schemas/lenient.js';
import { type Task, task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import { createLists } from './lists.js';

export type SiteHttp = ReturnType<typeof createSiteHttp>;

export function createSiteHttp(name: string, session: Pick<SiteSession, 'send'>) {
  async function send(call: Call, options: CallOptions = {}): Promise<Answer> {
    const { operationId, signal, timeout, beforeSend, site, peer = site, resumedAt } = options;
    const query = site === undefined ? call.query : { site, ...call.query };
    return session.send({ ...call, query, operationId, signal, timeout, beforeSend }, { peer, resumedAt });
  }

  /** Sends a call and checks its answer. */
  async function ask<T extends z.ZodType>(schema: T, call: Call, options?: CallOptions): Promise<z.infer<T>> {
    return checked(schema, await send(call, options), call, options);
  }

  function checked<T extends z.ZodType>(
    schema: T,
    answer: Pick<Answer, 'status' | 'body'>,
    call: Call,
    options?: CallOptions,
  ): z.infer<T> {
    const result = leniently(schema, answer.body);
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
      operationId: options.operationId,
      acted: 'unknown',
    });

  const read = <T extends z.ZodType>(schema: T, path: string, query: Query = {}, options?: CallOptions) =>
    ask(schema, { method: 'GET', path, query }, options);

  /**
   * One of a list's items by its id; null: the list, asked for it, does not have it. A 404 alone proves nothing, whoever
   * answers it, unless the site's own word is that its list cannot be asked.
   */
  async function find<T extends z.ZodType>(
    item: T,
    list: string,
    id: string,
    options?: CallOptions,
    lookUp: typeof lists.lookUp = lists.lookUp,
  ): Promise<z.infer<T> | null> {
    try {
      return await read(item, `${list}/${segment(id)}`, {}, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const seen = await lookUp(item, list, id, options);
      if (seen !== 'unknown') return seen;
      if (isOfFrontEnd(error)) throw error;
      return null;
    }
  }

  /** The same by its own address alone, for a list that takes no ids; null: the site itself says that there is none. */
  const findAlone: typeof find = (item, list, id, options) => find(item, list, id, options, async () => 'unknown');

  /** A part of a path. */
  function segment(id: string): string {
    const part = encoded(id);
    if (part !== '' && part !== '.' && part !== '..') return part;
    throw new VcdaError({
      site: name,
      code: 'BadRequest',
      detail: `'${id}' is no id`,
      method: 'GET',
      path: '',
      acted: 'no',
    });
  }

  /** A call that is answered 202 with a task. */
  const operate = (
    method: Method,
    path: string,
    options: CallOptions,
    { body, headers }: Pick<Call, 'body' | 'headers'> = {},
  ): Promise<Task> => ask(task, { method, path, body, headers: headers ?? {} }, options);

  const lists = createLists({ send, checked, unfit, findAlone });
  return { send, ask, read, ...lists, find, segment, operate };
}

const isNotFound = (error: unknown): error is VcdaError =>
  error instanceof VcdaError && error.status === 404 && error.code !== 'SiteNotFound';
