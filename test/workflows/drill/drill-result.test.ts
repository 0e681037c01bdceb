/** What a drill is said to have proved, from made-up reports of its VMs. */
import { describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import { drillResult } from '../../../workflows/drill/drill-result.js';
import { madeUpDrill, progressAt, reportsOf } from '../support/made-up.js';

const groups = [['a'], ['b', 'c']];
const measured = (rtoSeconds: number | null, rpoSeconds: number | null): Partial<VmReport> => ({
  state: 'succeeded',
  step: 'done',
  rtoSeconds,
  rpoSeconds,
});
const ALL = { a: measured(100, 900), b: measured(300, 60), c: measured(200, 120) };

function resultOf(changes: Record<string, Partial<VmReport>>, rto: number | null = null, rpo: number | null = null) {
  const drill = madeUpDrill(groups, { objectives: { rto, rpo } });
  return drillResult(drill, progressAt(), reportsOf(drill, changes));
}

describe('RTO and RPO of a drill', () => {
  it('are those of its slowest VM and of the one that would have lost most, and so for each group', () => {
    expect(resultOf(ALL)).toMatchObject({
      rtoSeconds: 300,
      rpoSeconds: 900,
      groups: [
        { name: 'g1', rtoSeconds: 100, rpoSeconds: 900 },
        { name: 'g2', rtoSeconds: 300, rpoSeconds: 120 },
      ],
    });
  });

  it('are unknown, not small, while a VM was not measured', () => {
    expect(resultOf({ ...ALL, c: measured(null, 120) })).toMatchObject({
      rtoSeconds: null,
      rpoSeconds: 900,
      groups: [
        { name: 'g1', rtoSeconds: 100 },
        { name: 'g2', rtoSeconds: null, rpoSeconds: 120 },
      ],
    });
  });

  it('are unknown when nothing was recovered', () => {
    expect(resultOf({})).toMatchObject({ rtoSeconds: null, rpoSeconds: null, missed: [] });
  });
});

describe('objectives', () => {
  it('are met by what takes exactly as long', () => {
    expect(resultOf(ALL, 300_000, 900_000).missed).toEqual([]);
  });

  it('that are missed name each VM, what it took, what was wanted, and by how much', () => {
    expect(resultOf(ALL, 180_000, 600_000).missed).toEqual([
      'RPO of vm-a (a): 15 min, objective 10 min: 5 min over',
      'RTO of vm-b (b): 5 min, objective 3 min: 2 min over',
      'RTO of vm-c (c): 3.3 min, objective 3 min: 20 s over',
    ]);
  });

  it('are told in hours where minutes are many', () => {
    const late = { ...ALL, a: measured(3 * 3_600, 0) };
    expect(resultOf(late, 3_600_000).missed).toEqual(['RTO of vm-a (a): 3 h, objective 60 min: 2 h over']);
  });

  it('are not met by an RPO that is not known of what was recovered, nor by one that may be over', () => {
    expect(resultOf({ ...ALL, a: measured(100, null) }, null, 900_000).missed).toEqual([
      expect.stringMatching(/^RPO of vm-a \(a\): not known: .*; objective 15 min$/),
    ]);
    const nearly = { ...ALL, a: { ...measured(100, 899), rpoUncertaintySeconds: 2 } };
    expect(resultOf(nearly, null, 900_000).missed).toEqual([expect.stringContaining('it may be over')]);
  });

  it('are not met by a VM that succeeded without a figure, powered on or not', () => {
    expect(resultOf({ ...ALL, b: measured(null, 60) }, 600_000, null).missed).toEqual([
      expect.stringMatching(/^RTO of vm-b \(b\): not known: .*; objective 10 min$/),
    ]);
    const off = madeUpDrill(groups, {
      objectives: { rto: 600_000, rpo: 900_000 },
      recovery: { ...madeUpDrill(groups).recovery, powerOn: false },
    });
    const left = { a: measured(null, null), b: measured(null, 60), c: measured(null, 120) };
    const { missed } = drillResult(off, progressAt(), reportsOf(off, left));
    expect(missed).toEqual([
      expect.stringContaining('RTO of vm-a (a): not known: it was not powered on'),
      expect.stringMatching(/^RPO of vm-a \(a\): not known/),
      expect.stringContaining('RTO of vm-b (b): not known: it was not powered on'),
      expect.stringContaining('RTO of vm-c (c): not known: it was not powered on'),
    ]);
  });

  it('are not judged where nothing was recovered, or where the drill has none', () => {
    const failed = { ...measured(null, null), state: 'failed' as const };
    expect(resultOf({ ...ALL, b: failed }, 299_000, null).missed).toEqual([]);
    expect(resultOf(ALL).missed).toEqual([]);
  });

  it('are in the result as seconds', () => {
    expect(resultOf(ALL, 1_800_000, null).objectives).toEqual({ rtoSeconds: 1_800, rpoSeconds: null });
  });
});

describe('the course of a drill', () => {
  const drill = madeUpDrill(groups, { timeout: 1_800_000 });

  it('shows its moments as ISO 8601, and what it swept', () => {
    const swept = [{ vm: 'vm-a', run: 'earlier' }];
    const progress = progressAt({ phase: 'hold', triggeredAt: 0, heldUntil: 60_000, swept });
    expect(drillResult(drill, progress, reportsOf(drill))).toMatchObject({
      mode: 'test',
      phase: 'hold',
      triggeredAt: '1970-01-01T00:00:00.000Z',
      heldUntil: '1970-01-01T00:01:00.000Z',
      swept,
    });
  });

  it('says first that its time was over', () => {
    const { missed } = drillResult(drill, progressAt({ timedOut: true }), reportsOf(drill, ALL));
    expect(missed).toEqual(["the drill's time of 30 min was over before all VMs were up"]);
  });
});
