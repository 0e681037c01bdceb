/** What a drill has begun, and cannot undo: it is tried for as long as there is time, and told. */
import { expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId, sweepWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { drillOf, entries, protect, startDrill, world } from '../../support/drills.js';
import { inHold, TooShort } from '../../support/in-hold.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

describe('a drill that cannot undo what it has begun', () => {
  const away = (lab: Lab) => (site: string) => lab.simulator.control.setUp(site, false);

  const ROUND = { mode: 'roundtrip', confirm: 'removes-source' } as const;
  const idsAt = (lab: Lab, site: string) => world(lab).sites[site]?.vms.map(({ id }) => id)[0];

  it.concurrent('since somebody has paused the resync of its way home ends with its time, and says what runs where', () =>
    inHold({
      options: { vms: 1 },
      change: () => ROUND,
      least: 30_000,
      happens: (lab) => {
        for (const { id } of world(lab).replications) lab.simulator.control.trouble(id, { isStalled: true });
      },
      judge: async (lab, drill) => {
        const { control } = lab.simulator;
        const { id = '', vmId = '' } = world(lab).replications[0] ?? {};
        await drill.cancel();
        await until(
          async () => world(lab).replications[0],
          (now) => now?.isReversed === true,
        );
        control.trouble(id, { isPaused: true });
        const said = await until(
          () => vmReport(lab, vmWorkflowId(lab.source, vmId)),
          (vm) => vm?.retrying?.code === 'ReplicationPaused' || (vm?.finishedAt ?? null) !== null,
        );
        if (said?.retrying?.code !== 'ReplicationPaused') throw new TooShort();
        expect(said.undoneBy).toEqual(expect.any(String));
        expect(said.retrying?.until).toBe(said.undoneBy);
        expect((await drill.cancel()).message).toMatch(/is undone first, which only its time ends/);
        const report = await drill.result();
        const [vm] = report.vms;
        expect(report).toMatchObject({ state: 'failed', drill: { phase: 'done', left: [vm?.name] } });
        expect(vm).toMatchObject({ error: { code: 'NotHome' }, retrying: null });
        expect(vm?.undoneBy).toBeUndefined();
        expect(vm?.error?.message).toMatch(/time.* was over .*resync.*paused/);
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.destination)} at ${lab.destination} is ON`);
        expect(vm?.error?.advice).toMatch(/Resume replication .* Then drover failback/);
      },
    }));

  it.concurrent.each(['vmId', 'vmIdOnceReversed'])(
    'since its replication shows another VM (%s) touches that no more',
    (when) =>
      inHold({
        options: { vms: 2 },
        change: (lab) => ({ ...ROUND, groups: lab.plan({}, 1).waves }),
        happens: (lab) => {
          const [mine, other] = lab.plan().waves[0]?.vms ?? [];
          for (const { id } of world(lab).replications.filter(({ vmId }) => vmId === mine?.id))
            lab.simulator.control.trouble(id, { [when]: other?.id });
        },
        judge: async (lab, drill) => {
          await drill.cancel();
          const [vm] = (await drill.result()).vms;
          expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
          expect(vm?.error?.message).toContain(lab.plan().waves[0]?.vms[1]?.id);
          const reverses = when === 'vmId' ? 0 : 1;
          // Its time was over before it was on its way home.
          if (entries(lab, 'reverse').length < reverses) throw new TooShort();
          expect(entries(lab, 'reverse')).toHaveLength(reverses);
          expect(entries(lab, 'failover')).toHaveLength(1);
        },
      }),
  );

  it.concurrent('since the site of its originals is away ends with its time, and says what runs where', () =>
    inHold({
      options: { vms: 1 },
      change: () => ROUND,
      least: 45_000,
      happens: (lab) => away(lab)(lab.source),
      judge: async (lab, drill) => {
        await drill.cancel();
        const [vm] = (await drill.result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
        // What it has under way is broken off first, which takes as long as a heartbeat.
        if (vm?.error?.message.includes('no time left')) throw new TooShort();
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.destination)} at ${lab.destination} is ON`);
        expect(vm?.error?.message).toContain(`VM ${idsAt(lab, lab.source)} may stand at ${lab.source}`);
      },
    }));

  it.concurrent('since its site goes away while its test runs ends with its time, and leaves the copy to the sweeps', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setSpeed(0.01);
      const drill = await startDrill(lab, drillOf(lab, { timeout: 12_000 }));
      const seen = await until(
        async () => ({ sent: entries(lab, 'failover-test').length, phase: (await drill.report()).drill?.phase }),
        ({ sent, phase }) => sent > 0 || phase === 'clean-up' || phase === 'done',
      );
      away(lab)(lab.destination);
      const report = await drill.result();
      // On a machine on which its time was over before, nothing was made.
      if (seen.sent === 0) return;
      expect(report).toMatchObject({ state: 'failed', vms: [{ error: { code: 'TestCopyLeft' } }] });
      expect(report.vms[0]?.error?.message).toMatch(/time.* was over/);
      const status = await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteStatusQuery);
      expect(status.testCopies).toHaveLength(1);
    }));
});

describe('a drill that gets no answer', () => {
  /** A drill that left its copies behind, all its workflows terminated. */
  async function leftBehind(lab: Lab): Promise<void> {
    await protect(lab);
    const first = await startDrill(lab, drillOf(lab, { hold: 3_600_000 }), `${lab.source}-first`);
    const held = await until(first.report, (r) => r.drill?.phase === 'hold');
    for (const { id } of held.vms)
      await lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)).terminate('a test');
    await first.terminate();
  }

  it.concurrent('since a login is refused ends within its time, whatever its sweep of earlier copies meets', () =>
    withLab({ vms: 1 }, async (lab) => {
      await leftBehind(lab);
      lab.simulator.control.addFaults({
        operation: 'login',
        kind: 'status',
        status: 401,
        error: { code: 'NotAuthenticated', msg: 'made up' },
      });
      lab.simulator.control.expireSessions();
      const sweep = lab.client.workflow.getHandle(sweepWorkflowId(lab.destination));
      // One whose time is over before it has begun its sweep is given more.
      for (let timeout = 5_000, isSwept = false; !isSwept; timeout *= 3) {
        const second = await startDrill(lab, drillOf(lab, { timeout }), `${lab.source}-${timeout}`);
        expect(await second.result()).toMatchObject({ state: 'failed', drill: { phase: 'done' } });
        isSwept = await sweep.describe().then(
          () => true,
          () => false,
        );
      }
      // The sweep has ended as well, since nobody can say resume to it: the next one asks anew.
      expect(await sweep.result()).toMatchObject({ removed: [], left: [{ vm: expect.any(String) }] });
    }));

  it.concurrent('since its site is away ends when its time is over, and at once when it is cancelled', () =>
    withLab({ vms: 1 }, async (lab) => {
      await leftBehind(lab);
      lab.simulator.control.setUp(lab.destination, false);
      const cancelled = await startDrill(lab, drillOf(lab), `${lab.source}-cancelled`);
      await until(cancelled.report, (r) => r.drill?.phase === 'claim');
      await cancelled.cancel();
      expect(await cancelled.result()).toMatchObject({ state: 'cancelled' });
      const late = await startDrill(lab, drillOf(lab, { timeout: 5_000 }), `${lab.source}-late`);
      expect(await late.result()).toMatchObject({ state: 'failed', drill: { phase: 'done' } });
    }));

  it.concurrent('since its site is away lets go of a VM that is being looked at', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      lab.simulator.control.setUp(lab.destination, false);
      const drill = await startDrill(lab, drillOf(lab, { timeout: 600_000 }));
      await until(drill.report, (r) => r.vms.every(({ state }) => state === 'running'));
      await drill.cancel();
      expect(await drill.result()).toMatchObject({ state: 'cancelled', totals: { cancelled: 1 } });
    }));
});
