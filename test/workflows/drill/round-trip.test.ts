/** Drills that really move: there, and home again, judged by the simulator's world and ledger. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Check } from '../../../plan/types.js';
import { createSites } from '../../../vcda/index.js';
import {
  drillOf,
  expectNothingLeft,
  openPort,
  protect,
  roundTrip,
  startDrill,
  tcpCheck,
  world,
} from '../../support/drills.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

let open: Awaited<ReturnType<typeof openPort>>;
beforeAll(async () => {
  open = await openPort();
});
afterAll(() => open.close());
const check = (change: Partial<Check> = {}): Check => tcpCheck(open.port, change);

describe('a round trip', () => {
  /** Runs at the source under its name, and is protected to the destination. */
  function expectHome(lab: Lab): void {
    expectNothingLeft(lab);
    expect(world(lab).replications).toMatchObject(
      world(lab).replications.map(() => ({ isReversed: false, sourceSite: lab.source })),
    );
  }

  it.concurrent('goes there and back again', () =>
    withLab({ vms: 2 }, async (lab) => {
      await protect(lab);
      const report = await (await startDrill(lab, roundTrip(lab, { checks: [check()] }))).result();
      expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
      expect(report.state).toBe('succeeded');
      const [vm] = report.vms;
      const order = ['sync', 'failover', 'reverse', 'sync', 'failover', 'reverse'];
      expect(vm?.operations.map(({ kind }) => kind)).toEqual(order);
      expect(vm?.checks.map(({ name }) => name)).toEqual(['tcp', 'back: tcp']);
      expectHome(lab);
    }));

  it.concurrent('that a person brings home in its hold proves nothing, and fails', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, roundTrip(lab, { hold: 3_600_000 }));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const { replicationId = null } = held.vms[0] ?? {};
      const atHome = { recoveryState: 'NOT_STARTED', state: 'OK', sourceSite: lab.source };
      for (const [operation, is] of [
        ['reverse', { ...atHome, sourceSite: lab.destination }],
        ['failover', { recoveryState: 'COMPLETE' }],
        ['reverse', atHome],
      ] as const) {
        lab.simulator.control.act({ operation, replicationId: replicationId ?? '', user: 'ann@acme' });
        await until(
          async () => world(lab).replications[0],
          (it) => Object.entries(is).every(([key, value]) => it?.[key as keyof typeof it] === value),
        );
      }
      await drill.cancel();
      const report = await drill.result();
      expect(report).toMatchObject({ state: 'failed', vms: [{ state: 'failed', error: { code: 'DoneByOthers' } }] });
      expect(report.vms[0]?.error?.message).toMatch(/failover and reverse of its round trip/);
      const own = report.vms[0]?.operations.map(({ kind }) => kind);
      expect(own).toEqual(['sync', 'failover']);
      expectHome(lab);
    }));

  it.concurrent('that is cancelled on its way out comes home first', () =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      const drill = await startDrill(lab, roundTrip(lab, { hold: 3_600_000 }));
      await until(drill.report, (r) => r.drill?.phase === 'hold');
      await drill.cancel();
      expect((await drill.result()).state).toBe('cancelled');
      expectHome(lab);
    }));
});

describe('a round trip whose replication a person deletes', () => {
  it.concurrent('ends then, and says where its VMs stand and what to do', () =>
    withLab({ vms: 1, site: { missingFor: 500 } }, async (lab) => {
      await protect(lab);
      const change = { mode: 'roundtrip', confirm: 'removes-source', hold: 3_600_000 } as const;
      const drill = await startDrill(lab, drillOf(lab, change));
      const held = await until(drill.report, (r) => r.drill?.phase === 'hold');
      const [original] = world(lab).sites[lab.source]?.vms ?? [];
      const [copy] = world(lab).sites[lab.destination]?.vms ?? [];
      const sites = createSites(lab.config);
      await sites
        .get(lab.destination)
        .deleteReplication(held.vms[0]?.replicationId ?? '', { operationId: 'by hand', peer: lab.source });
      await sites.close();
      await until(
        async () => world(lab).replications,
        (all) => all.length === 0,
      );
      await drill.cancel();
      const report = await drill.result();
      expect(report).toMatchObject({ drill: { phase: 'done', left: [original?.name] } });
      const [vm] = report.vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'NotHome' } });
      expect(vm?.error?.message).toContain(`VM ${original?.id} at ${lab.source} is ${power(original)}`);
      expect(vm?.error?.message).toContain(`VM ${copy?.id} at ${lab.destination} is ${power(copy)}`);
      expect(vm?.error?.message).not.toContain(held.vms[0]?.replicationId);
      expect(vm?.error?.advice).toMatch(/protect.*anew/);
    }));

  const power = (vm?: { powerState: string }) => (vm?.powerState === 'POWERED_ON' ? 'ON' : 'OFF');
});
