/** What a person should see or do about a run, beside the state of its VMs. */
import type { Hold, RunReport, VmReport } from '../contract/report.js';
import { listed } from '../contract/words.js';
import { advised } from './advised.js';
import type { Loading } from './ask-run.js';
import { downVms } from './down.js';
import type { EndedOutside } from './ended-outside.js';
import type { WorkflowFailing } from './errors.js';
import { causeOf } from './same-cause.js';
import { typedVm, typedVmOfShow, typedWave } from './typed.js';
import { plural } from './words.js';

/** One thing that keeps a run from going on by itself. */
export interface Attention {
  kind: 'down' | 'loading' | 'failing' | 'away' | 'store' | 'hold' | 'paused' | 'until' | 'approval' | 'ended-outside';
  message: string;
  /** the command to type, or what else to do; null when there is nothing to do */
  next: string | null;
}

/** What was found out about a run while it was read. */
export interface Findings {
  runFailing: WorkflowFailing | null;
  held: { id: string; hold: Hold }[];
  /** of its VMs, and of the site that they wait for */
  failing: WorkflowFailing[];
  endedOutside: EndedOutside | null;
  /** null: all of its plan is with it */
  loading: Loading | null;
  /** what the plan asks an approval for; null: not known, or for nothing */
  approval: 'wave' | 'vm' | null;
}

/** The most urgent first. */
export function attentionFor(report: RunReport, findings: Findings): Attention[] {
  return [
    ...down(report),
    ...failingCode(findings),
    ...loading(findings),
    ...endedOutside(report, findings),
    ...away(report),
    ...storeAway(report),
    ...paused(report),
    ...holds(report, findings),
    ...untilSynced(report),
    ...approvals(report, findings),
  ];
}

function down(report: RunReport): Attention[] {
  const { run, vms } = report;
  return downVms(vms).map(({ message, vms: [first] }) => ({
    kind: 'down',
    message,
    next: `drover show ${run} ${typedVmOfShow(report, first)}`,
  }));
}

function loading({ loading: parts }: Findings): Attention[] {
  if (parts === null) return [];
  const message =
    `Only ${parts.loaded} of ${parts.shards} parts of its plan are with it, so nothing has begun; an hour after its start ` +
    'it is cancelled.';
  return [{ kind: 'loading', message, next: 'type the drover run that started it once more' }];
}

/** It goes on by itself, and a person should know why it does not end. */
function storeAway({ waitingFor, vms }: RunReport): Attention[] {
  const waiting = vms.filter((vm) => vm.waitingFor === 'store').length;
  if (waitingFor !== 'store' && waiting === 0) return [];
  const what =
    waitingFor === 'store'
      ? 'All VMs have ended; the run stays open until the store keeps its evidence'
      : `${plural(waiting, 'VM')} will not be moved before the store says whether they were moved before`;
  return [{ kind: 'store', message: `The store does not answer. ${what}.`, next: 'drover doctor' }];
}

function failingCode({ runFailing, failing }: Findings): Attention[] {
  const all = runFailing === null ? failing : [runFailing, ...failing];
  // A bug met by one VM is met by many: each message once.
  const seen = new Map<string, { first: WorkflowFailing; count: number }>();
  for (const failure of all) {
    const key = failure.lastFailure ?? '';
    const entry = seen.get(key) ?? { first: failure, count: 0 };
    entry.count += 1;
    seen.set(key, entry);
  }
  return [...seen.values()].map(({ first, count }) => ({
    kind: 'failing',
    message: count === 1 ? first.message : `${first.message} So do ${count - 1} other workflows of this run.`,
    next: first.next,
  }));
}

function endedOutside({ run, totals }: RunReport, { endedOutside: how }: Findings): Attention[] {
  if (how === null) {
    return [];
  }
  const open = totals.running + totals.waiting;
  const left = open === 0 ? '' : ` ${plural(open, 'VM')} had not ended; what was being moved goes on by itself.`;
  return [
    {
      kind: 'ended-outside',
      message: `Run ${run} did not end by itself: its workflow was ${how.toLowerCase().replace('_', ' ')}.${left}`,
      next: null,
    },
  ];
}

function away({ sitesAway, finishedAt }: RunReport): Attention[] {
  if (finishedAt !== null) return [];
  return sitesAway.map(({ site, since, message }) => ({
    kind: 'away',
    message: `Site ${site} gives no usable answer since ${since}; the run goes on by itself when it does. ${message}`,
    next: null,
  }));
}

function paused({ run, pausedBecause, pausedAdvice, finishedAt }: RunReport): Attention[] {
  if (pausedBecause === null || finishedAt !== null) {
    return [];
  }
  return [
    {
      kind: 'paused',
      message: `Paused: ${advised({ message: pausedBecause, advice: pausedAdvice }, '')}`,
      next: `drover resume ${run}`,
    },
  ];
}

function holds(report: RunReport, { held }: Findings): Attention[] {
  const vms = new Map(report.vms.map((vm) => [vm.id, vm]));
  const bySite = new Map<string, { hold: Hold; vms: string[] }>();
  for (const { id, hold } of held) {
    const vm = vms.get(id) ?? { id, name: id };
    const key = JSON.stringify([hold.site, hold.code, causeOf(advised(hold, ''), vm)]);
    const entry = bySite.get(key) ?? { hold, vms: [] };
    entry.vms.push(vm.name);
    bySite.set(key, entry);
  }
  return [...bySite.values()].map(({ hold, vms }) => ({
    kind: 'hold',
    // The first hold is what the run is paused for, and told there.
    message: `${some(vms)} held by site ${hold.site} (${hold.code})${hold.message === report.pausedBecause ? ', for that reason.' : `: ${advised(hold, '')}`}`,
    next: `drover resume ${report.run}`,
  }));
}

function untilSynced({ run, vms, finishedAt }: RunReport): Attention[] {
  const waiting = finishedAt === null ? vms.filter(({ waitingFor }) => waitingFor === 'until') : [];
  if (waiting.length === 0) return [];
  const message = `The run stops when all is copied (--until synced): ${plural(waiting.length, 'VM')} of ${vms.length} ${waiting.length === 1 ? 'is' : 'are'} ready.`;
  return [{ kind: 'until', message, next: `drover resume ${run}` }];
}

function approvals(report: RunReport, { approval }: Findings): Attention[] {
  if (report.finishedAt !== null) {
    return [];
  }
  const byWave = new Map<string, [VmReport, ...VmReport[]]>();
  for (const vm of report.vms) {
    if (vm.waitingFor !== 'approval') continue;
    const members = byWave.get(vm.wave);
    if (members === undefined) byWave.set(vm.wave, [vm]);
    else members.push(vm);
  }
  return [...byWave].map(([wave, vms]) => {
    const [first] = vms;
    const verb = vms.length === 1 ? 'waits' : approval === 'vm' ? 'each wait' : 'wait';
    const which = approval === 'vm' ? `: ${listed(vms.map(({ name }) => name))}.` : '.';
    return {
      kind: 'approval',
      message: `${plural(vms.length, 'VM')} of wave ${wave} ${verb} for an approval to be cut over${which}`,
      next: `drover approve ${report.run} ${approval === 'vm' ? typedVm(report, first) : typedWave(report, wave)}`,
    };
  });
}

function some(names: string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3
    ? `${shown} ${names.length === 1 ? 'is' : 'are'}`
    : `${shown} and ${names.length - 3} more are`;
}
