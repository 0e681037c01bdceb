import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectDrover, type Drover, NoWorker, RunExists, RunNotFound } from '../../client/index.js';
import { migrate } from '../../examples/bulk-migration.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let drover: Drover;
beforeAll(async () => {
  world = await openWorld({ vms: 8 });
  process.env.TEMPORAL_ADDRESS = world.address;
  drover = await connectDrover({ taskQueue: world.taskQueue });
});
afterAll(async () => {
  await drover.close();
  await world.close();
});

describe('the example program', () => {
  it('runs a plan to its end; started again, it waits for the same run', async () => {
    const { file } = world.plan('bulk', [2]);
    const options = { id: `bulk-${world.tag}`, taskQueue: world.taskQueue };
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const [first, second] = [await migrate(file, { ...options, say }), await migrate(file, { ...options, say })];
    expect(first).toMatchObject({ state: 'succeeded', totals: { vms: 2, succeeded: 2 } });
    expect(world.wrongWith(first)).toEqual([]);
    expect(second).toEqual(first);
    expect(said).toContain(`${options.id} was started before; waiting for it`);
  });
});

describe('the library', () => {
  it('refuses with types that a program can tell apart', async () => {
    await expect(drover.run('no-such-run').report()).rejects.toThrow(RunNotFound);
    const other = world.plan('other', [1]).file;
    await expect(drover.startRun(other, { id: `bulk-${world.tag}` })).rejects.toThrow(RunExists);
    const nobody = await connectDrover({ taskQueue: `nobody-${world.tag}` });
    await expect(nobody.startRun(other)).rejects.toThrow(NoWorker);
    await nobody.close();
  });

  it('steers a run that waits, and its report says what open VMs do', async () => {
    const { file, vms } = world.plan('lib', [2], ['cutover: { approval: vm }']);
    const { run } = await drover.startRun(file, { id: `lib-${world.tag}` });
    const seen: string[] = [];
    const ended = run.wait({
      interval: 200,
      onChange: ({ vms: now }) => void seen.push(now.map(({ waitingFor }) => waitingFor ?? '-').join()),
    });
    while (!seen.includes('approval,approval')) {
      await run.report({ live: true });
    }
    expect((await run.approve(vms[0])).affected).toBe(1);
    expect((await run.cancel(vms[1])).affected).toBe(1);
    const report = await ended;
    expect(report.vms.map(({ state }) => state)).toEqual(['succeeded', 'cancelled']);
    const listed = (await drover.list({ limit: null })).runs.find((one) => one.run === run.run);
    expect(listed).toMatchObject({ totals: { succeeded: 1, cancelled: 1 } });
  });

  it('checks the sites by a worker', async () => {
    const sites = await drover.inspectSites();
    expect(sites.map(({ site }) => site).toSorted()).toEqual(Object.values(world.sites).toSorted());
    expect(sites.flatMap(({ checks }) => checks).every(({ ok }) => ok)).toBe(true);
  });

  it('ends a wait by its signal, and nothing else', async () => {
    const { file } = world.plan('signal', [1], ['cutover: { approval: vm }']);
    const { run } = await drover.startRun(file, { id: `signal-${world.tag}` });
    const stop = new AbortController();
    const waiting = run.wait({ signal: stop.signal, onChange: () => stop.abort(new Error('enough')) });
    await expect(waiting).rejects.toThrow('enough');
    expect((await run.report()).state).toBe('running');
    await run.cancel();
    await run.wait();
  });
});
