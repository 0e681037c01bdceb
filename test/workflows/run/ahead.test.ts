/** Copies ahead of the waves, and units that wait at their gate without a workflow; judged by the simulator's ledger and world. */
import { expect } from '@jest/globals';
import { approveUpdate, cancelUpdate, resumeUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport, WaitingFor } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { drillOf, startDrill } from '../../support/drills.js';
import type { Lab } from '../../support/lab.js';
import { inWaves } from '../../support/plans.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const APPROVED = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;

const withPart = sharedLab({ vms: 8 });

const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));
const sent = (lab: Lab, kind: string) => lab.simulator.control.ledger().filter((entry) => entry.kind === kind).length;
const twoWaves = (lab: Lab, change: Partial<Plan> = {}) => inWaves(lab.plan(change), { pilot: 1, core: 1 });
const waits =
  (...reasons: WaitingFor[]) =>
  (report: RunReport): boolean =>
    report.vms.every(({ step, waitingFor }, n) => step === 'gate' && waitingFor === reasons[n]);

/** A workflow ends a moment after it has said that its unit waits, or is over. */
async function untilStates(lab: Lab, { vms }: RunReport, wanted: string): Promise<void> {
  for (const { id } of vms) {
    const unit = lab.client.workflow.getHandle(vmWorkflowId(lab.source, id));
    await until(
      () => unit.describe(),
      ({ type, status }) => `${type} ${status.name}` === wanted,
    );
  }
}

describe('a plan of two waves', () => {
  it.concurrent('is copied at once; what waits has no workflow, and is cut over wave by wave', () =>
    withPart(2, async (lab) => {
      const { run, report, result } = await lab.start(twoWaves(lab, { cutover: APPROVED }));
      const copied = await until(report, waits('approval', 'dependency'));
      await untilStates(lab, copied, 'copyVm COMPLETED');
      expect([sent(lab, 'start'), sent(lab, 'migrate')]).toEqual([2, 0]);
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{ wave: 'pilot' }] });
      const pilot = await until(report, (now) => now.vms[1]?.waitingFor === 'approval');
      expect(pilot.vms.map(({ state }) => state)).toEqual(['succeeded', 'waiting']);
      expect(sent(lab, 'migrate')).toBe(1);
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{ wave: 'core' }] });
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(done.vms.map(({ operations }) => operations.map(({ kind }) => kind))).toEqual(
        Array(2).fill(['start', 'migrate', 'delete']),
      );
      expect(lab.wrongWith(done)).toEqual([]);
    }));

  it.concurrent('is copied, and no more, until a person says resume', () =>
    withPart(2, async (lab) => {
      const { run, report, result } = await lab.start(twoWaves(lab), undefined, 'synced');
      await until(report, waits('until', 'until'));
      expect([sent(lab, 'start'), sent(lab, 'migrate')]).toEqual([2, 0]);
      await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
    }));

  it.concurrent('that is cancelled at its gates leaves no replication, and touches no source', () =>
    withPart(2, async (lab) => {
      const { run, report, result } = await lab.start(twoWaves(lab, { cutover: APPROVED }));
      await until(report, waits('approval', 'dependency'));
      const { affected } = await handle(lab, run).executeUpdate(cancelUpdate, { args: [{}] });
      expect(affected).toBe(2);
      const done = await result();
      expect(done).toMatchObject({ state: 'cancelled', totals: { cancelled: 2 } });
      expect(done.vms.map(({ error }) => error)).toEqual([null, null]);
      await untilStates(lab, done, 'undoVm FAILED');
      expect(lab.simulator.control.world().replications).toEqual([]);
      expect(sent(lab, 'migrate')).toBe(0);
    }));
});

describe('a copy that waits at its gate', () => {
  it.concurrent('is rehearsed by a drill meanwhile, and is cut over after it', () =>
    withPart(1, async (lab) => {
      const { run, report, result } = await lab.start(lab.plan({ cutover: APPROVED }));
      await until(report, waits('approval'));
      const drill = await startDrill(lab, drillOf(lab, { hold: 0 }));
      const proved = await drill.result();
      expect(proved).toMatchObject({ state: 'succeeded', drill: { left: [] } });
      expect([sent(lab, 'failover-test'), sent(lab, 'cleanup')]).toEqual([1, 1]);
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{}] });
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
    }));

  it.concurrent('whose gate opens while a drill has it waits for the drill', () =>
    withPart(1, async (lab) => {
      const { run, report, result } = await lab.start(lab.plan({ cutover: APPROVED }));
      await until(report, waits('approval'));
      const drill = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }));
      await until(drill.report, (now) => now.vms[0]?.step === 'hold');
      await handle(lab, run).executeUpdate(approveUpdate, { args: [{}] });
      const waiting = await until(report, (now) => now.vms[0]?.waitingFor === 'claim');
      expect(waiting.vms[0]?.error?.message).toContain(drill.run);
      expect(sent(lab, 'migrate')).toBe(0);
      await drill.cancel();
      expect((await drill.result()).drill?.left).toEqual([]);
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
      const order = lab.simulator.control.ledger().map(({ kind }) => kind);
      expect(order.indexOf('migrate')).toBeGreaterThan(order.indexOf('cleanup'));
    }));
});
