import type { Ask } from '../contract/read-run.js';
import type { Session } from './session.js';

/** Queries by the session's client; deadlines are the caller's. */
export const queryOf =
  ({ client }: Pick<Session, 'client'>): Ask =>
  (workflowId, query, ...args) =>
    client.workflow.getHandle(workflowId).query(query, ...args);
