import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectDrover, type Drover, NoWorker, RunExists, RunNotFound } from '../../client/index.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let drover: Drover;
beforeAll(async () => {
  world = await openWorld({ vms: 8 });
  process.env.TEMPORAL_ADDRESS = world.address;
  drover = await connectDrover({ taskQueue: world.taskQueue });
});
afterAll(async () => {
  delete process.env.TEMPORAL_ADDRESS;
  await drover.close();
  await world.close();
});

describe('a run that is watched', () => {
  it('is told look by look, the last one the final report; whoever leaves ends the watching alone', async () => {
    const { file, vms } = world.plan('bulk', [2], ['cutover: { approval: wave }']);
    const options = { id: `bulk-${world.tag}` };
    const { run } = await drover.startRun(file, options);
    for await (const seen of run.watch({ interval: 200 })) {
      if (seen.vms.length > 0 && seen.vms.every(({ waitingFor }) => waitingFor === 'approval')) break;
    }
    expect((await run.report()).state).toBe('running');
    // A call that is left open is made again in 100 ms, and throws where nobody catches it once its connection is closed.
    const own = await connectDrover({ taskQueue: world.taskQueue });
    for await (const seen of own.run(run.run).watch()) if (seen.vms.length > 0) break;
    expect((await own.run(run.run).until('gate')).reached).toBe(true);
    await own.close();
    await delay(1_000);
    await run.approve();
    const { existed, run: same } = await drover.startRun(file, options);
    expect(existed).toBe(true);
    const looks = [];
    for await (const seen of same.watch({ interval: 200 })) looks.push(seen);
    expect(looks.slice(0, -1).filter(({ finishedAt }) => finishedAt !== null)).toEqual([]);
    expect(looks.at(-1)).toMatchObject({ state: 'succeeded', totals: { vms: 2, succeeded: 2 } });
    expect(looks.at(-1)?.vms.map(({ name }) => name)).toEqual(vms);
    expect(world.wrongWith(await run.report())).toEqual([]);
  });

  it('ends by its signal, with the reason', async () => {
    const looking = drover.run(`bulk-${world.tag}`).watch({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(looking.next()).rejects.toThrow('enough');
    await expect(drover.run('no-such-run').watch().next()).rejects.toThrow(RunNotFound);
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
    await until(
      async () => seen,
      (all) => all.includes('approval,approval'),
    );
    await until(
      () => run.report(),
      ({ vms: now }) => now.length === 2 && now.every(({ waitingFor }) => waitingFor === 'approval'),
    );
    expect((await run.approve(vms[0])).affected).toBe(1);
    expect((await run.cancel(vms[1])).affected).toBe(1);
    const report = await ended;
    expect(report.vms.map(({ state }) => state)).toEqual(['succeeded', 'cancelled']);
    const listed = await until(
      async () => (await drover.list({ limit: null })).runs.find((one) => one.run === run.run),
      (one) => one?.finishedAt != null,
    );
    expect(listed).toMatchObject({ totals: { succeeded: 1, cancelled: 1 } });
  });

  it('checks the sites by a worker', async () => {
    const { source, destination } = world.sites;
    const pairs = [
      { source, destination },
      { source: destination, destination: source },
    ];
    const sites = await drover.inspectSites(null, pairs);
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
