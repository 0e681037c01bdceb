/**
 * One VCDA site as Drover sees it: typed calls, answers checked against {@link schemas}, lists read to their end.
 * Every method throws {@link VcdaError} and nothing else (an aborted `signal` rejects with its reason).
 */
import type { z } from 'zod';
import type { SiteConfig } from '../plan/types.js';
import type { RecoverySettings, StartSettings } from './bodies.js';
import { OWN_CODES, VcdaError } from './errors.js';
import * as schemas from './schemas.js';
import type { SessionUse, SiteSession } from './session.js';
import type { Answer, Call, Query, Transport } from './transport.js';

export interface CallOptions extends SessionUse {
  /** goes out as the `operationID` header [seed] */
  operationId?: string | undefined;
  signal?: AbortSignal | undefined;
  /** ms */
  timeout?: number | undefined;
}

/** Filters of `GET /tasks` [doc V35, client PsychoBelka]; times are epoch ms. */
export interface TaskFilter {
  ids?: string[];
  operationID?: string;
  state?: string;
  type?: string;
  resourceId?: string;
  resourceName?: string;
  resourceType?: string;
  user?: string;
  startTimeAfter?: number;
  startTimeBefore?: number;
  endTimeAfter?: number;
  endTimeBefore?: number;
}

/** Filters of `GET /vm-replications` [doc OPI, client PsychoBelka]. */
export interface ReplicationFilter {
  ids?: string[];
  vmId?: string;
  vmName?: string;
  sourceSite?: string;
}

/** The most that a page holds [doc V35 tasks/get]; also how many ids go into one call. */
export const PAGE_LIMIT = 100;
/** A list that never ends is a fault of the site, not a reason to read for ever. */
const MOST_PAGES = 1_000;

export type Site = ReturnType<typeof createSite>;

export function createSite(config: SiteConfig, transport: Transport, session: SiteSession) {
  /** Set once the site has answered a query for an operation id that nobody ever used: then its filter says nothing. */
  let ignoresOperationId = false;

  async function send(call: Call, options: CallOptions = {}): Promise<Answer> {
    const { operationId, signal, timeout, peer, resumedAt } = options;
    return session.send({ ...call, operationId, signal, timeout }, { peer, resumedAt });
  }

  async function read<T extends z.ZodType>(
    schema: T,
    path: string,
    query: Query,
    options?: CallOptions,
  ): Promise<z.infer<T>> {
    const answer = await send({ method: 'GET', path, query }, options);
    return checked(schema, answer, 'GET', path, options);
  }

  function checked<T extends z.ZodType>(
    schema: T,
    answer: Answer,
    method: string,
    path: string,
    options?: CallOptions,
  ): z.infer<T> {
    const result = schema.safeParse(answer.body);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new VcdaError(
      {
        site: config.name,
        code: OWN_CODES.unexpected,
        detail: `the answer does not fit the API: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
        status: answer.status,
        method,
        path,
        operationId: options?.operationId ?? null,
        acted: 'unknown',
        retryAfter: null,
      },
      { cause: result.error },
    );
  }

  /** Clients go on by 100 until `offset >= total` [client PsychoBelka, PowerVCAV]; an empty page ends a list whose total lies. */
  async function readAll<T extends z.ZodType>(
    item: T,
    path: string,
    query: Query,
    options?: CallOptions,
  ): Promise<z.infer<T>[]> {
    const schema = schemas.page(item);
    const all: z.infer<T>[] = [];
    for (let n = 0; n < MOST_PAGES; n += 1) {
      const page = await read(schema, path, { ...query, offset: all.length, limit: PAGE_LIMIT }, options);
      all.push(...page.items);
      const total = page.total ?? (page.items.length < PAGE_LIMIT ? all.length : Number.POSITIVE_INFINITY);
      if (page.items.length === 0 || all.length >= total) break;
    }
    return all;
  }

  async function readByIds<T extends z.ZodType<{ id: string }>>(
    item: T,
    path: string,
    ids: string[],
    options?: CallOptions,
  ) {
    const found = new Map<string, z.infer<T>>();
    const wanted = new Set(ids);
    for (let from = 0; from < ids.length; from += PAGE_LIMIT) {
      const chunk = ids.slice(from, from + PAGE_LIMIT);
      const page = await read(
        schemas.page(item),
        path,
        { ids: chunk.join(','), offset: 0, limit: PAGE_LIMIT },
        options,
      );
      // A site that ignores the filter answers with others: only what was asked for counts.
      for (const one of page.items) if (wanted.has(one.id)) found.set(one.id, one);
      const missing = chunk.filter((id) => !found.has(id));
      if (missing.length > 0 && missing.length < chunk.length && (page.total ?? 0) > PAGE_LIMIT) {
        for (const one of await readAll(item, path, {}, options)) if (wanted.has(one.id)) found.set(one.id, one);
      }
    }
    return found;
  }

  async function operate(call: Call, options: CallOptions): Promise<schemas.Task> {
    const answer = await send(call, options);
    return checked(schemas.task, answer, call.method, call.path, options);
  }

  const replication = (id: string, verb = ''): string => `/vm-replications/${encodeURIComponent(id)}${verb}`;

  return {
    name: config.name,
    config,
    setRate: transport.setRate,

    sites: async (options?: CallOptions): Promise<schemas.Site[]> => {
      const answer = await send({ method: 'GET', path: '/sites' }, options);
      // Documented as a bare array [doc OPI sites/get]; a page is taken too.
      const list = schemas.page(schemas.site).safeParse(answer.body);
      return list.success ? list.data.items : checked(schemas.site.array(), answer, 'GET', '/sites', options);
    },
    about: (options?: CallOptions) => read(schemas.about, '/diagnostics/about', {}, options),
    license: (options?: CallOptions) => read(schemas.license, '/license', {}, options),
    currentSession: (options?: CallOptions) => read(schemas.session, '/sessions', {}, options),
    /** The site's clock, from the `Date` header of a light call: epoch ms, whole seconds; null when it sends none. */
    async clock(options?: CallOptions): Promise<number | null> {
      const answer = await send({ method: 'GET', path: '/sessions' }, options);
      const date = Date.parse(answer.headers.get('date') ?? '');
      return Number.isNaN(date) ? null : date;
    },
    inventoryVms: (site: string, options?: CallOptions) =>
      readAll(schemas.inventoryVm, '/inventory/vms', { site }, { peer: site, ...options }),

    task: (id: string, options?: CallOptions) => read(schemas.task, `/tasks/${encodeURIComponent(id)}`, {}, options),
    tasks: (filter: TaskFilter, options?: CallOptions) =>
      readAll(schemas.task, '/tasks', { ...filter, ids: filter.ids?.join(',') }, options),
    /** Up to 100 ids a call; an id that the site does not list is absent from the result. */
    tasksById: (ids: string[], options?: CallOptions) => readByIds(schemas.task, '/tasks', ids, options),
    /**
     * The tasks under an operation id; null when this site's filter says nothing. Whether a site filters is undocumented
     * (one public client does so), hence the control: a query for an id never used must find nothing.
     */
    async tasksOfOperation(operationId: string, options?: CallOptions): Promise<schemas.Task[] | null> {
      if (ignoresOperationId) return null;
      const found = await read(
        schemas.page(schemas.task),
        '/tasks',
        { operationID: operationId, limit: PAGE_LIMIT },
        options,
      );
      if (found.items.length === 0) return [];
      const control = await read(
        schemas.page(schemas.task),
        '/tasks',
        { operationID: `${operationId}/never-used`, limit: 1 },
        options,
      );
      if (control.items.length === 0) return found.items;
      ignoresOperationId = true;
      return null;
    },

    replications: (filter: ReplicationFilter, options?: CallOptions) =>
      readAll(schemas.vmReplication, '/vm-replications', { ...filter, ids: filter.ids?.join(',') }, options),
    replicationsById: (ids: string[], options?: CallOptions) =>
      readByIds(schemas.vmReplication, '/vm-replications', ids, options),
    /** null: the site answers 404 */
    async findReplication(id: string, options?: CallOptions): Promise<schemas.VmReplication | null> {
      try {
        return await read(schemas.vmReplication, replication(id), {}, options);
      } catch (error) {
        if (error instanceof VcdaError && error.status === 404 && error.code !== 'SiteNotFound') return null;
        throw error;
      }
    },

    /** [seed start-vm-replication] */
    startReplication: (body: StartSettings, options: CallOptions & { onPremAuth?: string }) =>
      operate(
        { method: 'POST', path: '/vm-replications', body, headers: { 'On-Prem-Auth': options.onPremAuth } },
        options,
      ),
    syncReplication: (id: string, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/sync') }, options),
    pauseReplication: (id: string, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/pause') }, options),
    resumeReplication: (id: string, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/resume') }, options),
    /** Powers the source off, syncs what is left, recovers at the destination [doc B45 migrate]. */
    migrateReplication: (id: string, body: RecoverySettings, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/migrate'), body }, options),
    /** Leaves the source as it is [doc B45 failover]. */
    failoverReplication: (id: string, body: RecoverySettings, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/failover'), body }, options),
    testFailover: (id: string, body: RecoverySettings, options: CallOptions) =>
      operate({ method: 'POST', path: replication(id, '/failover-test'), body }, options),
    cleanUpTest: (id: string, options: CallOptions) =>
      operate({ method: 'DELETE', path: replication(id, '/failover-test') }, options),
    /** Removes the original source VM [seed reverse-vm-replication]. */
    reverseReplication: (id: string, options: CallOptions & { onPremAuth?: string }) =>
      operate(
        { method: 'POST', path: replication(id, '/reverse'), headers: { 'On-Prem-Auth': options.onPremAuth } },
        options,
      ),
    deleteReplication: (id: string, options: CallOptions) =>
      operate({ method: 'DELETE', path: replication(id) }, options),
  };
}
