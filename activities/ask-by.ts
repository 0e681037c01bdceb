import type { Ask } from '../contract/read-run.js';
import type { ActivityDeps } from './deps.js';

/** Queries by the worker's own client. */
export const askBy =
  ({ client }: Pick<ActivityDeps, 'client'>): Ask =>
  (workflowId, query, ...args) =>
    client.workflow.getHandle(workflowId).query(query, ...args);
