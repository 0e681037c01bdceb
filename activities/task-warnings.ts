/** What a task warns of though it may have succeeded: `{ error, cause }`, both error bodies [doc B46], or whatever a site puts there. */
import type { TaskWarning } from '../contract/notice.js';
import type { Task } from '../vcda/index.js';

/** They end up in histories and reports, where more only does harm. */
const MOST = 20;
const LONGEST = 500;

export const warningsOf = (task: Task | undefined): TaskWarning[] => (task?.warnings ?? []).slice(0, MOST).map(warning);

function warning(told: unknown): TaskWarning {
  const { error = told, cause } = asRecord(told);
  const { code, msg } = asRecord(error);
  const first = typeof msg === 'string' ? msg : text(error);
  const { code: causeCode, msg: causeMsg } = asRecord(cause);
  const because =
    cause == null ? '' : ` Cause: ${text(causeCode ?? cause)}${causeMsg == null ? '' : `: ${text(causeMsg)}`}`;
  return {
    code: typeof code === 'string' ? code.slice(0, 100) : 'UnreadableWarning',
    message: `${first}${because}`.slice(0, LONGEST),
  };
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
