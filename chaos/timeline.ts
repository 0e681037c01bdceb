/** What happened to one VM, in order of time: the ledger, the report, and what was done to everybody. */
import type { Evidence } from './evidence.js';
import { sinceText } from './journal.js';

export function timelineOf(vmId: string, { ledger, report, events }: Evidence, began: number): string[] {
  const vm = report?.vms.find(({ id }) => id === vmId);
  const lines = [
    ...ledger
      .filter((entry) => entry.vmId === vmId)
      .flatMap(({ at, endedAt, kind, operationId, taskId, outcome, error }) => {
        const task = taskId === null ? '' : ` task ${taskId}`;
        const ended = error === undefined ? outcome : `${outcome}: ${error.code}`;
        return [
          { at, text: `site     ${kind} ${operationId ?? ''}${task}` },
          ...(endedAt === undefined ? [] : [{ at: endedAt, text: `site     ${kind} ended, ${ended}${task}` }]),
        ];
      }),
    ...(vm?.operations ?? []).flatMap(({ kind, operationId, taskId, adopted, submittedAt, finishedAt, result }) => [
      {
        at: Date.parse(submittedAt),
        text: `report   ${kind} ${operationId} ${adopted ? 'adopted' : 'sent'}, task ${taskId ?? 'unknown'}`,
      },
      ...(finishedAt === null ? [] : [{ at: Date.parse(finishedAt), text: `report   ${kind} over, ${result}` }]),
    ]),
    ...(vm?.finishedAt
      ? [{ at: Date.parse(vm.finishedAt), text: `report   VM over, ${vm.state} in step ${vm.step}` }]
      : []),
    ...events
      .filter((event) => event.vmId === undefined || event.vmId === vmId)
      .map(({ at, text }) => ({ at, text: `chaos    ${text}` })),
  ];
  return lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `${sinceText(at - began)}  ${text}`);
}
