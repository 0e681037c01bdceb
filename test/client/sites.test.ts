/** Limits and brake of a site, as the command line sets them over all runs and workers; judged by the simulator's ledger. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { SiteSummary } from '../../client/list-sites.js';
import type { LiveReport } from '../../client/live-report.js';
import type { Steered } from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { RunReport } from '../../contract/report.js';
import type { SiteShown } from '../../contract/site-shown.js';
import { connectClient } from '../../temporal/connection.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 9 });
});
afterAll(() => world.close());

const starts = (): number => world.simulator.control.ledger().filter(({ kind }) => kind === 'start').length;
const shown = async () => (await world.json<SiteShown>('site', 'show', world.sites.destination)).document;

describe('drover site', () => {
  it.each([
    [['set', 'SITE', 'syncs=0']],
    [['set', 'SITE', 'syncs=1.5']],
    [['set', 'SITE', 'cutover=1']],
    [['set', 'SITE', 'syncs=1', 'syncs=2']],
    [['set', 'SITE', 'requestsPerSecond=']],
    [['set', 'SITE']],
    [['brake', 'SITE', 'maybe']],
  ])('refuses %j as bad usage', async (args) => {
    const typed = args.map((one) => (one === 'SITE' ? world.sites.destination : one));
    expect(await world.run('site', ...typed)).toMatchObject({ code: 2, stdout: '' });
  });

  it('refuses a site that nobody knows, before anything has worked there', async () => {
    const { code, document } = await world.json<ErrorDocument>('site', 'show', 'nowhere');
    expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'SiteNotFound' });
  });

  it('sets limits before the first run, and says whose word holds, since when, why and for which change', async () => {
    const { destination } = world.sites;
    const told = await world.json<Steered>(
      'site',
      'set',
      destination,
      'syncs=1',
      'requestsPerSecond=150',
      '--note',
      'slow disks',
      '--ref',
      'CHG0042',
    );
    expect(told).toMatchObject({ code: 0, document: { by: expect.stringContaining('@'), effect: 'done' } });
    // What the config gives it hears from a worker, after it has answered.
    const { limits, acts } = await until(shown, (site) => site.limits.syncs.configured !== null);
    expect(limits).toMatchObject({
      syncs: { holds: 1, from: 'person', set: { note: 'slow disks', reference: 'CHG0042' } },
      cutovers: { from: 'config', set: null, since: expect.stringMatching(/^20/) },
      requestsPerSecond: { holds: 150, from: 'person', configured: 200 },
    });
    expect(limits.cutovers.holds).toBe(limits.cutovers.configured);
    expect(acts).toMatchObject([{ act: 'set', target: `site:${destination}`, command: 'drover site set' }]);
    const { stdout } = await world.run('site', 'show', destination);
    expect(stdout).toMatch(/syncs +1 .*since .*, by \S+@\S+: slow disks, CHG0042 \(the config gives \d+\)/);
  });

  it('the brake stops what is new at once, is remembered, and nothing is lost by it', async () => {
    const { destination } = world.sites;
    const run = `brake-${world.tag}`;
    const { file } = world.plan('brake', [3]);
    world.simulator.control.setSpeed(0.01);
    await world.run('run', file, '--id', run);
    await until(
      async () => starts(),
      (count) => count === 1,
    );
    await until(shown, ({ places }) => places.sync.held === 1 && places.sync.waiting === 2);
    const { stdout } = await world.run('site', 'brake', destination, 'on', '--note', 'storage is full');
    expect(stdout).toMatch(/^The brake of site \S+ is on: .*1 place is in use, .*2 VMs wait; by /);
    const waiting = await until(
      async () => (await world.json<LiveReport>('show', run)).document.vms.map(({ waitingFor }) => waitingFor),
      (all) => all.filter((one) => one === 'brake').length === 2,
    );
    expect(waiting).toContain(null);
    await world.run('site', 'set', destination, 'syncs=9');
    // Its workflow is begun anew, and knows what the one before it knew.
    const temporal = await connectClient({ TEMPORAL_ADDRESS: world.address });
    await temporal.client.workflow.getHandle(siteWorkflowId(destination)).terminate('a test');
    await temporal.connection.close();
    world.simulator.control.setSpeed(200);
    await until(shown, ({ places }) => places.sync.held === 0 && places.sync.waiting === 2);
    expect(await shown()).toMatchObject({
      brake: { on: true, set: { note: 'storage is full' } },
      limits: { syncs: { holds: 9, from: 'person' } },
      acts: [{ act: 'set' }, { act: 'brake', note: 'storage is full' }, { act: 'set' }],
    });
    expect(starts()).toBe(1);
    expect(await world.run('site', 'brake', destination, 'off')).toMatchObject({ code: 0 });
    const { document } = await world.json<RunReport>('watch', run);
    expect(document).toMatchObject({ state: 'succeeded', totals: { succeeded: 3 } });
    expect(world.wrongWith(document)).toEqual([]);
  });

  it('requestsPerSecond holds for every worker together', async () => {
    const { destination } = world.sites;
    const run = `rate-${world.tag}`;
    const { file } = world.plan('rate', [3]);
    const sent = (): number =>
      world.simulator.control
        .stats()
        .requests.filter(({ site }) => site === destination)
        .reduce((sum, { count }) => sum + count, 0);
    const RATE = 4;
    await world.run('site', 'set', destination, `requestsPerSecond=${RATE}`);
    world.startWorker();
    const started = starts();
    await world.run('run', file, '--id', run);
    // The worker that polls the site has heard of it by then, and the other before it sends anything.
    await until(
      async () => starts(),
      (count) => count > started,
    );
    const [began, before] = [Date.now(), sent()];
    const { document } = await world.json<RunReport>('watch', run);
    expect(document.totals).toMatchObject({ succeeded: 3 });
    expect(sent() - before).toBeGreaterThan(RATE);
    // What was on its way when they heard of it, and a burst.
    const most = RATE * ((Date.now() - began) / 1_000) + 20;
    expect(sent() - before).toBeLessThanOrEqual(most);
    await world.run('site', 'set', destination, 'requestsPerSecond=config');
  });

  it('list has the sites of the config, used or not; `config` lets the config hold again', async () => {
    const { destination, source } = world.sites;
    const { stdout } = await world.run('site', 'set', destination, 'syncs=config');
    expect(stdout).toMatch(/the limit of syncs is the config's again; by/);
    const { document } = await world.json<{ sites: SiteSummary[] }>('site', 'list');
    const own = document.sites.filter(({ site }) => [destination, source].includes(site));
    expect(own.map(({ site }) => site).sort()).toEqual([destination, source].sort());
    expect(own.find(({ site }) => site === destination)?.shown?.limits.syncs).toMatchObject({
      from: 'config',
      set: { by: expect.stringContaining('@') },
    });
    expect((await world.run('site', 'list')).stdout).toMatch(/^SITE +BRAKE +SYNCS +CUTOVERS/);
  });
});
