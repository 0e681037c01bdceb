/** The verdict on a meeting, for a person's eyes. */
import { plural } from '../../client/words.js';
import type { VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import { sinceText } from '../journal.js';
import { isOperation } from '../ledger-tail.js';
import type { MeetingEvidence } from './evidence.js';
import type { MeetingResult } from './run.js';
import { MEETING_ITEMS, type MeetingItem } from './verdict.js';

/** VMs that are shown with all that was done to them */
const SHOWN = 5;

export function meetingText({ verdict, evidence, carried, command, began, took }: MeetingResult): string {
  const { clean, counts, violations } = verdict;
  const shown = [...new Set(violations.flatMap(({ vmId }) => vmId ?? []))].slice(0, SHOWN);
  return [
    '',
    ...[...evidence.reports].map(([run, { state, totals, vms: rows }]) => {
      const told = evidence.terminated.has(run) ? 'terminated' : state;
      const { vms, succeeded, failed, cancelled, skipped } = totals;
      return `${run.padEnd(12)}${told}: ${vms} VMs, ${succeeded} succeeded, ${failed} failed, ${cancelled} cancelled, ${skipped} skipped${codes(rows)}`;
    }),
    `operations  ${evidence.ledger.filter(isOperation).length} accepted`,
    `killed      ${plural(carried.processesKilled, 'worker')}, ${plural(carried.serverStrikes, 'server kill')}`,
    '',
    'Judged by the ledger, the world, and the workflows of the VMs:',
    ...Object.entries(MEETING_ITEMS).map(([item, words]) => `  ${words.padEnd(44)}${counts[item as MeetingItem]}`),
    ...violations.slice(0, 100).map(({ item, message }) => `  ${MEETING_ITEMS[item]}: ${message}`),
    ...shown.flatMap((vmId) => ['', `Timeline of ${vmId}:`, ...timeline(vmId, evidence, began)]),
    '',
    `Repeat with: ${command}`,
    `Verdict: ${clean ? 'CLEAN, no VM was touched by a run that did not hold it' : `NOT CLEAN, ${plural(violations.length, 'violation')}`} (${inWords(took)}).`,
  ].join('\n');
}

/** Why VMs failed, each reason once: what met may well refuse what the other has done. */
function codes(vms: VmReport[]): string {
  const found = new Set(vms.flatMap(({ state, error }) => (state === 'failed' ? (error?.code ?? '?') : [])));
  return found.size === 0 ? '' : ` (${[...found].join(', ')})`;
}

function timeline(vmId: string, { ledger, executions, events }: MeetingEvidence, began: number): string[] {
  const lines = [
    ...ledger
      .filter((entry) => entry.vmId === vmId || entry.operationId?.includes(`/${vmId}/`))
      .flatMap(({ at, endedAt, kind, operationId, outcome, error }) => [
        { at, text: `site      ${kind} ${operationId ?? ''}` },
        ...(endedAt === undefined ? [] : [{ at: endedAt, text: `site      ${kind} ${outcome} ${error?.code ?? ''}` }]),
      ]),
    ...executions
      .filter((one) => one.vmId === vmId)
      .flatMap(({ run, from, to, isTerminated }) => [
        { at: from, text: `workflow  of ${run} begins` },
        ...(to === null ? [] : [{ at: to, text: `workflow  of ${run} ${isTerminated ? 'is terminated' : 'ends'}` }]),
      ]),
    ...events.map(({ at, text }) => ({ at, text: `chaos     ${text}` })),
  ];
  return lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `  ${sinceText(at - began)}  ${text}`);
}
