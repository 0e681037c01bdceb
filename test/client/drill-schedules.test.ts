import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { DrillSummary, RunList } from '../../client/index.js';
import { drillScheduleId, runWorkflowId } from '../../contract/names.js';
import { connectClient } from '../../temporal/connection.js';
import { installRuntime } from '../../worker/logger.js';
import { brokenBundle } from '../support/broken-bundle.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

const QUARTERLY = ['schedule: { cron: "0 4 1 */3 *", timezone: Europe/Paris }'];

let world: World;
/** Temporal itself, to see what a schedule really is */
let temporal: Awaited<ReturnType<typeof connectClient>>;
let name: string;
let file: string;
beforeAll(async () => {
  installRuntime({ DROVER_LOG: 'silent' });
  world = await openWorld({ vms: 4, worker: false });
  temporal = await connectClient({ TEMPORAL_ADDRESS: world.address });
  name = `crm-${world.tag}`;
  file = world.drill(name, 1, QUARTERLY);
});
afterAll(async () => {
  await temporal.connection.close();
  await world.close();
});

interface Scheduled {
  change: string;
  differences: string[];
  nextTimes: string[];
  paused: boolean;
  warnings: string[];
}
const describeSchedule = () => temporal.client.schedule.getHandle(drillScheduleId(name)).describe();
async function summary(): Promise<DrillSummary | undefined> {
  const { document } = await world.json<{ drills: DrillSummary[] }>('drill', 'list');
  return document.drills.find(({ drill }) => drill === name);
}

describe('the schedule of a drill', () => {
  it('is created with its next times, and starts nothing', async () => {
    const { code, document } = await world.json<Scheduled>('drill', 'schedule', file);
    expect(code).toBe(0);
    expect(document).toMatchObject({ change: 'created', differences: [], paused: false });
    expect(document.nextTimes).toHaveLength(5);
    for (const time of document.nextTimes) {
      expect(new Date(time).toLocaleString('sv-SE', { timeZone: 'Europe/Paris' })).toMatch(/-01 04:00:00$/);
    }
    const { action, policies, spec, info } = await describeSchedule();
    expect(action).toMatchObject({
      workflowType: 'drill',
      workflowId: runWorkflowId(name),
      taskQueue: world.taskQueue,
      args: [{ drill: { name, mode: 'test', groups: [{ vms: [{ name: 'vm-001' }] }] } }],
      memo: { plan: name, kind: 'drill', site: world.sites.destination },
    });
    expect(policies).toEqual({ overlap: 'SKIP', catchupWindow: 3_600_000, pauseOnFailure: true });
    expect(spec.timezone).toBe('Europe/Paris');
    expect(info).toMatchObject({ numActionsTaken: 0, recentActions: [] });
  });

  it('made anew from the same file is unchanged', async () => {
    const { document } = await world.json<Scheduled>('drill', 'schedule', file);
    expect(document).toMatchObject({ change: 'unchanged', differences: [] });
  });

  it('is listed with its next time', async () => {
    const listed = await until(summary, (found) => found !== undefined);
    expect(listed).toMatchObject({ paused: false, lastRun: null, cron: ['0 4 1 */3 *'], timezone: 'Europe/Paris' });
    expect((await world.run('drill', 'list')).stdout).toMatch(new RegExp(`^${name} +\\d{4}-\\d\\d-01 `, 'm'));
  });

  it('is updated from a changed file, which is told, and stays paused with its note', async () => {
    const paused = await world.json('drill', 'pause', name, '--note', 'frost');
    expect(paused).toMatchObject({ code: 0, document: { paused: true, note: 'frost' } });
    world.drill(name, 2, ['hold: 5m', 'schedule: { cron: "30 2 * 3 *", timezone: Europe/Paris, jitter: 10m }']);
    const { code, stdout, stderr } = await world.run('drill', 'schedule', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${name} +updated$`, 'm'));
    expect(stdout).toContain('  schedule.cron: 0 4 1 */3 * -> 30 2 * 3 *');
    expect(stdout).toContain('  schedule.jitter: 0ms -> 10m');
    expect(stdout).toContain('  hold: 0ms -> 5m');
    expect(stdout).toMatch(/^ {2}groups$/m);
    expect(stdout).toContain('It is paused: frost');
    expect(stderr).toMatch(/^warning: the clocks of Europe\/Paris are changed in the night to .*\d{4}-03-\d\d/m);
    expect(await summary()).toMatchObject({ paused: true, note: 'frost' });
    const { state, spec, action } = await describeSchedule();
    expect({ state, jitter: spec.jitter }).toMatchObject({ state: { paused: true, note: 'frost' }, jitter: 600_000 });
    expect(action.args).toMatchObject([{ drill: { hold: 300_000, groups: [{ vms: [{}, {}] }] } }]);
  });

  it('that somebody changed in Temporal is put right', async () => {
    const handle = temporal.client.schedule.getHandle(drillScheduleId(name));
    await handle.update((found) => ({
      ...found,
      spec: { cronExpressions: ['0 12 1 1 *'], timezone: 'UTC' },
      policies: { ...found.policies, overlap: 'BUFFER_ONE' },
    }));
    const { document } = await world.json<Scheduled>('drill', 'schedule', file);
    expect(document.change).toBe('updated');
    expect(document.differences).toEqual([
      expect.stringMatching(/^schedule\.cron: .* -> 30 2 \* 3 \*$/),
      'schedule.timezone: UTC -> Europe/Paris',
      'schedule.jitter: 0ms -> 10m',
      'schedule.overlap: bufferOne -> skip',
    ]);
    expect((await describeSchedule()).policies.overlap).toBe('SKIP');
  });

  it('goes on when it is resumed', async () => {
    const { code, document } = await world.json<Scheduled>('drill', 'resume', name, '--note', 'thawed');
    expect({ code, document }).toMatchObject({ code: 0, document: { paused: false, note: 'thawed' } });
    expect((await describeSchedule()).state).toMatchObject({ paused: false, note: 'thawed' });
  });

  it('has no history before it ran, and says how to begin', async () => {
    const { code, stdout } = await world.run('drill', 'history', name);
    expect(code).toBe(0);
    expect(stdout).toContain(`drover drill trigger ${name}`);
  });
});

describe('a drill that is triggered', () => {
  it('is refused while no worker listens', async () => {
    const { code, document } = await world.json<ErrorDocument>('drill', 'trigger', name);
    expect({ code, error: document.error.code }).toEqual({ code: 3, error: 'NoWorker' });
    expect((await describeSchedule()).info.numActionsTaken).toBe(0);
  });

  it('starts once; while it runs nothing is started, and its run is named', async () => {
    // A drill that never comes to an end.
    const bundle = await brokenBundle('a drill');
    const connection = await NativeConnection.connect({ address: world.address });
    const worker = await Worker.create({ connection, taskQueue: world.taskQueue, workflowBundle: bundle });
    let run = '';
    await worker.runUntil(async () => {
      await until(
        () => world.drover.workerListens(),
        (listens) => listens,
      );
      const started = await world.json<{ run: string }>('drill', 'trigger', name);
      expect(started.code).toBe(0);
      run = started.document.run;
      expect(run).toMatch(new RegExp(`^${name}-\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`));

      const again = await world.json<ErrorDocument>('drill', 'trigger', name);
      expect(again.code).toBe(2);
      expect(again.document.error).toMatchObject({ code: 'DrillRunning', next: `drover watch ${run}` });
      expect((await describeSchedule()).info).toMatchObject({ numActionsTaken: 1, numActionsSkippedOverlap: 1 });
    });
    await connection.close();
    expect(await summary()).toMatchObject({ lastRun: { run }, skipped: 1 });
    const runs = await until(
      async () => (await world.json<RunList>('list', '--all')).document.runs,
      (listed) => listed.some((one) => one.run === run),
    );
    expect(runs.find((one) => one.run === run)).toMatchObject({ plan: name, kind: 'drill' });
    const history = async () => (await world.json<{ runs: { run: string }[] }>('drill', 'history', name)).document.runs;
    expect(await until(history, ({ length }) => length > 0)).toMatchObject([{ run, rtoSeconds: null }]);
  });

  it('is ended from outside, which its history and show say', async () => {
    const run = (await summary())?.lastRun?.run ?? '';
    await temporal.client.workflow.getHandle(runWorkflowId(run)).terminate('the test is over');
    const history = async () =>
      (await world.json<{ runs: { state: string | null }[] }>('drill', 'history', name)).document.runs;
    const ended = await until(history, (runs) => runs.every(({ state }) => state !== null && state !== 'running'));
    expect(ended).toMatchObject([{ state: 'cancelled' }]);
  });
});

describe('a name that no drill has', () => {
  it.each([['pause', '--note', 'x'], ['resume'], ['trigger'], ['unschedule'], ['history']])(
    'is refused by %s with the nearest names',
    async (command, ...more) => {
      const { code, document } = await world.json<ErrorDocument>('drill', command, `${name}x`, ...more);
      expect(code).toBe(2);
      expect(document.error).toMatchObject({
        code: 'DrillNotFound',
        message: expect.stringContaining(`Nearest: ${name}`),
      });
    },
  );
});

describe('a schedule that is not a drill', () => {
  it('is left alone', async () => {
    const other = `other-${world.tag}`;
    await temporal.client.schedule.create({
      scheduleId: drillScheduleId(other),
      spec: { cronExpressions: ['0 0 1 1 *'] },
      action: { type: 'startWorkflow', workflowType: 'backup', taskQueue: 'elsewhere' },
    });
    for (const args of [
      ['drill', 'schedule', world.drill(other, 1, QUARTERLY)],
      ['drill', 'unschedule', other],
    ]) {
      const { code, document } = await world.json<ErrorDocument>(...args);
      expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'ScheduleTaken' });
    }
    const handle = temporal.client.schedule.getHandle(drillScheduleId(other));
    expect((await handle.describe()).action.workflowType).toBe('backup');
    await handle.delete();
  });
});

describe('a drill without a schedule', () => {
  it('cannot be scheduled, and the file is told what it lacks', async () => {
    const { code, stderr } = await world.run('drill', 'schedule', world.drill('unscheduled'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/unscheduled\.yaml .*has no schedule .*timezone/);
  });
});

describe('an unscheduled drill', () => {
  it('is scheduled no more, and its past stays', async () => {
    expect(await world.json('drill', 'unschedule', name)).toMatchObject({ code: 0, document: { drill: name } });
    await expect(describeSchedule()).rejects.toThrow(/not found|completed/i);
    const { code, document } = await world.json<{ runs: unknown[] }>('drill', 'history', name);
    expect({ code, runs: document.runs.length }).toEqual({ code: 0, runs: 1 });
  });
});
