/** What a drill proved, or is proving; shared by show, watch and report. */

import { advised } from '../../client/advised.js';
import { moment, plural } from '../../client/words.js';
import { isLeftByDrill } from '../../contract/codes.js';
import {
  type CheckResult,
  type DrillResult,
  isFinal,
  type RunReport,
  type UsedNetworks,
  type VmReport,
} from '../../contract/report.js';
import { listed } from '../../contract/words.js';
import type { Colors } from './output.js';
import { filled, rpo, seconds } from './run-text.js';
import { table } from './table.js';

export function drillBlocks(report: RunReport, drill: DrillResult, colors: Colors): string[] {
  return [
    facts(report, drill, colors),
    ...missed(drill, colors),
    ...groups(drill),
    ...failedChecks(report.vms, colors),
    ...swept(drill),
    ...notSwept(drill),
    ...findings(drill),
  ];
}

function facts(report: RunReport, drill: DrillResult, colors: Colors): string {
  const { phase, triggeredAt, rtoSeconds, rpoSeconds, objectives } = drill;
  const worst = rpoSeconds === null ? null : rpoSeconds + (drill.rpoUncertaintySeconds ?? 0);
  const rows = [
    ...written(drill),
    ['phase', phase],
    ['triggered', moment(triggeredAt)],
    ...up(report, drill),
    ['RTO', measured(rtoSeconds, seconds(rtoSeconds), objectives.rtoSeconds, report, colors)],
    ['RPO', measured(worst, rpo(drill), objectives.rpoSeconds, report, colors)],
    ...networksUsed(drill),
    ...checksMade(report.vms),
    ...(report.finishedAt === null ? [] : [['left behind', leftBehind(drill, colors)], ...signed(drill)]),
  ];
  return table(
    [],
    rows.map(([name = '', value = '']) => [`  ${name}`, value]),
  );
}

/** What its file says of it. */
const written = ({ scenario, lead, observers, reference }: DrillResult): string[][] =>
  Object.entries({ scenario, lead, observers: observers?.join(', '), reference }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );

function signed({ signedBy }: DrillResult): string[][] {
  if (signedBy === undefined) return [];
  if (signedBy === null) return [['signed off', 'not yet']];
  const why = [signedBy.reference, signedBy.note].filter((text) => text !== null).join(', ');
  return [['signed off', `by ${signedBy.by}, ${moment(signedBy.at)}${why === '' ? '' : ` (${why})`}`]];
}

/** What persons have noted after its end. */
function findings({ findings: noted = [] }: DrillResult): string[] {
  const rows = noted.map(({ text, owner, due, by }) => [text, owner ?? '', due ?? '', by]);
  return rows.length === 0 ? [] : [`Findings:\n${table(...filled(['FINDING', 'OWNER', 'DUE', 'NOTED BY'], rows))}`];
}

/** Where the test copies were connected, and who said so. */
const networksUsed = ({ networks = [] }: DrillResult): string[][] =>
  networks.map((used, index) => [index === 0 ? 'networks' : '', networksText(used)]);

function networksText({ from, names }: UsedNetworks): string {
  const named = names.join(', ');
  if (from === 'production')
    return names.length === 0 ? 'as the site chooses (networks: production)' : `${named} (networks: production)`;
  return `${named} (${from === 'file' ? 'named in the drill' : 'test settings of the replications'})`;
}

/** What runs beside the real VMs at this moment, and until when. */
function up({ run, vms, finishedAt }: RunReport, { mode, phase, heldUntil }: DrillResult): string[][] {
  const recovered = finishedAt === null ? vms.filter((vm) => isUp(vm, mode)) : [];
  if (recovered.length === 0) {
    return [];
  }
  const what = mode === 'test' ? plural(recovered.length, 'test copy', 'test copies') : plural(recovered.length, 'VM');
  const held =
    heldUntil === null || phase !== 'hold' ? '' : `, until ${moment(heldUntil)} or drover drill finish ${run}`;
  const undoneBy = recovered.flatMap((vm) => vm.undoneBy ?? []).sort();
  const until =
    phase === 'hold' || undoneBy.length === 0
      ? held
      : `, being undone until ${moment(undoneBy.at(-1) ?? null)} at the latest`;
  return [['still up', `${what}${until}: ${listed(recovered.map(({ name }) => name))}`]];
}

/** Lines that a screen bears; --json has all of them. */
const SHOWN = 10;

/** By the drill itself: what somebody else has made of the VM is not counted. */
function isUp({ step, state, error, operations }: VmReport, mode: DrillResult['mode']): boolean {
  const isMade = operations.some(({ kind, result }) => kind === RECOVERS[mode] && result !== 'failed');
  // A copy that its clean-up has left is cleaned up once more.
  const isRemoved = operations.findLast(({ kind }) => kind === 'cleanup')?.result === 'succeeded';
  const isLeft = isLeftByDrill(error);
  if (mode === 'roundtrip') return (isMade && isLeft) || (!isFinal(state) && isAway(operations));
  return isMade && (isLeft || (!isRemoved && !isFinal(state) && UP.has(step)));
}

/** Between the failover that took it away and the one that brings it home, whatever is done meanwhile. */
const isAway = (operations: VmReport['operations']): boolean =>
  operations.filter(({ kind, result }) => kind === 'failover' && result === 'succeeded').length === 1;

const RECOVERS = { test: 'failover-test', roundtrip: 'failover' } as const;

const UP: ReadonlySet<VmReport['step']> = new Set<VmReport['step']>(['checks', 'hold', 'clean-up']);

function measured(
  value: number | null,
  shown: string,
  objective: number | null,
  { finishedAt }: RunReport,
  colors: Colors,
): string {
  const text = value === null ? (finishedAt === null ? 'not known yet' : 'not reached, or not known') : shown;
  if (objective === null) {
    return text;
  }
  const bad = value === null ? finishedAt !== null : value > objective;
  return `${bad ? colors.red(text) : text}, at most ${seconds(objective)} wanted`;
}

const leftBehind = ({ left }: DrillResult, colors: Colors): string =>
  left.length === 0 ? 'nothing' : colors.red(listed(left));

function checksMade(vms: VmReport[]): string[][] {
  const made = vms.flatMap(({ checks }) => checks);
  return made.length === 0 ? [] : [['checks', `${made.filter(({ ok }) => ok).length} of ${made.length} passed`]];
}

function missed({ missed: objectives }: DrillResult, colors: Colors): string[] {
  const lines = objectives.slice(0, SHOWN).map((one) => colors.red(`missed: ${one}`));
  const more = objectives.length - lines.length;
  return objectives.length === 0 ? [] : [[...lines, ...(more === 0 ? [] : [`and ${more} more`])].join('\n')];
}

/** Nothing where they would only repeat the drill's own numbers. */
function groups({ groups: all }: DrillResult): string[] {
  const rows = all.map(({ name, rtoSeconds, rpoSeconds }) => [name, seconds(rtoSeconds), seconds(rpoSeconds)]);
  const measuredAny = rows.some(([, rto, rpo]) => rto !== '' || rpo !== '');
  return rows.length < 2 || !measuredAny ? [] : [table(...filled(['GROUP', 'RTO', 'RPO'], rows))];
}

function failedChecks(vms: VmReport[], colors: Colors): string[] {
  const failed = vms.flatMap(({ name, checks }) =>
    checks.filter(({ ok }) => !ok).map((check) => [colors.red(name), check.name, String(check.attempts), seen(check)]),
  );
  return failed.length === 0
    ? []
    : [`${plural(failed.length, 'check')} failed:\n\n${table(['VM', 'CHECK', 'ATTEMPTS', 'LAST SEEN'], failed)}`];
}

const seen = ({ detail, advice }: CheckResult): string => advised({ message: detail, advice: advice ?? null });

function swept({ swept: copies }: DrillResult): string[] {
  return copies.length === 0
    ? []
    : [
        `Removed ${plural(copies.length, 'test copy', 'test copies')} that earlier drills had left: ${copies.map(({ vm, run }) => `${vm} (${run})`).join(', ')}.`,
      ];
}

/** As long as they stand: nobody else may know of them. */
function notSwept({ notSwept: copies = [] }: DrillResult): string[] {
  const each = copies.map(({ vm, run, reason }) => `  ${vm} (${run}): ${reason}`);
  return copies.length === 0
    ? []
    : [
        [
          `Found and not removed: ${plural(copies.length, 'test copy', 'test copies')} of earlier drills:`,
          ...each,
        ].join('\n'),
      ];
}
