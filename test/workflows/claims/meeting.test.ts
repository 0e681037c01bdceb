/** Runs and drills that want the same VMs, by whatever ids: one works, the others wait for it, and then do all. */
import { expect } from '@jest/globals';
import { claimMoreSignal } from '../../../contract/messages.js';
import { claimsWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Drill } from '../../../plan/types.js';
import { drillOf, entries, expectNothingLeft, protect, startDrill, testCopies } from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aVm } from '../../support/plans.js';
import { atApproval, given, protection, recoverByHand, replications, vmsAt } from '../../support/recoveries.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const HOLD = 3_600_000;

/** How its one VM was failed over and turned round. */
type Turned = 'by Drover' | 'by a person';

async function turnedRound(lab: Lab, how: Turned): Promise<void> {
  await given(lab, protection(lab));
  if (how === 'by Drover') {
    await given(lab, lab.plan({ kind: 'failover' }));
    await given(lab, lab.plan({ kind: 'reverse', confirm: 'removes-source' }));
    return;
  }
  await recoverByHand(lab);
  const replicationId = replications(lab)[0]?.id ?? '';
  lab.simulator.control.act({ operation: 'reverse', replicationId, user: 'ann@acme' });
  await until(
    async () => replications(lab)[0],
    (one) => one?.sourceSite === lab.destination && one.state === 'OK' && one.recoveryState === 'NOT_STARTED',
  );
}

/** A drill of that VM: by the id that it had at home, or by the one that it has now, from there. */
function drillBy(lab: Lab, which: 'home' | 'now'): Drill {
  if (which === 'home') return drillOf(lab, { hold: HOLD });
  const [{ id, name } = { id: '', name: '' }] = vmsAt(lab, lab.destination);
  return drillOf(lab, {
    hold: HOLD,
    source: { site: lab.destination },
    destination: { site: lab.source },
    groups: [{ name: 'all', vms: [aVm(name, { id })] }],
  });
}

const isHeld = (r: RunReport) => r.drill?.phase === 'hold';
const isWaitingFor = (run: string) => (r: RunReport) =>
  r.vms.some(
    ({ error, waitingFor }) => waitingFor === 'claim' && error?.message === `waits for run ${run}, which has this VM`,
  );
/** Also when it does anything else than wait, so that a test says what. */
const isDecided = (r: RunReport) => r.finishedAt !== null || isHeld(r) || r.vms.some(({ error }) => error !== null);

const terminate = (lab: Lab, workflowId: string) => lab.client.workflow.getHandle(workflowId).terminate('a test');

describe('two drills of a VM that was turned round', () => {
  const CASES = [
    ['by Drover', 'home', 'now'],
    ['by a person', 'home', 'now'],
    ['by a person', 'now', 'home'],
  ] as const;

  // Each way round once, and each order.
  it.concurrent.each(inShort(CASES, ([how, one]) => how === 'by Drover' || one === 'now'))(
    '%s, known by its id %s and then %s, test it one after the other',
    (how, one, other) =>
      withLab({ vms: 1 }, async (lab) => {
        await turnedRound(lab, how);
        const first = await startDrill(lab, drillBy(lab, one), `${lab.source}-first`);
        await until(first.report, isHeld);
        // Whoever ends what keeps the claims ends none of them.
        if (how === 'by Drover') await terminate(lab, claimsWorkflowId(lab.source, lab.destination));
        const second = await startDrill(lab, drillBy(lab, other), `${lab.source}-second`);
        const waiting = await until(second.report, isDecided);
        expect(waiting.vms[0]).toMatchObject({ waitingFor: 'claim', error: { code: 'VmInUse' } });
        expect(isWaitingFor(first.run)(waiting)).toBe(true);
        expect(entries(lab, 'failover-test')).toHaveLength(1);
        await first.cancel();
        await until(second.report, isHeld);
        const [, test] = entries(lab, 'failover-test');
        expect(test?.seq).toBeGreaterThan(entries(lab, 'cleanup')[0]?.seq ?? Infinity);
        await second.cancel();
        expect((await second.result()).vms[0]?.error).toBeNull();
        expect(testCopies(lab)).toEqual([]);
      }),
  );

  it.concurrent('do not wait for one that was terminated with all that it had', () =>
    withLab({ vms: 1 }, async (lab) => {
      await turnedRound(lab, 'by Drover');
      const first = await startDrill(lab, drillBy(lab, 'home'), `${lab.source}-first`);
      await until(first.report, isHeld);
      await first.terminate();
      await terminate(lab, vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? ''));
      const second = await startDrill(lab, drillBy(lab, 'now'), `${lab.source}-second`);
      await until(second.report, isHeld);
      await second.cancel();
      expect((await second.result()).vms[0]?.error).toBeNull();
      expect(testCopies(lab)).toEqual([]);
    }));
});

describe('two drills over the same VMs in opposite order', () => {
  it.concurrent('that wait for a third take none of them meanwhile; then one does all, and so does the other', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const vms = lab.plan().waves[0]?.vms ?? [];
      const over = (...members: typeof vms) => drillOf(lab, { groups: [{ name: 'all', vms: members }] });
      const [a = aVm('a'), b = aVm('b')] = vms;
      const third = await startDrill(lab, { ...over(b), hold: HOLD }, `${lab.source}-third`);
      await until(third.report, isHeld);
      const one = await startDrill(lab, over(a, b), `${lab.source}-one`);
      const waits = await until(one.report, isWaitingFor(third.run));
      expect(waits.vms).toMatchObject([
        { id: a.id, step: 'queued' },
        { id: b.id, waitingFor: 'claim' },
      ]);
      const other = await startDrill(lab, over(b, a), `${lab.source}-other`);
      await until(other.report, isWaitingFor(one.run));
      await third.cancel();
      for (const { result } of [one, other])
        expect(await result()).toMatchObject({ state: 'succeeded', totals: { succeeded: 2 } });
      const runs = entries(lab, 'failover-test').map(({ operationId }) => operationId?.split('/')[1]);
      expect(runs).toEqual([third.run, one.run, one.run, other.run, other.run]);
      expectNothingLeft(lab);
    }));
});

describe('a unit of which nothing new is found once its gate is open', () => {
  async function timesTold(lab: Lab): Promise<number> {
    const handle = lab.client.workflow.getHandle(claimsWorkflowId(lab.source, lab.destination));
    const { events } = await handle.fetchHistory();
    const names = (events ?? []).map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
    return names.filter((name) => name === claimMoreSignal.name).length;
  }

  it.concurrent('does not tell again by what its VM is known', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      const run = await atApproval(lab, { kind: 'failover' });
      const before = await timesTold(lab);
      // What the recovery makes of the VM is news.
      lab.simulator.control.setSpeed(0.01);
      await run.approve();
      await until(
        async () => entries(lab, 'failover'),
        (all) => all.length === 1,
      );
      expect(await timesTold(lab)).toBe(before);
      lab.simulator.control.setSpeed(200);
      expect((await run.result()).state).toBe('succeeded');
    }));
});

describe('a unit whose gate opens while a drill has its copy', () => {
  it.concurrent('waits for the drill, and is cut over as soon as that is over', () =>
    withLab({ vms: 1 }, async (lab) => {
      const run = await atApproval(lab);
      const drill = await startDrill(lab, drillOf(lab, { hold: HOLD }));
      await until(drill.report, isHeld);
      await run.approve();
      await until(run.report, isWaitingFor(drill.run));
      expect(entries(lab, 'migrate')).toEqual([]);
      await drill.cancel();
      const report = await run.result();
      expect(report.state).toBe('succeeded');
      expect(entries(lab, 'migrate')[0]?.seq).toBeGreaterThan(entries(lab, 'cleanup')[0]?.seq ?? Infinity);
      expect(lab.wrongWith(report)).toEqual([]);
    }));
});
