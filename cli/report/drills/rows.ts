/** What the formats for people tell of the drills of one name. Pure. */
import type { DrillRecord } from '../../../client/drills/drill-evidence.js';
import { between } from '../../../client/words.js';
import { inWords } from '../../../contract/words.js';
import { rpo, seconds } from '../../text/run-text.js';
import { type Row, utc } from '../rows.js';
import type { DrillsDocument } from './document.js';

export function drillsSummary({ drill, since, drills, missing, writtenAt }: DrillsDocument): Row[] {
  const slowest = [...drills].sort((a, b) => (b.rtoSeconds ?? 0) - (a.rtoSeconds ?? 0))[0];
  return [
    ['drill', drill],
    ['from', utc(since)],
    ['to', utc(writtenAt)],
    ['drills', countsText(drills)],
    ...(slowest?.rtoSeconds == null
      ? []
      : [['longest RTO', `${seconds(slowest.rtoSeconds)} (${slowest.run})`] satisfies Row]),
    ...(missing === null ? [] : [['may be missing', `what Temporal has forgotten: ${missing}`] satisfies Row]),
  ];
}

export const DRILL_STATES = ['succeeded', 'failed', 'cancelled', 'running', 'paused'] as const;

export const countOf = (drills: DrillRecord[], state: DrillRecord['state']): number =>
  drills.filter((one) => one.state === state).length;

function countsText(drills: DrillRecord[]): string {
  const parts = DRILL_STATES.map((state) => ({ state, count: countOf(drills, state) })).filter(
    ({ count }) => count > 0,
  );
  return `${drills.length}${parts.length === 0 ? '' : `: ${parts.map(({ state, count }) => `${count} ${state}`).join(', ')}`}`;
}

export const DRILL_HEAD = [
  'run',
  'began',
  'took',
  'result',
  'VMs',
  'RTO',
  'wanted',
  'RPO',
  'wanted',
  'signed off',
  'findings',
];

export function drillCells(one: DrillRecord): string[] {
  const { run, startedAt, finishedAt, state, vms, failed, objectives } = one;
  return [
    run,
    utc(startedAt),
    finishedAt === null ? '-' : inWords(between(startedAt, finishedAt)),
    state ?? 'not known',
    vms === null ? '-' : failed === null || failed === 0 ? String(vms) : `${vms}, ${failed} failed`,
    seconds(one.rtoSeconds) || '-',
    seconds(objectives.rtoSeconds) || '-',
    rpo(one) || '-',
    seconds(objectives.rpoSeconds) || '-',
    one.signedBy === null ? '-' : `${one.signedBy.by}, ${utc(one.signedBy.at)}`,
    one.findings.join('; ') || 'none',
  ];
}

export const drillsEvidence = ({ writtenAt, writtenBy, version, checksum }: DrillsDocument): Row[] => [
  ['written', `${utc(writtenAt)} by Drover ${writtenBy}, report version ${version}`],
  ['checksum of the data', checksum],
];
