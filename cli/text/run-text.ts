/** A run in words and tables; shared by show, watch and report. */

import { advised } from '../../client/advised.js';
import type { Attention } from '../../client/attention.js';
import type { Forecast } from '../../client/forecast.js';
import { alikeFailures, byUrgency, hasFailed } from '../../client/urgency.js';
import { between, moment, plural, size } from '../../client/words.js';
import { isMovedBefore } from '../../contract/codes.js';
import type { RunReport, RunTotals, VmError, VmReport, VmState } from '../../contract/report.js';
import { totalsOf } from '../../contract/report.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import { inWords, listed } from '../../contract/words.js';
import { spanText } from './forecast-text.js';
import type { Colors } from './output.js';
import { table } from './table.js';

export function headline(report: RunReport, colors: Colors): string {
  const { run, plan, kind, state, startedAt, finishedAt, drill } = report;
  const what = drill === null ? `plan ${plan}, kind ${kind}` : `drill ${plan}, mode ${drill.mode}`;
  const took = inWords(between(startedAt, finishedAt));
  const when =
    finishedAt === null
      ? `started ${moment(startedAt)}, ${took} ago`
      : `${moment(startedAt)} to ${moment(finishedAt)}, ${took}`;
  return `${colors.bold(run)}  ${colored(state, colors)}\n${what}, ${when}`;
}

/**
 * `40 VMs: 12 succeeded, 3 running, 25 waiting; 2 warnings`; states that no VM is in are left out.
 * @param movedBefore of those that were skipped, how many an earlier run has moved
 */
export function totalsLine(totals: RunTotals, movedBefore = 0): string {
  const told = { ...totals, skipped: totals.skipped - movedBefore };
  const parts = [
    ...STATES.filter((state) => told[state] > 0).map((state) => `${told[state]} ${state}`),
    ...(movedBefore === 0 ? [] : [`${movedBefore} moved by an earlier run`]),
  ];
  const warnings = totals.warnings ? `; ${plural(totals.warnings, 'warning')}` : '';
  return `${plural(totals.vms, 'VM')}: ${parts.join(', ') || 'none'}${warnings}`;
}

/** @param forecast of what is left; null: nothing is known of it, or wanted */
export function wavesTable({ vms, drill }: Pick<RunReport, 'vms' | 'drill'>, forecast: Forecast | null = null): string {
  const left = new Map(forecast?.cutovers?.estimate?.waves.map((wave) => [wave.name, spanText(wave)]));
  const rows = [...byWave(vms)].map(([wave, members]) => {
    const totals = totalsOf(members);
    return [
      wave,
      String(totals.vms),
      ...STATES.map((state) => (totals[state] === 0 ? '.' : String(totals[state]))),
      activity(members),
      left.get(wave) ?? '',
    ];
  });
  const head = [waveHead(drill), 'VMS', ...STATES.map((state) => state.toUpperCase()), 'NOW', 'CUTOVERS LEFT'];
  return table(...filled(head, rows));
}

/** The most urgent first. Of VMs that failed alike each has the code; what they share is {@link failuresText}. */
export function vmsTable({ vms, drill }: Pick<RunReport, 'vms' | 'drill'>, colors: Colors): string {
  const rows = byUrgency(vms).flatMap((vm) => [
    [
      calledUnit(vm),
      vm.wave,
      colored(vm.state, colors),
      stepText(vm),
      waitText(vm),
      vm.waitingSince === undefined ? '' : moment(vm.waitingSince),
      vm.waitingUntil === undefined ? '' : moment(vm.waitingUntil),
      outage(vm),
      seconds(vm.rtoSeconds),
      rpo(vm),
      checks(vm, colors),
      warnings(vm, colors),
      vm.error?.code ?? vm.retrying?.code ?? '',
    ],
    ...(vm.vms ?? []).map(({ name, power }) => [`  ${name}`, '', power === 'off' ? colors.red('off') : '']),
  ]);
  const head = [
    'VM',
    waveHead(drill),
    'STATE',
    'STEP',
    'WAITS FOR',
    'SINCE',
    'UNTIL',
    'OUTAGE',
    'RTO',
    'RPO',
    'CHECKS',
    'WARNINGS',
    'WHY',
  ];
  return table(...filled(head, rows));
}

/** `crm (vApp, 3 VMs)`, whose VMs follow. */
const calledUnit = ({ name, vms }: VmReport): string =>
  vms === undefined ? name : `${name} (vApp, ${plural(vms.length, 'VM')})`;

function stepText({ step, asOf, progress }: VmReport): string {
  const percent = progress?.percent == null ? '' : ` ${Math.floor(progress.percent)} %`;
  return `${step}${percent}${asOf === undefined ? '' : ` as of ${moment(asOf)}`}`;
}

/** `42 %`, `3.2 GiB of 8 GiB`, `12 MiB/s`, what is left; nothing for what is not known. */
export function progressCells({ progress }: VmReport): [percent: string, bytes: string, rate: string, left: string] {
  if (progress === undefined) return ['', '', '', ''];
  const { percent, bytes, bytesTotal, rate, etaSeconds } = progress;
  const of = bytesTotal === null ? '' : ` of ${size(bytesTotal)}`;
  return [
    percent === null ? '' : `${Math.floor(percent)} %`,
    bytes === null ? '' : `${size(bytes)}${of}`,
    rate === null ? '' : `${size(rate)}/s`,
    etaSeconds === null ? '' : inWords(etaSeconds * 1000),
  ];
}

/** What failed, once for all VMs that failed alike, and what to do about it; nothing where nothing did. */
export function failuresText({ vms, drill }: Pick<RunReport, 'vms' | 'drill'>, colors: Colors): string[] {
  const failed = byUrgency(vms).filter(hasFailed);
  if (failed.length === 0) return [];
  const entries = alikeFailures(failed).map(({ first, vms: alike }) => {
    const { id, wave, step, error } = first;
    const name = colors.red(first.name) + (isUnnamed(first) ? '' : ` (${id})`);
    const others = alike.slice(1).map((vm) => vm.name);
    const also = others.length === 0 ? '' : `\n  and so did ${plural(others.length, 'other VM')}: ${listed(others)}`;
    const details = [`${waveHead(drill).toLowerCase()} ${wave}`, `step ${step}`, ...placeOf(error)].join(', ');
    return `${name}\n  ${details}\n  ${error.code}: ${advised(error)}${also}`;
  });
  return [[`${plural(failed.length, 'VM')} with an error:`, ...entries].join('\n\n')];
}

/** VMs that an earlier run has moved, once for all of them. */
export function movedBeforeText(vms: VmReport[]): string[] {
  const moved = vms.filter(isMovedBefore);
  const [first] = moved;
  if (first === undefined) return [];
  const names = listed(moved.map(({ name }) => name));
  const advice = first.error?.advice;
  return [
    `${plural(moved.length, 'VM')} moved by an earlier run, and left alone: ${names}.${advice ? ` ${advice}` : ''}`,
  ];
}

/** Where an error happened: what was done, its task and its site, as far as they are known. */
export function placeOf({ operation, taskId, site }: VmError): string[] {
  return [
    ...(operation ? [`operation ${operation}`] : []),
    ...(taskId ? [`task ${taskId}`] : []),
    ...(site ? [`site ${site}`] : []),
  ];
}

/** A drill's waves are its recovery groups. */
function waveHead(drill: RunReport['drill']): string {
  return drill === null ? 'WAVE' : 'GROUP';
}

/** How many of the checks made so far have passed. */
function checks({ checks: made }: VmReport, colors: Colors): string {
  if (made.length === 0) {
    return '';
  }
  const passed = made.filter(({ ok }) => ok).length;
  const text = `${passed}/${made.length}`;
  return passed === made.length ? text : colors.red(text);
}

function warnings(vm: VmReport, colors: Colors): string {
  const count = totalsOf([vm]).warnings ?? 0;
  return count === 0 ? '' : colors.yellow(String(count));
}

export function attentionText(attention: Attention[], colors: Colors): string {
  return attention
    .map(
      ({ message, next }) => `${colors.yellow('!')} ${message}${next === null ? '' : `\n  next: ${colors.bold(next)}`}`,
    )
    .join('\n');
}

/** A bound, and said to be one; `down since` while nothing has brought the VM up. */
export function outage({ outageSeconds, downSince }: Pick<VmReport, 'outageSeconds' | 'downSince'>): string {
  if (downSince != null) return `down since ${moment(downSince)}`;
  return outageSeconds === null ? '' : `at most ${seconds(outageSeconds)}`;
}

/** With its uncertainty, where there is one worth a digit. */
export function rpo(one: Pick<VmReport, 'rpoSeconds' | 'rpoUncertaintySeconds'>): string {
  const { rpoSeconds, rpoUncertaintySeconds = null } = one;
  if (rpoSeconds === null || rpoUncertaintySeconds === null) return seconds(rpoSeconds);
  return `${seconds(rpoSeconds)} ± ${seconds(rpoUncertaintySeconds)}`;
}

/** A report's seconds in words; nothing for what was not measured. */
export function seconds(value: number | null): string {
  return value === null ? '' : inWords(value * 1000);
}

export function colored(state: string, colors: Colors): string {
  switch (state) {
    case 'succeeded':
      return colors.green(state);
    case 'failed':
      return colors.red(state);
    case 'cancelled':
    case 'skipped':
    case 'paused':
      return colors.yellow(state);
    case 'running':
      return colors.cyan(state);
    default:
      return state;
  }
}

/** The VMs of each wave, both in the plan's order. */
export function byWave(vms: VmReport[]): Map<string, VmReport[]> {
  const waves = new Map<string, VmReport[]>();
  for (const vm of vms) {
    const members = waves.get(vm.wave);
    if (members === undefined) {
      waves.set(vm.wave, [vm]);
    } else {
      members.push(vm);
    }
  }
  return waves;
}

/** What a VM waits for; empty: nothing. What `--until synced` has said is lifted by `resume`. */
export function waitText({ waitingFor, waitingOn }: Pick<VmReport, 'waitingFor' | 'waitingOn'>): string {
  const word = waitingFor === 'until' ? 'resume' : (waitingFor ?? '');
  return waitingOn === undefined ? word : `${word} (${waitingOn})`;
}

/** Leaves out columns in which nothing stands. */
export function filled(head: string[], rows: string[][]): [head: string[], rows: string[][]] {
  const kept = head.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const keep = (row: string[]): string[] => row.filter((_, column) => kept[column]);
  return [keep(head), rows.map(keep)];
}

/** What the open VMs of a wave are doing, the busiest step first. */
export function activity(vms: VmReport[]): string {
  const counts = new Map<string, number>();
  for (const { state, step, waitingFor, asOf } of vms) {
    if (state === 'running' || (state === 'waiting' && (waitingFor !== null || step !== 'queued'))) {
      const waits = waitText({ waitingFor });
      const doing = asOf !== undefined ? 'not heard of now' : waits === '' ? step : `waiting for ${waits}`;
      counts.set(doing, (counts.get(doing) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([doing, count]) => `${count} ${doing}`)
    .join(', ');
}

const STATES: VmState[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'running', 'waiting'];
