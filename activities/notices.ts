/** What a VM's workflow is told of the end of an operation, in the words of the error table: pure. */
import type { Notice, NoticeError } from '../contract/notice.js';
import type { OperationKind } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { Watch } from '../contract/watch.js';
import type { ErrorRules, VmReplication } from '../vcda/index.js';
import { summaryOf } from './replication-summary.js';

export const NO_REASON = 'the site gave no reason';

export function taskError(watch: Watch, code: string, detail: string, rules: ErrorRules): NoticeError {
  const rule = rules({ code });
  const isSilent = detail === NO_REASON || code.startsWith('TaskEndedAs');
  return {
    code,
    message:
      `${watch.kind} of ${nameWithId(watch.vm)} failed: ${code}: ${detail} ` +
      `[task ${watch.taskId ?? 'unknown'}, operation ${watch.operationId}].`,
    // Nobody can read what was not said.
    advice:
      isSilent && rule.key === '4xx' ? `Look at the VM and its replication at the site, and at its log.` : rule.advice,
    meaning: rule.task,
    retry: rule.retry,
  };
}

/** There is one test copy at most, and one replication of an id: once more does no harm, leaving it behind would. Settings are as they are. */
const HARMLESS_AGAIN = new Set<OperationKind>(['failover-test', 'cleanup', 'delete', 'reconfigure']);

export const againIfHarmless = ({ kind }: Watch, error: NoticeError): NoticeError =>
  HARMLESS_AGAIN.has(kind) ? { ...error, meaning: 'retry' } : error;

export function notice(watch: Watch, at: number, replication: VmReplication | null, error: NoticeError | null): Notice {
  return {
    operationId: watch.operationId,
    phase: watch.phase,
    ok: error === null,
    taskId: watch.taskId,
    replicationId: replication?.id ?? watch.replicationId,
    replication: replication === null ? null : summaryOf(replication),
    error,
    at,
  };
}
