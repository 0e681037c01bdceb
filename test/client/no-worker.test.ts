import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ErrorDocument } from '../../client/cli/render-error.js';
import type { RunList } from '../../client/list-runs.js';
import { openWorld, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 2, worker: false });
}, 90_000);
afterAll(() => world.close());

describe('when no worker listens', () => {
  it('nothing is started, and it is said at once how to start one', async () => {
    const run = `none-${world.tag}`;
    const { code, document } = await world.json<ErrorDocument>('run', world.plan('none', [2]).file, '--id', run);
    expect(code).toBe(3);
    expect(document.error).toMatchObject({ code: 'NoWorker', next: expect.stringContaining('drover worker') });
    expect(document.error.message).toContain(world.taskQueue);
    expect((await world.json<RunList>('list', '--all')).document.runs.map((one) => one.run)).not.toContain(run);
  });

  it('doctor says so', async () => {
    const { code, stderr } = await world.run('doctor');
    expect(code).toBe(3);
    expect(stderr).toContain(`No worker listens on task queue ${world.taskQueue}`);
  });
});

describe('a site that refuses the login', () => {
  it('is found by doctor, with what to mend', async () => {
    const refused = await openWorld({ vms: 1, password: 'wrong' });
    const { code, document } = await refused.json<{
      ok: boolean;
      sites: { checks: { name: string; ok: boolean }[] }[];
    }>('doctor');
    expect(code).toBe(3);
    expect(document.ok).toBe(false);
    for (const { checks } of document.sites) {
      expect(checks.find(({ name }) => name === 'login')).toMatchObject({ ok: false, mend: expect.any(String) });
    }
    await refused.close();
  }, 90_000);
});
