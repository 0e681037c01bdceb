/**
 * Scheduled drills as they are on the day: nobody starts them, Temporal's own clock does. The tests run side by side. With a
 * cron of minutes they take some; in the short form the schedule that Drover has made is given an interval of seconds.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DrillHistory, DrillSummary, RunReport } from '../../../client/index.js';
import { drillScheduleId } from '../../../contract/names.js';
import { connectClient } from '../../../temporal/connection.js';
import { until } from '../../support/until.js';
import { openWorld, type World } from './world.js';

export interface Times {
  /** as a drill's file has it */
  cron: string;
  /** ms from one time to the next, which replaces the cron in Temporal; null where the cron itself is waited for */
  interval: number | null;
  /** how the run of such a time ends: a pattern */
  second: string;
}

const MINUTE = 60_000;
/** ms in which the next time of such a schedule comes, and its drill is seen */
const NEXT_TIME = 300_000;
/** ms; the server need not be asked all the time */
const BETWEEN = 1_000;

/** What the VMs of a drill are thought to serve: unavailable until it is said to be up. */
async function openApplication() {
  let status = 503;
  const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  servers.push(server);
  return {
    check: (within: string) => `checks: [ { http: "http://{ip}:${port}/", within: ${within}, interval: 500ms } ]`,
    up: () => {
      status = 200;
    },
  };
}

const servers: Server[] = [];
let world: World;
/** Temporal itself, whose schedules know seconds */
let temporal: Awaited<ReturnType<typeof connectClient>>;
const simulated = () => world.simulator.control.world();
const summary = (name: string): Promise<DrillSummary> => world.drover.drill(name).show();
const history = async (name: string) => (await world.json<DrillHistory>('drill', 'history', name)).document;
/** Both have ended: what Temporal lists follows what is so a little later. */
const ofTwo = ({ runs }: DrillHistory): boolean =>
  runs.length >= 2 && runs.every(({ finishedAt }) => finishedAt !== null);
/** until the schedule's last run is one that `wanted` has not seen, and it has ended */
const ended = (name: string, before: string | null = null) =>
  until(
    () => summary(name),
    ({ lastRun }) =>
      lastRun !== null && lastRun.run !== before && lastRun.state !== null && lastRun.state !== 'running',
    NEXT_TIME,
    BETWEEN,
  );

/** Of these VMs: no copy at the destination, a replication that could be used, a source that runs. */
function expectNothingLeft(names: string[]): void {
  const { sites, replications } = simulated();
  const [source, destination] = [sites[world.sites.source], sites[world.sites.destination]];
  const vms = source?.vms.filter(({ name }) => names.includes(name)) ?? [];
  expect(vms.map(({ powerState }) => powerState)).toEqual(names.map(() => 'POWERED_ON'));
  expect(destination?.vms.filter(({ name }) => names.some((one) => name.startsWith(one)))).toEqual([]);
  const ids = vms.map(({ id }) => id);
  const own = replications.filter(({ vmId }) => ids.includes(vmId));
  expect(own.map(({ recoveryState }) => recoveryState)).toEqual(names.map(() => 'NOT_STARTED'));
}

export function describeFiring({ cron, interval, second }: Times): void {
  beforeAll(async () => {
    world = await openWorld({ vms: 4 });
    temporal = await connectClient({ TEMPORAL_ADDRESS: world.address });
    const { file } = world.plan('crm', [4], ['replication: { rpo: 15m }'], 'protect');
    const { document } = await world.json<RunReport>('run', file, '--wait');
    expect(document).toMatchObject({ state: 'succeeded', totals: { succeeded: 4 } });
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await temporal.connection.close();
    await world.close();
  });

  describe('a schedule that fires', () => {
    const schedule = `schedule: { cron: "${cron}", timezone: UTC }`;
    const period = interval ?? MINUTE;
    async function scheduleDrill(name: string, vms: string[], more: string[]) {
      expect(await world.run('drill', 'schedule', world.drill(name, vms, more))).toMatchObject({ code: 0 });
      if (interval === null) return;
      await temporal.client.schedule.getHandle(drillScheduleId(name)).update((found) => ({
        ...found,
        spec: { intervals: [{ every: interval }] },
        // A slow machine must not come to a third: two are looked at.
        state: { ...found.state, remainingActions: 2 },
      }));
    }

    it.concurrent('starts a drill by itself, skips the time at which it still runs, and starts the next one', async () => {
      const name = `minutely-${world.tag}`;
      const vms = ['vm-001', 'vm-002'];
      const application = await openApplication();
      const more = [
        'groups: [ [vm-001], [vm-002] ]',
        application.check('5m'),
        'hold: 1s',
        'objectives: { rto: 10m, rpo: 24h }',
        schedule,
      ];
      await scheduleDrill(name, vms, more);

      const first = await until(
        () => summary(name),
        ({ lastRun }) => lastRun !== null,
        NEXT_TIME,
        BETWEEN,
      );
      const run = first.lastRun?.run ?? '';
      expect(run).toMatch(new RegExp(`^${name}-\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:${second}Z$`));
      // The first VM waits for its application while the next minute comes.
      const overlapped = await until(
        () => summary(name),
        ({ skipped }) => skipped > 0,
        NEXT_TIME,
        BETWEEN,
      );
      expect(overlapped).toMatchObject({ paused: false, missed: 0, lastRun: { run, state: 'running' } });
      application.up();
      expect(await ended(name)).toMatchObject({ lastRun: { run, state: 'succeeded' } });
      expectNothingLeft(vms);

      const begun = await until(
        () => summary(name),
        ({ lastRun }) => lastRun?.run !== run,
        NEXT_TIME,
        BETWEEN,
      );
      // Each time in between was skipped.
      const [early, late] = [run, begun.lastRun?.run ?? ''].map((id) => Date.parse(id.slice(name.length + 1)));
      expect(((late ?? 0) - (early ?? 0)) / period).toBe(begun.skipped + 1);
      const next = await ended(name, run);
      expect(next).toMatchObject({ paused: false, lastRun: { run: begun.lastRun?.run, state: 'succeeded' } });
      expect((await world.run('drill', 'list')).stdout).toMatch(
        new RegExp(`^${name} .* succeeded, 2 of 2 VMs +${next.lastRun?.run} +\\d+$`, 'm'),
      );
      await world.run('drill', 'unschedule', name);
      const { runs } = await until(() => history(name), ofTwo);
      expect(runs).toMatchObject([
        { run: next.lastRun?.run, state: 'succeeded', failed: 0, missed: [] },
        { run, state: 'succeeded', failed: 0, missed: [] },
      ]);
      const [after, before] = runs.map(({ rtoSeconds }) => rtoSeconds ?? Number.NaN);
      expect(runs[0]?.change.rtoSeconds).toBeCloseTo((after ?? 0) - (before ?? 0));
      // The application was up at once; a minute is long enough to see it on any machine.
      if (interval === null) expect(after).toBeLessThan(before ?? 0);
      for (const { rpoSeconds } of runs) expect(rpoSeconds).toBeGreaterThanOrEqual(0);
      expectNothingLeft(vms);
    }, 900_000);

    it.concurrent('pauses when its drill fails, starts nothing while it is paused, and goes on when it is resumed', async () => {
      const name = `failing-${world.tag}`;
      const vms = ['vm-003'];
      const application = await openApplication();
      await scheduleDrill(name, vms, [application.check('2s'), schedule]);

      const failed = await ended(name);
      const run = failed.lastRun?.run ?? '';
      expect(failed.lastRun).toMatchObject({ state: 'failed' });
      const paused = await until(
        () => summary(name),
        (one) => one.paused,
      );
      expect(paused.note).toMatch(/paused due to workflow failure/);
      expect((await world.run('drill', 'list')).stdout).toMatch(
        new RegExp(
          `^${name} +paused .* failed, 0 of 1 VMs +${run} .*${paused.note}; drover drill resume ${name}$`,
          'm',
        ),
      );
      expectNothingLeft(vms);

      // The time that would have been the next goes by.
      const passed = Date.parse(paused.nextTimes[0] ?? '') + 5_000;
      await until(
        async () => Date.now(),
        (now) => now > passed,
      );
      expect((await summary(name)).lastRun?.run).toBe(run);
      application.up();
      const resumed = await world.json<DrillSummary>('drill', 'resume', name, '--note', 'restarted the application');
      expect(resumed).toMatchObject({ code: 0, document: { paused: false, note: 'restarted the application' } });
      const good = await ended(name, run);
      expect(good).toMatchObject({ paused: false, lastRun: { state: 'succeeded' } });
      await world.run('drill', 'unschedule', name);
      const { runs } = await until(() => history(name), ofTwo);
      // Nothing was made up for.
      expect(runs).toMatchObject([
        { state: 'succeeded', failed: 0 },
        { state: 'failed', failed: 1 },
      ]);
      expectNothingLeft(vms);
    }, 900_000);
  });
}
