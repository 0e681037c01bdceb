/** Tasks: what every mutating call of the API answers with [seed, doc V35 + VSP tasks/get]. There is no way to cancel one. */

import { operationIdHeader, type Query } from '../http/transport.js';
import { type Task, task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import { endedTaskCalls } from './ended-tasks.js';
import { PAGE_LIMIT } from './lists.js';
import type { SiteHttp } from './site-http.js';

/** Filters of `GET /tasks`; all must hold. Times are epoch ms, and strictly before or after. */
export interface TaskFilter {
  ids?: string[] | undefined;
  /** as one public client sends it; no page documents it [client PsychoBelka] */
  operationID?: string | undefined;
  /** documented: `RUNNING`, `SUCCEEDED`, `FAILED` */
  state?: string | undefined;
  /** `workflowInfo.type`; documented: `failover` */
  type?: string | undefined;
  resourceId?: string | undefined;
  resourceName?: string | undefined;
  resourceType?: string | string[] | undefined;
  /** administrators only; not together with an organization */
  user?: string | undefined;
  /** administrators only; case sensitive */
  sourceOrg?: string | undefined;
  /** administrators only; case sensitive */
  destinationOrg?: string | undefined;
  startTimeAfter?: number | undefined;
  startTimeBefore?: number | undefined;
  endTimeAfter?: number | undefined;
  endTimeBefore?: number | undefined;
  /** name of a field; the syntax is assumed, the page was cut off */
  sort?: string | undefined;
  desc?: boolean | undefined;
}

/** As they came, read or not. */
type TasksUnder = (operationId: string, limit: number, options?: CallOptions) => Promise<unknown[]>;

/**
 * Whether a site filters by operation id is undocumented, and may change while a worker lives, hence the control whenever
 * something is found: a query for an id never used must find nothing.
 */
class OperationIdFilter {
  readonly #tasksUnder: TasksUnder;
  /** null: not known yet */
  #works: boolean | null = null;
  /** the last that was accepted */
  #sent: string | null = null;

  readonly #fitting: (given: unknown[], options?: CallOptions) => Task[];

  constructor(tasksUnder: TasksUnder, fitting: (given: unknown[], options?: CallOptions) => Task[]) {
    this.#tasksUnder = tasksUnder;
    this.#fitting = fitting;
  }

  get works(): boolean | null {
    return this.#works;
  }

  /** What was learnt is wrong: an answer held what is not of its operation. */
  distrust(): void {
    this.#works = false;
  }

  /** An id that the site has accepted something under. */
  sent(operationId: string): void {
    this.#sent = operationId;
  }

  /** Asks for what the site must have, while it is not known whether it filters. @param ids accepted there, perhaps */
  async prove(ids: string[], options?: CallOptions): Promise<boolean | null> {
    for (const id of [...(this.#sent === null ? [] : [this.#sent]), ...ids]) {
      if (this.#works !== null) break;
      await this.tasksOf(id, options);
    }
    return this.#works;
  }

  async tasksOf(operationId: string, options?: CallOptions): Promise<Task[] | null> {
    if (this.#works === false) return null;
    const found = await this.#tasksUnder(operationId, PAGE_LIMIT, options);
    if (found.length > 0) {
      const control = await this.#tasksUnder(`${operationId}/never-used`, 1, options);
      this.#works = control.length === 0;
    }
    // All of these are the operation's: one that cannot be read is not passed over.
    return found.length === 0 || this.#works ? this.#fitting(found, { ...options, unreadable: undefined }) : null;
  }
}

export function taskCalls(http: SiteHttp) {
  const { read, readAll, readByIds, readPage, fitting, segment } = http;
  const byOperationId = new OperationIdFilter(underOperationId, (given, options) =>
    fitting(task, given, '/tasks', options),
  );

  async function underOperationId(operationId: string, limit: number, options?: CallOptions): Promise<unknown[]> {
    const query = { operationID: operationIdHeader(operationId), limit };
    return (await readPage('/tasks', query, options)).items;
  }

  return {
    /** @throws VcdaError `TaskNotFound` (assumed) when the site has forgotten it */
    task: async (id: string, options?: CallOptions): Promise<Task> => read(task, `/tasks/${segment(id)}`, {}, options),

    /** All tasks that fit, page by page. @throws VcdaError `Forbidden` for filters that only administrators may use */
    tasks: (filter: TaskFilter, options?: CallOptions): Promise<Task[]> =>
      readAll(task, '/tasks', queryOf(filter), options),

    /** A page of the list, whatever it holds: only whether there is one matters. @throws VcdaError */
    answers: async (options?: CallOptions): Promise<void> => {
      await readPage('/tasks', { offset: 0, limit: 1 }, options);
    },

    ...endedTaskCalls(http),

    /** Up to 100 ids a call; an id that the site does not list is absent from the result. */
    tasksById: (ids: string[], options?: CallOptions): Promise<Map<string, Task>> =>
      readByIds(task, '/tasks', ids, options),

    /** The tasks under an operation id; null when this site's filter says nothing. */
    tasksOfOperation: (operationId: string, options?: CallOptions): Promise<Task[] | null> =>
      byOperationId.tasksOf(operationId, options),
    /** To be said when tasks that were found under an operation id are not its own. */
    distrustOperationIds: (): void => byOperationId.distrust(),
    /** To be said of an operation id that the site has accepted something under. */
    sentUnder: (operationId: string): void => byOperationId.sent(operationId),
    /** Finds out whether the site filters by operation id, by ids that it may have; null: still not known. @throws VcdaError */
    proveOperationIds: (ids: string[], options?: CallOptions): Promise<boolean | null> =>
      byOperationId.prove(ids, options),
    /** Whether the site was seen to filter by operation id; null while nothing was found under any. */
    filtersByOperationId: (): boolean | null => byOperationId.works,
  };
}

function queryOf({ ids, resourceType, operationID, ...rest }: TaskFilter): Query {
  return {
    ...rest,
    operationID: operationID === undefined ? undefined : operationIdHeader(operationID),
    ids: ids?.join(','),
    resourceType: typeof resourceType === 'string' ? resourceType : resourceType?.join(','),
  };
}
