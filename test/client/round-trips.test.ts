/** What really moves VMs and turns their replications round, typed as on the day and followed to its end. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { RunReport } from '../../client/index.js';
import { openPort } from '../support/drills.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let application: Awaited<ReturnType<typeof openPort>>;
let protection: string;
beforeAll(async () => {
  world = await openWorld({ vms: 2 });
  application = await openPort();
  protection = `protect-${world.tag}`;
  const { file } = world.plan('crm', [2], ['replication: { rpo: 15m }'], 'protect');
  const { document } = await world.json<RunReport>('run', file, '--id', protection, '--wait');
  expect(document).toMatchObject({ state: 'succeeded', totals: { succeeded: 2 } });
});
afterAll(async () => {
  application.close();
  await world.close();
});

const simulated = () => world.simulator.control.world();
const vmsAt = (site: string) =>
  simulated()
    .sites[site]?.vms.map(({ name, powerState }) => `${name} ${powerState}`)
    .sort();
const BOTH = ['vm-001 POWERED_ON', 'vm-002 POWERED_ON'];

describe('drill run of a round trip', () => {
  const mode = (...more: string[]) => [
    'mode: roundtrip',
    `checks: [ { tcp: ${application.port}, within: 30s, interval: 500ms } ]`,
    'objectives: { rto: 1h, rpo: 24h }',
    ...more,
  ];

  it('is refused without the word that originals are removed, and nothing is sent', async () => {
    const before = simulated().replications;
    const { code, document } = await world.json<ErrorDocument>('drill', 'run', world.drill('unconfirmed', 2, mode()));
    expect(code).toBe(2);
    expect(JSON.stringify(document)).toContain('removes-source');
    expect(simulated().replications).toEqual(before);
  });

  it('brings every VM there and home again, with its checks on both sides', async () => {
    const file = world.drill(`trip-${world.tag}`, 2, mode('confirm: removes-source'));
    const run = `trip-${world.tag}-1`;
    const { code, document } = await world.json<RunReport>('drill', 'run', file, '--id', run, '--wait');
    expect(document).toMatchObject({
      kind: 'drill',
      state: 'succeeded',
      totals: { succeeded: 2 },
      drill: { mode: 'roundtrip', phase: 'done', missed: [] },
    });
    expect(code).toBe(0);
    for (const { checks, operations } of document.vms) {
      expect(checks.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
        `tcp ${application.port} true`,
        `back: tcp ${application.port} true`,
      ]);
      expect(operations.map(({ kind }) => kind)).toEqual([
        'sync',
        'failover',
        'reverse',
        'sync',
        'failover',
        'reverse',
      ]);
    }
    expect(vmsAt(world.sites.source)).toEqual(BOTH);
    expect(vmsAt(world.sites.destination)).toEqual([]);
    expect(simulated().replications).toMatchObject([
      { isReversed: false, recoveryState: 'NOT_STARTED' },
      { isReversed: false, recoveryState: 'NOT_STARTED' },
    ]);
    expect((await world.run('report', run)).stdout).toMatch(/^ +checks +4 of 4 passed$/m);
  });
});

describe('reverse of a run', () => {
  it('refuses VMs that were not recovered, and says what to do first', async () => {
    const args = [protection, '--confirm', 'removes-source', '--id', `early-${world.tag}`, '--wait'];
    const unfit = await world.json<{ error: { code: string } }>('reverse', ...args);
    expect(unfit).toMatchObject({ code: 2, document: { error: { code: 'PlanUnfit' } } });
    const { code, document } = await world.json<RunReport>('reverse', ...args, '--no-check');
    expect({ code, state: document.state }).toEqual({ code: 1, state: 'failed' });
    for (const { error, operations } of document.vms) {
      expect(operations).toEqual([]);
      expect(error?.message).toMatch(/is not recovered /);
      expect(error?.advice).toMatch(/^Fail it over/);
    }
    expect(vmsAt(world.sites.source)).toEqual(BOTH);
  });

  it('protects what was failed over the other way, and the originals are gone', async () => {
    const failover = `fo-${world.tag}`;
    expect(await world.run('failover', protection, '--id', failover, '--confirm', '--wait')).toMatchObject({ code: 0 });
    const args = [failover, '--confirm', 'removes-source', '--id', `re-${world.tag}`, '--wait'];
    const { code, document } = await world.json<RunReport>('reverse', ...args);
    expect(document).toMatchObject({ kind: 'reverse', state: 'succeeded', totals: { succeeded: 2 } });
    expect(code).toBe(0);
    expect(vmsAt(world.sites.source)).toEqual([]);
    expect(vmsAt(world.sites.destination)).toEqual(BOTH);
    expect(simulated().replications).toMatchObject([
      { isReversed: true, recoveryState: 'NOT_STARTED' },
      { isReversed: true, recoveryState: 'NOT_STARTED' },
    ]);
    expect((await world.run('show', `re-${world.tag}`)).stdout).toContain('2 succeeded');
  });
});
