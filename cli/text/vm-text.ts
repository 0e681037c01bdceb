/** One VM of a run, with every operation that was sent for it. */

import { advised } from '../../client/advised.js';
import { cutoverOf, isAhead } from '../../client/forecast.js';
import type { LiveReport } from '../../client/live-report.js';
import type { Retry } from '../../client/retries.js';
import { typedVm } from '../../client/typed.js';
import { between, moment, plural, size } from '../../client/words.js';
import { isFinal, type VmReport } from '../../contract/report.js';
import { inWords } from '../../contract/words.js';
import { spanText } from './forecast-text.js';
import type { Colors } from './output.js';
import { colored, filled, outage, placeOf, progressCells, rpo, seconds, waitText } from './run-text.js';
import { table } from './table.js';

export function vmText(report: LiveReport, vm: VmReport, colors: Colors, retries: Retry[] = []): string {
  const { run, attention, drill } = report;
  const cutover = cutoverText(report, vm);
  const facts = [
    [vm.vms === undefined ? 'id' : 'vApp', vm.id],
    ['run', run],
    [drill === null ? 'wave' : 'group', vm.wave],
    ['step', vm.step + (vm.waitingFor === null ? '' : `, waiting for ${waitText(vm)}`)],
    ...(vm.waitingSince === undefined ? [] : [['waits since', moment(vm.waitingSince)]]),
    ...(vm.waitingUntil === undefined ? [] : [['waits until', untilText(vm, vm.waitingUntil)]]),
    ...(vm.stepSince === undefined ? [] : [['on it for', inWords(between(vm.stepSince, null))]]),
    ...(vm.progress === undefined ? [] : [['progress', progressText(vm)]]),
    ...(vm.asOf === undefined ? [] : [['as of', moment(vm.asOf)]]),
    ...(vm.undoneBy === undefined ? [] : [['undone by', `${moment(vm.undoneBy)}, or given up then`]]),
    ['replication', vm.replicationId ?? '-'],
    ...(vm.copy === undefined ? [] : [['copy', copyText(vm.copy)]]),
    ...(cutover === null ? [] : [['cutover takes', cutover]]),
    ['started', moment(vm.startedAt)],
    ['finished', moment(vm.finishedAt)],
    ['outage', outage(vm) || '-'],
    ...(vm.source === undefined ? [] : [['source', sourceText(vm.source)]]),
    ...(vm.rtoSeconds === null ? [] : [['RTO', seconds(vm.rtoSeconds)]]),
    ...(vm.rpoSeconds === null ? [] : [['RPO', rpo(vm)]]),
  ];
  const notes = attention.filter(({ kind }) => kind !== 'approval' || vm.waitingFor === 'approval');
  return [
    `${colors.bold(vm.name)}  ${colored(vm.state, colors)}`,
    table(
      [],
      facts.map(([name = '', value = '']) => [`  ${name}`, value]),
    ),
    ...(vm.vms === undefined ? [] : [members(vm.vms)]),
    operations(vm),
    ...leftOut(vm),
    ...(vm.checks.length === 0 ? [] : [checks(vm, colors)]),
    ...waited(vm, retries, colors),
    ...retries.map((retry) => retryText(retry, colors)),
    ...(vm.error === null ? [] : [errorText(vm, colors)]),
    ...(vm.notes ?? []),
    ...nextSteps(report, vm, notes, colors),
  ].join('\n\n');
}

/** What time alone brings on. */
const untilText = ({ waitingFor }: VmReport, until: string): string =>
  `${moment(until)}, ${waitingFor === 'window' ? 'when its window opens' : 'after which it is too late for its window'}`;

/** The VMs of a vApp. */
function members(vms: NonNullable<VmReport['vms']>): string {
  const rows = vms.map(({ id, name, replicationId, recoveredAs, power }) => [
    name,
    id,
    replicationId ?? '-',
    recoveredAs ?? '',
    power ?? '',
  ]);
  return table(...filled(['VM', 'ID', 'REPLICATION', 'RECOVERED AS', 'POWER'], rows));
}

function progressText(vm: VmReport): string {
  const [percent, bytes, rate, left] = progressCells(vm);
  return [percent, bytes, rate, ...(left === '' ? [] : [`${left} left`])].filter((text) => text !== '').join(', ');
}

function copyText({ lagSeconds, delta, seenAt }: NonNullable<VmReport['copy']>): string {
  const age = lagSeconds === null ? 'of an age that is not known' : `at most ${seconds(lagSeconds)} old`;
  const last = delta === undefined ? '' : `, last sent ${size(delta.bytes)} in ${seconds(delta.seconds)}`;
  return `${age}${last}, seen ${moment(seenAt)}`;
}

/** Its own, while it is to come. */
function cutoverText({ forecast }: LiveReport, vm: VmReport): string | null {
  const { site = null, estimate = null } = forecast?.cutovers ?? {};
  if (estimate === null || isFinal(vm.state) || !isAhead(vm)) return null;
  return `${spanText(cutoverOf(vm, estimate.each))}, by the last ${estimate.each.count} at ${site}`;
}

/** As it was seen last; `before`: ahead of its cutover. */
function sourceText({ power, since, known, before }: NonNullable<VmReport['source']>): string {
  const was = before === power ? '' : `, ${before} before its cutover`;
  return `${power}${power === 'unknown' ? '' : `, seen since ${moment(since)}`}${was}: ${known}`;
}

/** While the store, which alone has all of it, does not answer. */
function leftOut({ cut }: VmReport): string[] {
  if (cut === undefined) return [];
  const warned = cut.warnings === 0 ? '' : ` and ${plural(cut.warnings, 'warning')}`;
  return [
    `${plural(cut.operations, 'operation')}${warned} left out: the store alone has all that was done, and it does not answer. Next: drover doctor.`,
  ];
}

function operations(vm: VmReport): string {
  if (vm.operations.length === 0) {
    return vm.cut === undefined ? 'No operation was sent yet.' : 'No operation is known here.';
  }
  const rows = vm.operations.map((one) => [
    one.kind,
    one.result ?? 'open',
    moment(one.submittedAt),
    inWords(between(one.submittedAt, one.finishedAt)),
    one.taskId ?? (one.adopted ? 'unknown, found by its effect' : '-'),
    one.adopted ? 'found' : 'sent',
    one.bytes === undefined ? '' : size(one.bytes),
    one.operationId,
  ]);
  return table(...filled(['OPERATION', 'RESULT', 'SUBMITTED', 'TOOK', 'TASK', 'HOW', 'SENT', 'OPERATION ID'], rows));
}

function checks(vm: VmReport, colors: Colors): string {
  const rows = vm.checks.map(({ name, ok, detail, advice, attempts, startedAt, finishedAt }) => [
    name,
    ok ? colors.green('passed') : colors.red('failed'),
    String(attempts),
    inWords(between(startedAt, finishedAt)),
    advised({ message: detail, advice: advice ?? null }),
  ]);
  return table(['CHECK', 'RESULT', 'ATTEMPTS', 'TOOK', 'LAST SEEN'], rows);
}

function waited({ retrying = null, operations: sent }: VmReport, retries: Retry[], colors: Colors): string[] {
  const warnings = sent.flatMap(({ kind, warnings: all = [] }) =>
    all.map(({ code, message }) => `${colors.yellow('!')} The ${kind} warned: ${code}: ${message}`),
  );
  // One that is told with what is being done is not told again.
  if (retrying === null || retries.some(({ message }) => message === retrying.message)) return warnings;
  const { code, since, tries, until } = retrying;
  const times = tries === null ? '' : `, tried ${often(tries)}`;
  const end = until === null ? '' : `, until ${moment(until)}`;
  return [...warnings, `${colors.yellow('!')} ${code} since ${moment(since)}${times}${end}: ${advised(retrying)}`];
}

const often = (tries: number): string => (tries === 1 ? 'once' : `${tries} times`);

function retryText({ doing, attempt, since, until, ...why }: Retry, colors: Colors): string {
  const from = since === null ? '' : ` since ${moment(since)}`;
  const end = until === null ? '' : `, until ${moment(until)}`;
  const what = doing.replace(/^./, (letter) => letter.toUpperCase());
  return `${colors.yellow('!')} ${what} fails${from}, tried ${often(Math.max(1, attempt - 1))}${end}, and is tried again: ${advised(why)}`;
}

function errorText({ error }: VmReport, colors: Colors): string {
  if (error === null) return '';
  const where = placeOf(error);
  const lines = where.length === 0 ? [] : [`  ${where.join(', ')}`];
  return [colors.red(`${error.code}: ${advised(error)}`), ...lines].join('\n');
}

function nextSteps(report: LiveReport, vm: VmReport, notes: LiveReport['attention'], colors: Colors): string[] {
  const ofRun = `drover approve ${report.run}`;
  if (vm.waitingFor === 'approval') {
    const isOfRun = notes.some(({ kind, next }) => kind === 'approval' && next === ofRun);
    if (isOfRun) return [`next: ${colors.bold(ofRun)}`];
    return [`next: ${colors.bold(`drover approve ${report.run} ${typedVm(report, vm)}`)}`];
  }
  return notes
    .filter(({ kind }) => kind !== 'approval')
    .map(
      ({ message, next }) => `${colors.yellow('!')} ${message}${next === null ? '' : `\n  next: ${colors.bold(next)}`}`,
    );
}
