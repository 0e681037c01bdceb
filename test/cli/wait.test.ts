/** Waiting for a run as a pipeline does: by its exit codes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WaitDocument } from '../../cli/text/wait-text.js';
import type { RunReport } from '../../client/index.js';
import { openWorld, type World } from '../client/support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 4 });
});
afterAll(() => world.close());

describe('drover wait', () => {
  it('goes from gate to gate, and says by 4 that a person is needed, and what to type', async () => {
    const run = `gates-${world.tag}`;
    const { file } = world.plan('gates', [1, 1], ['cutover: { approval: wave }']);
    await world.run('run', file, '--id', run);
    const wait = (...more: string[]) => world.json<WaitDocument>('wait', run, ...more);
    expect(await wait('--for', 'synced')).toMatchObject({ code: 0, document: { run, for: 'synced', reached: true } });
    expect(await wait('--for', 'gate')).toMatchObject({ code: 0, document: { reached: true, finishedAt: null } });

    const { code, stdout } = await world.run('wait', run, '--for', 'done');
    expect(code).toBe(4);
    expect(stdout).toContain(`A person is needed for run ${run} before it is over. 2 VMs: 2 waiting.`);
    expect(stdout).toContain(`next: drover approve ${run} wave1`);
    const unattended = await world.json<RunReport>('run', file, '--id', run, '--wait', '--no-input');
    expect(unattended).toMatchObject({ code: 4, document: { run, state: 'running', totals: { waiting: 2 } } });

    await world.run('approve', run, 'wave1');
    const second = await wait('--for', 'gate');
    expect(second).toMatchObject({ code: 0, document: { totals: { succeeded: 1, waiting: 1 } } });
    await world.run('approve', run, 'wave2');
    expect(await wait()).toMatchObject({ code: 0, document: { for: 'done', state: 'succeeded', needed: [] } });
    expect(await wait('--for', 'synced')).toMatchObject({ code: 0, document: { reached: true } });
  });

  it('ends with 4 when its time is over, and says that the run goes on', async () => {
    const run = `window-${world.tag}`;
    const window = 'window: { opens: 2099-01-01T00:00:00Z, closes: 2099-01-02T00:00:00Z }';
    const { file } = world.plan('window', [1], [`cutover: { ${window} }`]);
    await world.run('run', file, '--id', run);
    expect(await world.run('wait', run, '--for', 'gate')).toMatchObject({ code: 0 });
    const late = await world.json<{ error: { code: string; message: string } }>('wait', run, '--timeout', '1s');
    expect(late.code).toBe(4);
    expect(late.document.error).toMatchObject({ code: 'WaitedTooLong', message: expect.stringContaining('goes on') });
    await world.run('cancel', run);
    expect(await world.run('wait', run)).toMatchObject({ code: 1 });
  });

  it('knows of drills that they are done, and of nothing else', async () => {
    expect(await world.run('wait', 'nothing', '--for', 'synced')).toMatchObject({ code: 2 });
    expect(await world.run('wait', 'x', '--for', 'soon')).toMatchObject({ code: 2 });
    expect(await world.run('wait', 'x', '--timeout', '2')).toMatchObject({ code: 2 });
  });
});
