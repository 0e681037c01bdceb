/** Tasks: what every mutating call of the API answers with [seed, doc V35 + VSP tasks/get]. There is no way to cancel one. */

import { operationIdHeader, type Query } from '../http/transport.js';
import { page } from '../schemas/common.js';
import { type Task, task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
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

export function taskCalls({ read, readAll, readByIds, segment }: SiteHttp) {
  /** null: not known yet */
  let filtersByOperationId: boolean | null = null;

  const underOperationId = async (operationId: string, limit: number, options?: CallOptions): Promise<Task[]> => {
    const query = { operationID: operationIdHeader(operationId), limit };
    return (await read(page(task), '/tasks', query, options)).items;
  };

  return {
    /** @throws VcdaError `TaskNotFound` (assumed) when the site has forgotten it */
    task: async (id: string, options?: CallOptions): Promise<Task> => read(task, `/tasks/${segment(id)}`, {}, options),

    /** All tasks that fit, page by page. @throws VcdaError `Forbidden` for filters that only administrators may use */
    tasks: (filter: TaskFilter, options?: CallOptions): Promise<Task[]> =>
      readAll(task, '/tasks', queryOf(filter), options),

    /** Up to 100 ids a call; an id that the site does not list is absent from the result. */
    tasksById: (ids: string[], options?: CallOptions): Promise<Map<string, Task>> =>
      readByIds(task, '/tasks', ids, options),

    /**
     * The tasks under an operation id; null when this site's filter says nothing. Whether a site filters is undocumented,
     * hence the control, once: a query for an id never used must find nothing.
     */
    async tasksOfOperation(operationId: string, options?: CallOptions): Promise<Task[] | null> {
      if (filtersByOperationId === false) return null;
      const found = await underOperationId(operationId, PAGE_LIMIT, options);
      if (found.length === 0 || filtersByOperationId === true) return found;
      const control = await underOperationId(`${operationId}/never-used`, 1, options);
      filtersByOperationId = control.length === 0;
      return filtersByOperationId ? found : null;
    },
    /** Whether the site was seen to filter by operation id; null while nothing was found under any. */
    filtersByOperationId: (): boolean | null => filtersByOperationId,
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
