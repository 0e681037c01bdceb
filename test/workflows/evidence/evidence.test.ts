import { describe, expect, test } from '@jest/globals';
import type { RunReport, VmReport } from '../../../contract/report.js';
import { drillOf, openPort, protect, startDrill, tcpCheck } from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';

/** What the store has of a run, put together as its report. */
async function keptReport(lab: Lab, run: string): Promise<RunReport> {
  const kept = await lab.store.run(run);
  if (kept === null) throw new Error(`the store knows nothing of ${run}`);
  const vms: VmReport[] = [];
  for (
    let page = await lab.store.vms({ of: kept, from: null });
    ;
    page = await lab.store.vms({ of: kept, from: page.next })
  ) {
    vms.push(...page.vms);
    if (page.next === null) break;
  }
  return { ...kept.head, vms };
}

const asked = (lab: Lab) =>
  lab.store.movedFrom({ source: lab.source, vms: lab.plan().waves.flatMap(({ vms }) => vms) });

describe('the evidence of a run', () => {
  test('is kept as its report says, of VMs that ended in every way, in the order of the plan', () =>
    withLab({ vms: 4 }, async (lab) => {
      const plan = lab.plan();
      const [first, second, third] = plan.waves[0]?.vms ?? [];
      const refused = { code: 'BadRequest', msg: 'no' };
      lab.simulator.control.addFaults({
        vmId: second?.id ?? '',
        operation: 'start',
        kind: 'status',
        status: 400,
        error: refused,
      });
      // One that never begins, since what it waits for fails.
      if (third !== undefined) third.after = [second?.id ?? ''];
      const { run, result } = await lab.start({ ...plan, stopAfter: null });
      const report = await result();
      expect(report.vms.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'skipped', 'succeeded']);
      expect(await keptReport(lab, run)).toEqual(report);
      const moved = await asked(lab);
      expect(new Set(moved.map(({ vmId }) => vmId))).toEqual(new Set([first?.id, plan.waves[0]?.vms[3]?.id]));
      expect(moved[0]).toMatchObject({ to: lab.destination, run });
      const migrations = await lab.store.durations(lab.destination, 'migrate', 10);
      expect(migrations).toHaveLength(2);
      for (const seconds of migrations) expect(seconds).toBeGreaterThan(0);
    }));

  test('is kept of a drill, with what it proved', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const { port, close } = await openPort();
      try {
        const { run, result } = await startDrill(lab, drillOf(lab, { checks: [tcpCheck(port)] }));
        const proved = await result();
        expect(proved.drill).not.toBeNull();
        expect(await keptReport(lab, run)).toEqual(proved);
        expect(await asked(lab)).toEqual([]);
      } finally {
        close();
      }
    }));
});
