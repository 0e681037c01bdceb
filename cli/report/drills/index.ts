/** The formats of the drills of one name over time: pure functions, as those of a run. */
import { stringify } from 'csv-stringify/sync';
import type { DrillRecord } from '../../../client/drills/drill-evidence.js';
import { cell, harmless, markdown, markup } from '../../text/harmless.js';
import { jsonText } from '../../text/output.js';
import { table } from '../../text/table.js';
import { markdownTable } from '../markdown.js';
import type { DrillsDocument } from './document.js';
import { drillsHtml } from './html.js';
import { DRILL_HEAD, drillCells, drillsEvidence, drillsSummary } from './rows.js';

type Formatter = (document: DrillsDocument) => Iterable<string>;

export const DRILLS_FORMATS = {
  text: (document) => [textOf(harmless(document))],
  json: (document) => [jsonText(document)],
  csv: (document) => [csvOf(harmless(document, cell))],
  md: (document) => [markdownOf(harmless(document, markdown))],
  html: (document) => drillsHtml(harmless(document, markup)),
} satisfies Record<string, Formatter>;

export type DrillsFormat = keyof typeof DRILLS_FORMATS;

export const isDrillsFormat = (format: string): format is DrillsFormat => format in DRILLS_FORMATS;

function textOf(document: DrillsDocument): string {
  const facts = [...drillsSummary(document), ...drillsEvidence(document)].map(([name, value]) => [`  ${name}`, value]);
  const drills = document.drills.map((one) => drillCells(one).slice(0, -1));
  const findings = document.drills.flatMap(({ run, findings: its }) => its.map((text) => `  ${run}: ${text}`));
  return [
    `Drills ${document.drill}, times in UTC`,
    table([], facts),
    ...(drills.length === 0
      ? []
      : [
          table(
            DRILL_HEAD.slice(0, -1).map((name) => name.toUpperCase()),
            drills,
          ),
        ]),
    ...(findings.length === 0 ? [] : [['Findings:', ...findings].join('\n')]),
  ].join('\n\n');
}

type Column = (one: DrillRecord, document: DrillsDocument) => string | number | null;

const COLUMNS: Record<string, Column> = {
  drill: (_, { drill }) => drill,
  run: ({ run }) => run,
  state: ({ state }) => state,
  mode: ({ mode }) => mode,
  startedAt: ({ startedAt }) => startedAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  vms: ({ vms }) => vms,
  failed: ({ failed }) => failed,
  rtoSeconds: ({ rtoSeconds }) => rtoSeconds,
  rtoWantedSeconds: ({ objectives }) => objectives.rtoSeconds,
  rpoSeconds: ({ rpoSeconds }) => rpoSeconds,
  rpoUncertaintySeconds: ({ rpoUncertaintySeconds }) => rpoUncertaintySeconds,
  rpoWantedSeconds: ({ objectives }) => objectives.rpoSeconds,
  findings: ({ findings }) => findings.join(' | '),
  signedBy: ({ signedBy }) => signedBy?.by ?? null,
  signedAt: ({ signedBy }) => signedBy?.at ?? null,
};

function csvOf(document: DrillsDocument): string {
  const rows = document.drills.map((one) => Object.values(COLUMNS).map((value) => value(one, document)));
  return stringify([Object.keys(COLUMNS), ...rows]);
}

function markdownOf(document: DrillsDocument): string {
  const { drill, drills } = document;
  return [
    `# Drills ${drill}\n\nTimes are UTC.\n`,
    ...markdownTable(['', ''], drillsSummary(document)),
    '\n## Drills\n',
    ...markdownTable(DRILL_HEAD, drills.map(drillCells)),
    '\n## Evidence\n',
    ...markdownTable(['', ''], drillsEvidence(document)),
    '',
  ].join('\n');
}
