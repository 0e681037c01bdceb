/** What a person should see or do about a run, beside the state of its VMs. */
import type { SetBy } from '../contract/act.js';
import { CODES } from '../contract/codes.js';
import { isHeldBack } from '../contract/needs.js';
import type { Hold, Retrying, RunReport, VmReport } from '../contract/report.js';
import { allVmsIn } from '../contract/vapp.js';
import { listed } from '../contract/words.js';
import { advised } from './advised.js';
import type { Loading } from './ask-run.js';
import { downVms } from './down.js';
import type { EndedOutside } from './ended-outside.js';
import type { WorkflowFailing } from './errors.js';
import type { Unknown } from './known-sites.js';
import { causeOf } from './same-cause.js';
import { shellWord } from './shell-word.js';
import { typedVm, typedVmOfShow, typedWave } from './typed.js';
import { moment, plural } from './words.js';

/** One thing that keeps a run from going on by itself. */
export interface Attention {
  kind:
    | 'down'
    | 'loading'
    | 'failing'
    | 'away'
    | 'unknown-site'
    | 'store'
    | 'hold'
    | 'missed'
    | 'paused'
    | 'brake'
    | 'copy'
    | 'until'
    | 'approval'
    | 'ended-outside';
  message: string;
  /** the command to type, or what else to do; null when there is nothing to do */
  next: string | null;
}

/** What was found out about a run while it was read. */
export interface Findings {
  runFailing: WorkflowFailing | null;
  /** of its VMs, and of the site that they wait for */
  failing: WorkflowFailing[];
  endedOutside: EndedOutside | null;
  /** null: all of its plan is with it */
  loading: Loading | null;
  /** what no worker can do for it, since none knows the site */
  unknown: Unknown[];
  /** what the plan asks an approval for; null: not known, or for nothing */
  approval: 'run' | 'wave' | 'vm' | null;
  /** of sites whose brake its VMs wait for, and who has put it on; null: nobody has said who it is */
  brakes: { site: string; set: SetBy | null }[];
}

/** The most urgent first. */
export function attentionFor(report: RunReport, findings: Findings): Attention[] {
  return [
    ...down(report),
    ...failingCode(findings),
    ...loading(findings),
    ...endedOutside(report, findings),
    ...unknownSites(findings),
    ...away(report),
    ...storeAway(report),
    ...paused(report),
    ...braked(report, findings),
    ...holds(report),
    ...missed(report),
    ...copies(report),
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
    message: `Site ${site} gives no usable answer since ${moment(since)}; the run goes on by itself when it does. ${message}`,
    next: null,
  }));
}

function unknownSites({ unknown }: Findings): Attention[] {
  return unknown.map(({ what, next }) => {
    const message = `No worker knows ${what}: what the run has to ask there waits, and goes on by itself when one does.`;
    return { kind: 'unknown-site', message, next };
  });
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

function braked({ vms }: RunReport, { brakes }: Findings): Attention[] {
  const waiting = allVmsIn(vms.filter(({ waitingFor }) => waitingFor === 'brake'));
  return brakes.map(({ site, set }) => {
    const why = set === null ? [] : [set.note, set.reference].filter((text) => text !== null);
    const who =
      set === null ? '' : ` since ${moment(set.at)}, by ${set.by}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
    const message = `The brake of site ${site} is on${who}. ${plural(waiting, 'VM')} ${waiting === 1 ? 'waits' : 'wait'} for it.`;
    return { kind: 'brake', message, next: `drover site brake ${shellWord(site)} off` };
  });
}

function holds(report: RunReport): Attention[] {
  const bySite = new Map<string, { hold: Hold; vms: string[] }>();
  for (const vm of report.vms) {
    const { hold } = vm;
    if (hold == null) continue;
    const key = JSON.stringify([hold.site, hold.code, causeOf(advised(hold, ''), vm)]);
    const entry = bySite.get(key) ?? { hold, vms: [] };
    entry.vms.push(vm.name);
    bySite.set(key, entry);
  }
  return [...bySite.values()].map(({ hold, vms }) => ({
    kind: 'hold',
    // The first hold is what the run is paused for, and told there.
    message: `${some(vms)} held by ${holderOf(hold)}${hold.message === report.pausedBecause ? ', for that reason.' : `: ${advised(hold, '')}`}`,
    next: `drover resume ${report.run}`,
  }));
}

/** VMs whose window is over, and that are held for a person. */
function missed(report: RunReport): Attention[] {
  const late = report.finishedAt === null ? report.vms.filter(isHeldBack) : [];
  const [first] = late;
  if (first === undefined) return [];
  const message =
    late.length === 1
      ? advised(first.error, '')
      : `${plural(late.length, 'VM')} have missed their window: ${listed(late.map(({ name }) => name))}. ${first.error.advice ?? ''}`.trim();
  return [{ kind: 'missed', message, next: `drover show ${report.run} ${typedVmOfShow(report, first)}` }];
}

/** What would come to light in the night of the cutover. */
function copies(report: RunReport): Attention[] {
  if (report.finishedAt !== null) return [];
  const byCode = new Map<string, { first: VmReport; told: Retrying; names: string[] }>();
  for (const vm of report.vms) {
    const { copy, retrying, name } = vm;
    if (copy === undefined || retrying == null) continue;
    const alike = byCode.get(retrying.code);
    if (alike === undefined) byCode.set(retrying.code, { first: vm, told: retrying, names: [name] });
    else alike.names.push(name);
  }
  return [...byCode].map(([code, { first, told, names }]) => ({
    kind: 'copy',
    message:
      names.length === 1
        ? `${code}: ${advised(told)}`
        : `${names.length} copies that wait for their cutover are not well (${code}): ${listed(names)}.`,
    next: `drover show ${report.run} ${typedVmOfShow(report, first)}`,
  }));
}

function untilSynced({ run, vms, finishedAt }: RunReport): Attention[] {
  const waiting = finishedAt === null ? vms.filter(({ waitingFor }) => waitingFor === 'until') : [];
  if (waiting.length === 0) return [];
  const [ready, all] = [allVmsIn(waiting), allVmsIn(vms)];
  const message = `The run stops when all is copied (--until synced): ${plural(ready, 'VM')} of ${all} ${ready === 1 ? 'is' : 'are'} ready.`;
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
  if (approval === 'run' && byWave.size > 0) {
    const count = allVmsIn([...byWave.values()].flat());
    const message = `${plural(count, 'VM')} ${count === 1 ? 'waits' : 'wait'} for an approval of the run to be cut over.`;
    return [{ kind: 'approval', message, next: `drover approve ${report.run}` }];
  }
  return [...byWave].map(([wave, vms]) => {
    const [first] = vms;
    const count = allVmsIn(vms);
    const verb = count === 1 ? 'waits' : approval === 'vm' && vms.length > 1 ? 'each wait' : 'wait';
    const which = approval === 'vm' ? `: ${listed(vms.map(({ name }) => name))}.` : '.';
    return {
      kind: 'approval',
      message: `${plural(count, 'VM')} of wave ${wave} ${verb} for an approval to be cut over${which}`,
      next: `drover approve ${report.run} ${approval === 'vm' ? typedVm(report, first) : typedWave(report, wave)}`,
    };
  });
}

const holderOf = ({ code, site }: Hold): string => (code === CODES.hookFailed ? 'a hook' : `site ${site} (${code})`);

function some(names: string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3
    ? `${shown} ${names.length === 1 ? 'is' : 'are'}`
    : `${shown} and ${names.length - 3} more are`;
}
