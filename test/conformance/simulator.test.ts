import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { FAMILIES } from '../../conformance/case.js';
import { CASES } from '../../conformance/cases/index.js';
import { summary, tableOf } from '../../conformance/report.js';
import type { Report, Row } from '../../conformance/run.js';
import { type Assumptions, assumptionTable } from '../../simulator/index.js';
import { byVerdict, runCases } from './support/runs.js';

describe('the cases', () => {
  it('are named once each, and name who says so', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    for (const { id, source, assumes } of CASES) {
      const assumed = source.startsWith('[assumed → ');
      expect([id, assumed || /^\[(seed|doc|client|KB)[ \]]/.test(source) || source.startsWith('[seed')]).toEqual([
        id,
        true,
      ]);
      expect([id, assumes !== undefined]).toEqual([id, assumed]);
    }
    expect(new Set(CASES.map(({ family }) => family))).toEqual(new Set(FAMILIES));
  });

  it('cover every row of the simulator’s assumptions, with its default', () => {
    const rows = CASES.filter(({ row }) => row !== undefined);
    const expected = Object.entries(assumptionTable).map(([name, row]) => [name, String(row.default)]);
    expect(new Map(rows.map(({ row, assumes }) => [row, assumes]))).toEqual(
      new Map(expected as [keyof Assumptions, string][]),
    );
  });
});

describe('in full against the simulator', () => {
  let rows: Map<string, Row>;
  beforeAll(async () => {
    rows = await runCases(() => true);
  });

  it('every documented case conforms', () => {
    const documented = [...rows.values()].filter(({ kind }) => kind === 'documented');
    expect(documented.length).toBeGreaterThan(150);
    expect(documented.filter(({ verdict }) => verdict !== 'conforms')).toEqual([]);
  });

  it('every assumed case shows what is assumed', () => {
    expect(byVerdict(rows, 'otherwise')).toEqual([]);
    // Whether late tasks are unknown by their id can be seen of late tasks only.
    expect(byVerdict(rows, 'not checked')).toEqual(['tasks.late-tasks']);
  });

  it('prints the table of docs/conformance.md', async () => {
    const report: Report = { target: 'lyon', mode: 'full', rows: [...rows.values()], notes: [] };
    const page = await readFile(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
    expect(page).toContain(`${tableOf(report)}\n${summary(report)}\n`);
  });
});
