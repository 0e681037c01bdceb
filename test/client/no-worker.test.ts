import { afterAll, beforeAll, expect } from '@jest/globals';
import type { ReportDocument } from '../../cli/report/document.js';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { RunList } from '../../client/list-runs.js';
import type { RunReport } from '../../contract/report.js';
import { eventually } from '../support/eventually.js';
import { describe, it } from '../support/side-by-side.js';
import { openWorld, type World } from './support/world.js';

const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 2, worker: false });
});
afterAll(() => world.close());

describe('when no worker listens', () => {
  it.concurrent('nothing is started, and it is said at once how to start one', async () => {
    const run = `none-${world.tag}`;
    const { code, document } = await world.json<ErrorDocument>('run', world.plan('none', [2]).file, '--id', run);
    expect(code).toBe(3);
    expect(document.error).toMatchObject({ code: 'NoWorker', next: expect.stringContaining('drover worker') });
    expect(document.error.message).toContain(world.taskQueue);
    expect((await world.json<RunList>('list', '--all')).document.runs.map((one) => one.run)).not.toContain(run);
  });

  it.concurrent('doctor says so', async () => {
    const { code, stderr } = await world.run('doctor');
    expect(code).toBe(3);
    expect(stderr).toContain(`No worker listens on task queue ${world.taskQueue}`);
  });
});

describe('when the workers die', () => {
  it.concurrent('a cancellation of the whole run is kept for the next one; a finished run is still reported', async () => {
    const orphaned = await openWorld({ vms: 3, worker: false });
    const worker = orphaned.startWorker();
    const finished = `finished-${orphaned.tag}`;
    const run = `orphan-${orphaned.tag}`;
    await orphaned.listening();
    const window = `cutover: { window: { opens: ${soon(-1)}, closes: ${soon(1)} } }`;
    await orphaned.run('run', orphaned.plan('finished', [1], [window]).file, '--id', finished, '--wait');
    const { document: evidence } = await orphaned.json<ReportDocument>('report', finished);
    await orphaned.run('run', orphaned.plan('orphan', [2], ['cutover: { approval: wave }']).file, '--id', run);
    worker.child.kill('SIGKILL');
    await worker.finished;

    const { code: reported, document: alone } = await orphaned.json<ReportDocument>('report', finished);
    expect({ reported, ...alone }).toMatchObject({
      reported: 0,
      checksum: evidence.checksum,
      missing: [],
      window: { opens: expect.any(String) },
      destination: { vdc: expect.any(String) },
    });
    const approval = await orphaned.json<ErrorDocument>('approve', run, 'wave1');
    expect({ exit: approval.code, ...approval.document.error }).toMatchObject({
      exit: 3,
      effect: 'none',
      next: expect.stringMatching(/^nothing was sent; .*drover worker.*type the command again$/),
    });
    const { code, document } = await orphaned.json<ErrorDocument>('cancel', run);
    expect(code).toBe(4);
    expect(document.error).toMatchObject({
      code: 'CancelPending',
      effect: 'pending',
      until: null,
      message: expect.stringContaining('recorded'),
      next: expect.stringContaining('drover worker'),
    });

    orphaned.startWorker();
    const watched = await orphaned.json<RunReport>('watch', run);
    expect(watched).toMatchObject({ code: 1, document: { state: 'cancelled', totals: { cancelled: 2 } } });
    await orphaned.close();
  });
});

describe('when the only worker stands still', () => {
  it.concurrent('an approval is not applied by the worker that comes later, and that is said', async () => {
    const frozen = await openWorld({ vms: 1, worker: false });
    const worker = frozen.startWorker();
    const run = `frozen-${frozen.tag}`;
    await frozen.listening();
    await frozen.run('run', frozen.plan('frozen', [1], ['cutover: { approval: wave }']).file, '--id', run);
    await eventually(
      async () => (await frozen.json<RunReport>('show', run)).document.vms[0]?.waitingFor === 'approval',
    );
    worker.child.kill('SIGSTOP');
    const { code, document } = await frozen.json<ErrorDocument>('approve', run);
    worker.child.kill('SIGCONT');
    await eventually(
      async () => (await frozen.json<RunReport>('show', run)).document.vms[0]?.waitingFor === 'approval',
    );
    expect({ exit: code, ...document.error }).toMatchObject({
      exit: 3,
      code: 'NoWorker',
      next: expect.stringContaining('nothing was sent'),
    });
    const cancelled = await frozen.json<RunReport>('cancel', run);
    expect(cancelled.code).toBe(0);
    const { document: ended } = await frozen.json<RunReport>('watch', run);
    expect(ended.vms[0]?.operations.map(({ kind }) => kind)).not.toContain('migrate');
    await frozen.close();
  });
});

describe('a site that refuses the login', () => {
  it.concurrent('is found by doctor, with what to fix', async () => {
    const refused = await openWorld({ vms: 1, password: 'wrong' });
    const { code, document } = await refused.json<{
      ok: boolean;
      sites: { checks: { name: string; ok: boolean }[] }[];
    }>('doctor');
    expect(code).toBe(3);
    expect(document.ok).toBe(false);
    for (const { checks } of document.sites) {
      expect(checks.find(({ name }) => name === 'login')).toMatchObject({ ok: false, fix: expect.any(String) });
    }
    await refused.close();
  });
});
