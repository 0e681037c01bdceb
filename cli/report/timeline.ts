/** What became of a VM when, as spans of time: by its operations, and the time between them. Pure. */
import { isCutover } from '../../contract/operation.js';
import { isFinal, type OperationRecord } from '../../contract/report.js';
import type { DocumentVm, ReportDocument } from './document.js';

/**
 * `copying`: its copy is made, or waits for its cutover, what of both not being recorded; `up`: what was recovered runs beside the
 * real VM; `outage`: it may be down, whatever else is done meanwhile
 */
export type Doing = 'copy' | 'copying' | 'wait' | 'cutover' | 'up' | 'other' | 'outage';

/** Epoch ms. */
export interface Span {
  doing: Doing;
  from: number;
  to: number;
}

/** The time of which a report tells: of an open run, until it was written. */
export function timeOf({ startedAt, finishedAt, writtenAt, vms }: ReportDocument): { from: number; to: number } {
  const from = Date.parse(startedAt);
  const ends = [finishedAt ?? writtenAt, ...vms.flatMap((vm) => vm.finishedAt ?? [])].map((end) => Date.parse(end));
  const to = ends.reduce((last, end) => Math.max(last, end), from + 1);
  return { from, to };
}

/** In their order, and the outage last. @param now end of what is not over: epoch ms */
export function spansOf(vm: DocumentVm, now: number): Span[] {
  const sent = [...vm.operations].sort((a, b) => a.submittedAt.localeCompare(b.submittedAt));
  const end = vm.finishedAt === null ? now : Date.parse(vm.finishedAt);
  const spans: Span[] = [];
  let at = Date.parse(vm.startedAt ?? sent[0]?.submittedAt ?? '');
  for (const [n, one] of sent.entries()) {
    const from = Date.parse(one.submittedAt);
    spans.push({ doing: between(vm, sent[n - 1]), from: at, to: from });
    at = one.finishedAt === null ? end : Date.parse(one.finishedAt);
    spans.push({ doing: DOING[one.kind] ?? 'other', from, to: at });
  }
  if (!isFinal(vm.state) || vm.finishedAt !== null) {
    spans.push({ doing: between(vm, sent.at(-1)), from: at, to: end });
  }
  return [...spans.flatMap((span) => split(span, vm)), ...outageOf(vm, now)].filter(({ from, to }) => to > from);
}

const DOING: Partial<Record<OperationRecord['kind'], Doing>> = {
  start: 'copy',
  sync: 'copy',
  reverse: 'copy',
  migrate: 'cutover',
  failover: 'cutover',
  'failover-test': 'cutover',
};

/** What goes on after an operation, until the next one is sent. */
function between({ step }: DocumentVm, last: OperationRecord | undefined): Doing {
  if (last?.kind === 'failover-test') return last.result === 'failed' ? 'wait' : 'up';
  if (last?.kind !== 'start' && last?.kind !== 'reverse') return 'wait';
  return step === 'initial-sync' || step === 'resync' ? 'copy' : 'copying';
}

/** Where it is known when the copy was complete, its making and its waiting are told apart. */
function split({ doing, from, to }: Span, { copiedAt }: DocumentVm): Span[] {
  const complete = Date.parse(copiedAt ?? '');
  if (doing !== 'copying' || !(complete >= from)) return [{ doing, from, to }];
  const end = Math.min(complete, to);
  return [
    { doing: 'copy', from, to: end },
    { doing: 'wait', from: end, to },
  ];
}

function outageOf({ downSince, outageSeconds, operations }: DocumentVm, now: number): Span[] {
  if (downSince != null) return [{ doing: 'outage', from: Date.parse(downSince), to: now }];
  const up = operations.findLast(({ kind, result }) => isCutover(kind) && result === 'succeeded')?.finishedAt;
  if (outageSeconds === null || up == null) return [];
  return [{ doing: 'outage', from: Date.parse(up) - outageSeconds * 1000, to: Date.parse(up) }];
}
