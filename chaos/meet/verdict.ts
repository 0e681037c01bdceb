/** The verdict on runs that met: clean, or which VM was touched by whom without holding it. */
import { sameOperationId } from '../judge-submissions.js';
import type { MeetingEvidence } from './evidence.js';
import { atOnce, betweenOthers, outsideOfWorkflows, owned } from './held.js';
import { hadUntil } from './witnesses.js';

export const MEETING_ITEMS = {
  unheld: 'operations without a workflow of the VM',
  between: 'operations while another run had the VM',
  atOnce: 'operations of two runs at once',
  foreign: 'operations of nobody',
  twice: 'second acceptances of an operation id',
  lost: 'VMs that are on in no place, or in two',
  left: 'test copies left',
  stuck: 'VMs not over with their run',
  workflow: 'workflows left open',
  process: 'processes left behind',
  simulator: 'errors of the simulator',
  incomplete: 'not carried out as ordered',
} as const;

export type MeetingItem = keyof typeof MEETING_ITEMS;

export interface MeetingViolation {
  item: MeetingItem;
  /** null: it concerns no VM in particular */
  vmId: string | null;
  message: string;
}

export interface MeetingVerdict {
  clean: boolean;
  counts: Record<MeetingItem, number>;
  violations: MeetingViolation[];
}

export function verdictOnMeeting(evidence: MeetingEvidence): MeetingVerdict {
  const { reports, executions, terminated, ledger, world, openWorkflows, leftProcesses, bugs, incomplete } = evidence;
  const { own, foreign } = owned(ledger);
  const of = (item: MeetingItem, found: { vmId: string | null; message: string }[]): MeetingViolation[] =>
    found.map(({ vmId, message }) => ({ item, vmId, message }));
  const general = (item: MeetingItem, messages: string[]): MeetingViolation[] =>
    messages.map((message) => ({ item, vmId: null, message }));
  const violations = [
    ...of('unheld', outsideOfWorkflows(own, executions)),
    ...of('between', betweenOthers(own, hadUntil(reports, executions, terminated))),
    ...of('atOnce', atOnce(own)),
    ...general(
      'foreign',
      foreign.map(({ kind, vmName }) => `${kind} of ${vmName} under no operation id of a run`),
    ),
    ...of('twice', sameOperationId(ledger, false)),
    ...of('lost', whereabouts(evidence)),
    ...general(
      'left',
      Object.values(world.sites).flatMap(({ vms }) => vms.filter(({ testCopy }) => testCopy).map(({ name }) => name)),
    ),
    ...of('stuck', unfinished(evidence)),
    ...general('workflow', openWorkflows),
    ...general('process', leftProcesses),
    ...general('simulator', bugs),
    ...general('incomplete', incomplete),
  ];
  const counts = Object.fromEntries(
    Object.keys(MEETING_ITEMS).map((item) => [item, violations.filter((one) => one.item === item).length]),
  ) as Record<MeetingItem, number>;
  return { clean: violations.length === 0, counts, violations };
}

/** No call is made to fail for ever, so each VM runs at its source or where it was moved to. */
function whereabouts({ meetings, world }: MeetingEvidence): { vmId: string; message: string }[] {
  const ids = new Set(meetings.flatMap(({ vms }) => vms));
  const running = Object.values(world.sites)
    .flatMap(({ vms }) => vms)
    .filter(({ powerState, testCopy }) => powerState === 'POWERED_ON' && !testCopy);
  return [...ids].flatMap((vmId) => {
    const places = running.filter(({ id, origin }) => id === vmId || origin === vmId).length;
    return places === 1 ? [] : [{ vmId, message: `${vmId} is on in ${places} places` }];
  });
}

function unfinished({ reports, terminated }: MeetingEvidence): { vmId: string; message: string }[] {
  return [...reports].flatMap(([run, { vms }]) =>
    terminated.has(run)
      ? []
      : vms
          .filter(({ state }) => state === 'waiting' || state === 'running')
          .map(({ id, state, step }) => ({
            vmId: id,
            message: `${id} is ${state} in step ${step} of ${run}, which is over`,
          })),
  );
}
