/** Scheduled drills, their changes and their past, as tables. */
import type { Applied, AppliedDrill } from '../../client/drills/apply-drills.js';
import type { DrillHistory, PastDrill } from '../../client/drills/drill-history.js';
import type { DrillSummary, LastDrill } from '../../client/drills/list-drills.js';
import type { ScheduleChange } from '../../client/drills/schedules.js';
import { moment } from '../../client/words.js';
import type { Colors } from './output.js';
import { colored, filled, seconds } from './run-text.js';
import { table } from './table.js';

export function drillsText(drills: DrillSummary[], colors: Colors): string {
  if (drills.length === 0) {
    return 'No drill is scheduled. Schedule one: drover drill schedule DRILL';
  }
  const rows = drills.map(({ drill, paused, note, nextTimes, lastRun, skipped, missed }) => [
    drill,
    paused ? colors.yellow('paused') : moment(nextTimes[0] ?? null),
    lastRun === null ? 'never' : moment(lastRun.startedAt),
    lastRun === null ? '' : resultOf(lastRun, colors),
    lastRun?.run ?? '',
    skipped === 0 ? '' : String(skipped),
    missed === 0 ? '' : String(missed),
    paused ? [note, `drover drill resume ${drill}`].filter((text) => text !== null).join('; ') : '',
  ]);
  return table(...filled(['DRILL', 'NEXT', 'LAST', 'RESULT', 'RUN', 'SKIPPED', 'MISSED', 'NOTE'], rows));
}

/** `succeeded, 3 of 3 VMs` */
function resultOf({ state, totals }: LastDrill, colors: Colors): string {
  const said = colored(state ?? 'unknown', colors);
  return totals === null || state === 'running' || state === 'paused'
    ? said
    : `${said}, ${totals.succeeded} of ${totals.vms} VMs`;
}

/** What became of one schedule, and what changed about it. */
export function changeText({ drill, change, differences }: ScheduleChange, colors: Colors): string {
  return [`${colors.bold(drill)}  ${change}`, ...differences.map((line) => `  ${line}`)].join('\n');
}

/** Every drill with what is or would be done, what changes below it. */
export function appliedText({ set, dryRun, drills }: Applied, colors: Colors): string {
  const lines = drills.flatMap((one) => [
    `${colors.bold(one.drill)}  ${outcome(one, dryRun, colors)}`,
    ...one.differences.map((line) => `  ${line}`),
  ]);
  const changed = drills.filter(({ change }) => change !== 'unchanged' && change !== 'left').length;
  const left = drills.some(({ change }) => change === 'left');
  return [
    ...lines,
    '',
    `Set ${set}: ${changed} of ${drills.length} schedules ${dryRun ? 'would change; nothing was done.' : 'changed.'}`,
    ...(left ? ['Schedules whose drills are not in the folder are removed with --prune.'] : []),
  ].join('\n');
}

function outcome({ change }: AppliedDrill, dryRun: boolean, colors: Colors): string {
  switch (change) {
    case 'created':
      return colors.green(dryRun ? 'would be created' : 'created');
    case 'updated':
      return colors.yellow(dryRun ? 'would be updated' : 'updated');
    case 'removed':
      return colors.red(dryRun ? 'would be removed' : 'removed');
    case 'left':
      return colors.yellow('not in the folder, left alone');
    default:
      return 'unchanged';
  }
}

export function historyText({ drill, runs }: DrillHistory, colors: Colors): string {
  if (runs.length === 0) {
    return `Drill ${drill} is scheduled and has not run yet. Start it now: drover drill trigger ${drill}`;
  }
  const rows = runs.map((one) => [
    one.run,
    colored(one.state ?? 'unknown', colors),
    moment(one.startedAt),
    withChange(seconds(one.rtoSeconds), one.change.rtoSeconds, seconds, colors),
    withChange(seconds(one.rpoSeconds), one.change.rpoSeconds, seconds, colors),
    failures(one, colors),
    missed(one, colors),
  ]);
  return table(...filled(['RUN', 'STATE', 'STARTED', 'RTO', 'RPO', 'FAILED', 'MISSED'], rows));
}

/** The first in full; the others are in the run's report. */
function missed({ missed: [first, ...more] }: PastDrill, colors: Colors): string {
  return first === undefined ? '' : colors.red(more.length === 0 ? first : `${first}; and ${more.length} more`);
}

function failures({ failed, vms, change }: PastDrill, colors: Colors): string {
  return failed === null ? '' : withChange(`${failed} of ${vms}`, change.failed, String, colors);
}

/** `12 s (-3 s)`: against the drill before; less is better in every column. */
function withChange(text: string, change: number | null, say: (size: number) => string, colors: Colors): string {
  if (text === '' || change === null || change === 0) {
    return text;
  }
  const sign = change > 0 ? '+' : '-';
  const difference = `(${sign}${say(Math.abs(change))})`;
  return `${text} ${change > 0 ? colors.red(difference) : colors.green(difference)}`;
}
