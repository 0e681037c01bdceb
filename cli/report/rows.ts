/** What the formats for people tell of a whole run, as rows of a name and a value; moments are UTC. Pure. */

import type { CutoversCompared } from '../../client/forecast.js';
import { between, plural } from '../../client/words.js';
import { isCutover } from '../../contract/operation.js';
import type { DrillResult, OperationRecord, RunReport, VmReport, VmState } from '../../contract/report.js';
import { inWords, listed } from '../../contract/words.js';
import { DEFAULT_LOGIN, siteWithLogin } from '../../plan/types.js';
import { spanText } from '../text/forecast-text.js';
import { rpo, seconds } from '../text/run-text.js';
import { outagesOf, threeOf } from './alike.js';
import type { ReportDocument } from './document.js';

export type Row = [name: string, value: string];

/** The document as the run's report, for what tells of any. */
export function reportOf({ vms, cutovers, ...document }: ReportDocument): RunReport {
  const { all: _, ...expected } = cutovers?.expected ?? { all: null };
  return {
    ...document,
    ...('site' in expected ? { expected: { ...expected, share: null } } : {}),
    vms: vms.map(({ source, ...vm }) => {
      const { power, since, known, before } = source;
      if (power === undefined || since === undefined || known === undefined || before === undefined) return vm;
      return { ...vm, source: { power, since, known, before } };
    }),
  };
}

/** `2026-12-05 21:00:13`; a dash for none. */
export const utc = (iso: string | null): string => (iso === null ? '-' : iso.slice(0, 19).replace('T', ' '));

export const wholeTitle = ({ drill, run }: ReportDocument): string => `${drill === null ? 'Run' : 'Drill'} ${run}`;

export function summaryRows(document: ReportDocument): Row[] {
  const { plan, kind, drill, state, startedAt, finishedAt, pausedBecause, pausedAdvice, sitesAway, acts, totals } =
    document;
  return [
    [drill === null ? 'plan' : 'drill', plan],
    ['kind', drill === null ? kind : `drill, mode ${drill.mode}`],
    ...(drill === null ? [] : writtenRows(drill)),
    ['state', state],
    ['started', utc(startedAt)],
    ['finished', finishedAt === null ? `not yet; as of ${utc(document.writtenAt)}` : utc(finishedAt)],
    ['took', inWords(between(startedAt, finishedAt, Date.parse(document.writtenAt)))],
    ...some('paused', pausedBecause),
    ...some('next step', pausedAdvice),
    ...sitesAway.map(({ site, since, message }): Row => [`${site} away`, `since ${utc(since)}: ${message}`]),
    ...outageRows(document),
    ...cutoverRows(document.cutovers),
    ...some('migrated before', totals.movedBefore === 0 ? null : plural(totals.movedBefore, 'VM')),
    ...some('acts of persons', acts.length === 0 ? null : String(acts.length)),
    ...(drill === null || finishedAt === null ? [] : signedRows(drill)),
  ];
}

/** What the file of a drill says of it. */
const writtenRows = ({ scenario, lead, observers = [], reference }: DrillResult): Row[] => [
  ...some('scenario', scenario ?? null),
  ...some('lead', lead ?? null),
  ...some('observers', observers.length === 0 ? null : observers.join(', ')),
  ...some('reference', reference ?? null),
];

function signedRows({ signedBy }: DrillResult): Row[] {
  if (signedBy === undefined) return [];
  if (signedBy === null) return [['signed off', 'not yet']];
  const { at, by, note, reference } = signedBy;
  const why = [reference, note].filter((text) => text !== null).join(', ');
  return [['signed off', `by ${by}, ${utc(at)}${why === '' ? '' : ` (${why})`}`]];
}

export const FINDING_HEAD = ['finding', 'to be mended by', 'due', 'noted by', 'at'];

/** What persons have noted of a drill after its end. */
export const findingRows = ({ drill }: Pick<ReportDocument, 'drill'>): string[][] =>
  (drill?.findings ?? []).map(({ text, owner, due, by, at }) => [text, owner ?? '-', due ?? '-', by, utc(at)]);

const some = (name: string, value: string | null): Row[] => (value === null ? [] : [[name, value]]);

function outageRows(document: ReportDocument): Row[] {
  const { cut, down } = outagesOf(reportOf(document).vms);
  const three = threeOf(cut);
  const most = ({ outageSeconds }: VmReport): string => seconds(outageSeconds);
  return [
    ...some(
      'outage, at most',
      three === null
        ? null
        : `shortest ${most(three[0])}, median ${most(three[1])}, longest ${most(three[2])} (${three[2].name}); ${plural(cut.length, 'VM')}`,
    ),
    ...some(
      'may be down',
      down.length === 0 ? null : listed(down.map(({ name, downSince }) => `${name} since ${utc(downSince ?? null)}`)),
    ),
  ];
}

/** What was expected of the cutovers, beside what came. */
export function cutoverRows(cutovers: CutoversCompared | null): Row[] {
  if (cutovers === null) return [];
  const { expected, measured } = cutovers;
  const span = (of: { p50Seconds: number; p95Seconds: number }): string =>
    spanText({ p50: of.p50Seconds * 1_000, p95: of.p95Seconds * 1_000 });
  const each = [
    expected === null
      ? 'expected: not known, too few were measured'
      : `expected ${span(expected)}, by the last ${expected.count} at ${expected.site}`,
    measured === null ? 'none was made' : `took ${span(measured)}; ${plural(measured.count, 'cutover')}`,
  ];
  const all = expected?.all ?? null;
  const whole = [
    ...(all === null ? [] : [`expected ${span(all)}, ${expected?.atOnce} at once`]),
    ...(measured === null ? [] : [`some was under way for ${inWords(measured.underWaySeconds * 1_000)}`]),
  ];
  return [
    ['a cutover (half, 95 of 100)', each.join('; ')],
    ...some('all cutovers', whole.length === 0 ? null : whole.join('; ')),
  ];
}

export const STATES: VmState[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'running', 'waiting'];

const named = ({ site, login = DEFAULT_LOGIN }: ReportDocument['source']): string =>
  site === null ? 'not known' : siteWithLogin(site, { [site]: login });

export function scopeRows({ source, destination, window, approval, vms, drill }: ReportDocument): Row[] {
  const waves = new Map<string, number>();
  for (const { wave } of vms) waves.set(wave, (waves.get(wave) ?? 0) + 1);
  const parts = [...waves].map(([name, count]) => `${name} (${count})`);
  return [
    ['source site', named(source)],
    ['destination site', named(destination)],
    ...some('destination VDC', destination.vdc),
    ...some('storage profile', destination.storageProfile === '*' ? 'any (*)' : destination.storageProfile),
    [drill === null ? 'waves' : 'groups', `${listed(parts)}; ${plural(vms.length, 'VM')}`],
    ...some('window', window === null ? null : `${utc(window.opens)} to ${utc(window.closes)}`),
    ...some('approval', approval === null || approval === 'none' ? null : `per ${approval}`),
    ...(drill?.networks ?? []).map(({ from, names }): Row => [`networks (${from})`, names.join(', ') || '-']),
  ];
}

/** `met` null: it cannot be told yet, or not at all. */
export interface Objective {
  name: string;
  wanted: string;
  measured: string;
  met: boolean | null;
}

/** What was wanted, held against what was measured; nothing where nothing was wanted. */
export function objectivesOf(document: ReportDocument): Objective[] {
  const { drill, finishedAt } = document;
  return [...(drill === null ? [] : drillObjectives(drill, finishedAt !== null)), ...windowObjective(document)];
}

function drillObjectives(drill: DrillResult, isOver: boolean): Objective[] {
  const { objectives, rtoSeconds, rpoSeconds, rpoUncertaintySeconds, phase, left } = drill;
  const worst = rpoSeconds === null ? null : rpoSeconds + (rpoUncertaintySeconds ?? 0);
  function objective(name: string, wanted: number | null, value: number | null, shown: string): Objective[] {
    if (wanted === null) return [];
    const unknown = isOver ? 'not reached, or not known' : 'not known yet';
    const met = value === null ? (isOver ? false : null) : value <= wanted;
    return [{ name, wanted: `at most ${seconds(wanted)}`, measured: shown || unknown, met }];
  }
  return [
    ...objective('RTO', objectives.rtoSeconds, rtoSeconds, seconds(rtoSeconds)),
    ...objective('RPO', objectives.rpoSeconds, worst, rpo(drill)),
    {
      name: 'left behind',
      wanted: 'nothing',
      measured: phase === 'done' ? listed(left) || 'nothing' : 'not known yet',
      met: phase === 'done' ? left.length === 0 : null,
    },
  ];
}

function windowObjective({ window, vms, finishedAt }: ReportDocument): Objective[] {
  if (window === null) return [];
  // One that is sent again after its task failed has begun before.
  const begun = vms
    .flatMap(({ operations }) => operations.find(({ kind }) => isCutover(kind))?.submittedAt ?? [])
    .sort();
  const outside = begun
    .map((at) => Date.parse(at))
    .filter((at) => at < Date.parse(window.opens) || at >= Date.parse(window.closes)).length;
  return [
    {
      name: 'cutovers begun within the window',
      wanted: `${utc(window.opens)} to ${utc(window.closes)}`,
      measured: begun.length === 0 ? 'none was begun' : `${utc(begun[0] ?? null)} to ${utc(begun.at(-1) ?? null)}`,
      met: outside > 0 ? false : finishedAt === null && begun.length === 0 ? null : true,
    },
  ];
}

export const metWord = ({ met }: Objective): string => (met === null ? 'open' : met ? 'met' : 'missed');

/** How it is known, and with what it was done. */
export function evidenceRows(document: ReportDocument): Row[] {
  const { planDigest, versions, environment, writtenAt, writtenBy, missing, checksum, version, drill } = document;
  const known = (value: string | null | undefined): string => value ?? 'not known';
  return [
    [`digest of the ${drill === null ? 'plan' : 'drill'}`, known(planDigest)],
    ['kept by', `Drover ${known(versions.drover)}`],
    ['Temporal', `${known(versions.temporal)}, namespace ${known(environment?.namespace)}`],
    ['task queue', known(environment?.taskQueue)],
    ...Object.entries(versions.sites).map(([site, its]): Row => [`version of ${site}`, its]),
    ['written', `${utc(writtenAt)} by Drover ${writtenBy}, report version ${version}`],
    ...(missing.length === 0
      ? []
      : [['not in it', `${missing.join('; ')}: a worker and the store tell it`] satisfies Row]),
    ['checksum of the data', checksum ?? 'none, since it is not whole'],
  ];
}

/** `migrate failed, 12-05 21:00:05, 1 min 05 s`: the result where it did not succeed, how long it took where it has ended. */
export function operationText({ kind, result, submittedAt, finishedAt }: OperationRecord): string {
  const took = finishedAt === null ? '' : `, ${inWords(between(submittedAt, finishedAt))}`;
  return `${kind}${result === 'succeeded' ? '' : ` ${result ?? 'open'}`}, ${utc(submittedAt).slice(5)}${took}`;
}

/** What persons have told, in their order. */
export function actRows({ acts }: ReportDocument): string[][] {
  return acts.map(({ at, actor, act, target, note, reference, after, refused }) => [
    utc(at),
    actor,
    act,
    target ?? 'the run',
    [note, reference].filter((text) => text !== null).join(', '),
    refused === null ? effect(after) : `refused: ${refused}`,
  ]);
}

const effect = (after: unknown): string =>
  typeof after === 'object' && after !== null && 'message' in after ? String(after.message) : '';

export const ACT_HEAD = ['when', 'who', 'act', 'for', 'note', 'effect'];
