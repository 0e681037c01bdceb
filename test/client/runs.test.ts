import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReportDocument } from '../../cli/report/document.js';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { RunList } from '../../client/list-runs.js';
import type { LiveReport } from '../../client/live-report.js';
import type { Retry } from '../../client/retries.js';
import type { RunReport, VmReport } from '../../contract/report.js';
import { simulatedVms, siteVdcId } from '../../simulator/index.js';
import { reportFaults } from '../support/report-schema.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

const VMS = 28;

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: VMS });
});
afterAll(() => world.close());

describe('a run from start to end', () => {
  let run: string;
  let plan: string;
  beforeAll(() => {
    run = `whole-${world.tag}`;
    plan = world.plan('whole', [1, 3]).file;
  });

  it('run --wait --json follows it on stderr and prints the report alone on stdout', async () => {
    const { code, document, stderr } = await world.json<RunReport>('run', plan, '--id', run, '--wait');
    expect(document).toMatchObject({
      run,
      plan: 'whole',
      kind: 'migrate',
      state: 'succeeded',
      totals: { succeeded: 4 },
    });
    expect(reportFaults(document)).toEqual([]);
    expect(code).toBe(0);
    expect(world.wrongWith(document)).toEqual([]);
    expect(stderr).toContain(`Run ${run} started`);
    const events: unknown[] = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const ended = { event: 'vm', vm: expect.objectContaining({ name: 'vm-004', wave: 'wave2', state: 'succeeded' }) };
    expect(events).toContainEqual(expect.objectContaining(ended));
    expect(events.at(-1)).toMatchObject({ run, event: 'run', state: 'succeeded', totals: { succeeded: 4 } });
  });

  it('the same plan under the same id is not started again, and the run is shown', async () => {
    const { code, stdout, stderr } = await world.run('run', plan, '--id', run);
    expect(code).toBe(0);
    expect(stderr).toContain('was not started again');
    expect(stdout).toMatch(new RegExp(`^${run} +succeeded`));
    expect(world.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(4);
  });

  it('another plan under the same id is refused', async () => {
    const { code, document } = await world.json<ErrorDocument>('run', world.plan('other', [2]).file, '--id', run);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'RunExists', message: expect.stringContaining('plan whole') });
  });

  it('list has it', async () => {
    const { document } = await world.json<RunList>('list', '--all');
    const entry = document.runs.find((one) => one.run === run);
    expect(entry).toMatchObject({ plan: 'whole', state: 'succeeded', totals: { vms: 4, succeeded: 4 } });
    expect((await world.run('list', '--all')).stdout).toMatch(
      new RegExp(`^${run} +whole +migrate +succeeded +4/4 `, 'm'),
    );
  });

  it('show has its waves and VMs; of one VM, its operations', async () => {
    const shown = await world.run('show', run);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^wave2 +3 +3 /m);
    expect(shown.stdout).toMatch(/^vm-001 +wave1 +succeeded +done/m);
    const { document } = await world.json<VmReport>('show', run, 'vm-003');
    const { stdout } = await world.run('show', run, 'vm-003');
    expect(document.operations.map(({ kind }) => kind)).toEqual(['start', 'migrate', 'delete']);
    for (const { operationId, taskId } of document.operations) {
      expect(stdout).toContain(operationId);
      expect(stdout).toContain(taskId ?? 'no task');
    }
  });

  it('report has text and JSON, on stdout and in a file', async () => {
    const text = await world.run('report', run);
    expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/Outage of 4 VMs: shortest/) });
    const { code, stdout } = await world.run('report', run, '--format', 'json', '--out', 'evidence.json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const written: unknown = JSON.parse(readFileSync(join(world.folder.path, 'evidence.json'), 'utf8'));
    const { document } = await world.json('report', run);
    expect(written).toEqual({ ...(document as object), writtenAt: expect.any(String) });
  });

  it('report has every format in a file, and says by which plan, between which sites, and where the VMs are now', async () => {
    const { document } = await world.json<ReportDocument>('report', run);
    expect(reportFaults(document)).toEqual([]);
    const { source, destination } = world.sites;
    expect(document).toMatchObject({
      planDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      source: { site: source },
      destination: { site: destination, vdc: siteVdcId(destination) },
      versions: { drover: document.writtenBy, temporal: expect.stringMatching(/^\d+\.\d+/) },
      environment: { taskQueue: world.taskQueue },
    });
    const recovered = world.simulator.control.world().sites[destination]?.vms.map(({ id }) => id) ?? [];
    for (const vm of document.vms) {
      expect(recovered).toContain(vm.destination.vmId);
      expect(vm).toMatchObject({ source: { site: source, before: 'on' }, copiedAt: expect.any(String) });
    }
    for (const [format, begins] of Object.entries({
      csv: '\ufeffrun,plan,',
      md: `# Run ${run}`,
      html: '<!DOCTYPE html>',
      junit: '<?xml ',
      terraform: `# Run ${run}, kind migrate: 4 of 4 VMs`,
    })) {
      const file = `evidence.${format}`;
      expect(await world.run('report', run, '--format', format, '--out', file)).toMatchObject({ code: 0, stdout: '' });
      const text = readFileSync(join(world.folder.path, file), 'utf8');
      expect(text.slice(0, begins.length)).toBe(begins);
      for (const { destination: is } of document.vms) if (format !== 'junit') expect(text).toContain(is.vmId);
      const { stdout } = await world.run('report', run, '--format', format);
      expect(stdout.replace(/ \d\d:\d\d:\d\d by Drover/, '')).toBe(
        text.replace('\ufeff', '').replace(/ \d\d:\d\d:\d\d by Drover/, ''),
      );
    }
  });

  it('is final: it cannot be steered any more', async () => {
    for (const command of ['cancel', 'pause', 'resume', 'approve']) {
      const { code, document } = await world.json<ErrorDocument>(command, run);
      expect({ command, code, error: document.error.code }).toEqual({ command, code: 2, error: 'RunEnded' });
    }
  });

  it('an unknown run, or VM of it, is refused with the nearest names', async () => {
    const unknown = await world.run('show', `whole-${world.tag.slice(0, 5)}`);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(`Nearest: ${run}`);
    const vm = await world.run('show', run, 'vm-03');
    expect(vm.code).toBe(2);
    expect(vm.stderr).toMatch(/has no VM vm-03\. Nearest: .*vm-003/);
  });
});

describe('steering a run', () => {
  async function waiting(run: string, count: number): Promise<LiveReport> {
    const report = await until(
      // The run's own word: what its VMs say it has not heard yet.
      () => world.drover.run(run).report(),
      ({ vms, finishedAt }) =>
        finishedAt !== null || vms.filter(({ waitingFor }) => waitingFor === 'approval').length === count,
    );
    expect(report.finishedAt).toBeNull();
    return world.drover.run(run).report({ live: true });
  }

  it('cancels one VM, approves the others, and ends with 1', async () => {
    const run = `steer-${world.tag}`;
    const { file, vms } = world.plan('steer', [3], ['cutover: { approval: wave }']);
    await world.run('run', file, '--id', run);
    const { attention } = await waiting(run, 3);
    expect(attention).toEqual([expect.objectContaining({ kind: 'approval', next: `drover approve ${run} wave1` })]);
    const open = await world.json<ReportDocument>('report', run);
    expect(reportFaults(open.document)).toEqual([]);
    expect(open.document).toMatchObject({ state: 'running', finishedAt: null, approval: 'wave' });
    expect((await world.run('report', run, '--format', 'junit')).stdout.match(/<skipped/g)).toHaveLength(4);

    const cancelled = await world.json<{ affected: number }>('cancel', run, vms[1] ?? '');
    expect(cancelled).toMatchObject({ code: 0, document: { affected: 1 } });
    expect(await world.run('approve', run, 'wave9')).toMatchObject({ code: 2 });
    expect(await world.json('approve', run, 'wave1')).toMatchObject({ code: 0 });

    const { code, document } = await world.json<RunReport>('watch', run);
    expect(code).toBe(1);
    expect(document.vms.map(({ state }) => state)).toEqual(['succeeded', 'cancelled', 'succeeded']);
    expect(world.wrongWith(document)).toEqual([]);
    // What was refused has changed nothing.
    const actor = expect.stringContaining('@');
    expect(document.acts).toMatchObject([
      { act: 'cancel', command: 'drover cancel', actor, target: expect.stringMatching(/^vm:/), after: { affected: 1 } },
      {
        act: 'approve',
        command: 'drover approve',
        actor,
        target: 'wave:wave1',
        after: { affected: expect.any(Number) },
      },
    ]);
  });

  it('cancels a whole run', async () => {
    const run = `stop-${world.tag}`;
    const { file } = world.plan('stop', [2, 2], ['cutover: { approval: wave }', 'sync: wave']);
    await world.run('run', file, '--id', run);
    await waiting(run, 2);
    expect(await world.run('cancel', run)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Not started and cancelled: .*; by \S+@\S+, \d\d:\d\d [+-]\d\d:\d\d\n$/),
    });
    const { code, document } = await world.json<RunReport>('watch', run);
    expect(code).toBe(1);
    expect(document).toMatchObject({ state: 'cancelled', totals: { vms: 4, cancelled: 4 } });
    expect(world.simulator.control.world().replications).toEqual([]);
  });

  it('pauses with a reason that everybody sees, and resumes', async () => {
    const run = `pause-${world.tag}`;
    const { file } = world.plan('pause', [1, 1], ['cutover: { approval: wave }']);
    await world.run('run', file, '--id', run);
    await waiting(run, 1);
    expect(await world.run('pause', run, '--reason', 'coffee')).toMatchObject({ code: 0 });
    const { stdout } = await world.run('show', run);
    expect(stdout).toMatch(new RegExp(`paused[\\s\\S]*! Paused: coffee\\n {2}next: drover resume ${run}`));
    expect(await world.run('resume', run)).toMatchObject({ code: 0 });
    expect((await world.json<RunReport>('show', run)).document).toMatchObject({
      state: 'running',
      pausedBecause: null,
    });
    await world.run('cancel', run);
  });

  it.each([
    ['set', 'RUN'],
    ['set', 'RUN', 'colour=red'],
    ['set', 'RUN', 'window.opens=22:00'],
    ['set', 'RUN', 'window.closes=2026-12-05T22:00:00'],
    ['set', 'RUN', 'limits.syncs=0'],
    ['set', 'RUN', 'limits.syncs=1', 'limits.syncs=2'],
    ['set', 'RUN', 'stopAfter=many'],
    ['skip', 'RUN'],
    ['undo'],
  ])('refuses %s %s %s as bad usage', async (...args) => {
    expect(await world.run(...args)).toMatchObject({ code: 2, stdout: '' });
  });

  it('sets what holds from now on, with who said it and why', async () => {
    const run = `set-${world.tag}`;
    const { file } = world.plan('set', [1], ['cutover: { approval: wave }']);
    await world.run('run', file, '--id', run);
    await waiting(run, 1);
    const { stdout } = await world.run(
      'set',
      run,
      'limits.syncs=3',
      'stopAfter=10%',
      'stopAfter.sameCode=2',
      '--ref',
      'CHG7',
    );
    expect(stdout).toMatch(
      /^Set, from now on: at most 3 syncs and .*; stopAfter 10% failures or 2 cutovers .*; by \S+@/,
    );
    const refused = await world.json<ErrorDocument>('set', run, 'window.opens=2026-12-05T22:00:00+01:00');
    expect({ code: refused.code, error: refused.document.error.code }).toEqual({ code: 2, error: 'Refused' });
    await world.run('undo', run, '--note', 'off');
    const { document } = await world.json<RunReport>('watch', run);
    expect(document).toMatchObject({ totals: { cancelled: 1 } });
    expect(
      document.acts?.map(({ act, note, reference, refused: why }) => [act, note, reference, why !== null]),
    ).toEqual([
      ['set', null, 'CHG7', false],
      ['set', null, null, true],
      ['undo', 'off', null, false],
    ]);
  });

  it('retries what failed of a run that is over as a run of its own, once, with nothing that succeeded', async () => {
    const run = `again-${world.tag}`;
    const { file, vms } = world.plan('again', [2]);
    const [bad = ''] = vms;
    const { control } = world.simulator;
    const idOf = (name: string) => simulatedVms({ vms: VMS }).find((vm) => vm.name === name)?.id ?? '';
    const startsOf = (name: string) =>
      control.ledger().filter(({ kind, vmId }) => kind === 'start' && vmId === idOf(name)).length;
    control.addFaults({ operation: 'start', vmId: idOf(bad), kind: 'status', status: 400, times: 1 });
    expect(await world.run('run', file, '--id', run, '--wait')).toMatchObject({ code: 1 });
    const told = await world.json<{ run: string; affected: number }>('retry', run, '--ref', 'CHG0044');
    expect(told).toMatchObject({ code: 0, document: { run: `${run}-retry`, affected: 1, effect: 'done' } });
    expect((await world.json<{ affected: number }>('retry', run)).document.affected).toBe(0);
    const { document } = await world.json<RunReport>('watch', `${run}-retry`);
    expect(document).toMatchObject({ state: 'succeeded', totals: { vms: 1, succeeded: 1 } });
    expect(document.acts).toMatchObject([
      { act: 'retry', command: 'drover retry', reference: 'CHG0044', after: { affected: 1 }, refused: null },
    ]);
    expect(vms.map(startsOf)).toEqual([1, 1]);
    const none = await world.json<ErrorDocument>('retry', `${run}-retry`);
    expect({ code: none.code, error: none.document.error.code }).toEqual({ code: 2, error: 'NothingToRetry' });
  });

  it('ends a watcher that is interrupted with 130; the run goes on', async () => {
    const run = `watch-${world.tag}`;
    const { file, vms } = world.plan('watch', [1], ['cutover: { approval: vm }']);
    await world.run('run', file, '--id', run);
    const watcher = world.start('watch', run);
    while (!watcher.said.stderr.includes('waiting for approval')) {
      await new Promise((resolve) => watcher.child.stderr?.once('data', resolve));
    }
    watcher.child.kill('SIGINT');
    const { code, stderr } = await watcher.finished;
    expect(code).toBe(130);
    expect(stderr).toContain(`run ${run} goes on`);
    expect(stderr).toContain(`next: drover watch ${run}`);
    expect((await world.json<RunReport>('show', run)).document.state).toBe('running');
    expect(await world.run('approve', run, vms[0] ?? '')).toMatchObject({ code: 0 });
    expect(await world.run('watch', run, '--quiet')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a run whose window is over', () => {
  it('is refused, and nothing is started; one that exists is shown all the same', async () => {
    const run = `over-${world.tag}`;
    const closing = (closes: Date) => [
      `cutover: { window: { opens: 2020-12-05T22:00:00Z, closes: ${closes.toISOString()} } }`,
    ];
    const late = world.plan('late', [1], closing(new Date(Date.now() - 1_000)));
    const { code, document } = await world.json<ErrorDocument>('run', late.file, '--id', run);
    expect(code).toBe(2);
    expect(JSON.stringify(document)).toContain('cutover.window is over');
    await expect(world.drover.startRun(late.file, { id: run })).rejects.toMatchObject({ code: 'WindowOver' });
    expect((await world.json<ErrorDocument>('show', run)).document.error).toMatchObject({ code: 'RunNotFound' });
    /** A machine that is too slow to start it while its window is open is given a longer one. */
    async function startedWithin(open: number): Promise<{ file: string; closes: Date }> {
      const closes = new Date(Date.now() + open);
      const { file } = world.plan('closing', [1], closing(closes));
      const started = await world.run('run', file, '--id', run);
      if (started.code === 2 && /window/.test(started.stderr)) return startedWithin(3 * open);
      expect(started.code).toBe(0);
      return { file, closes };
    }
    const { file, closes } = await startedWithin(5_000);
    await until(
      () => Promise.resolve(new Date()),
      (now) => now > closes,
    );
    expect((await world.run('run', file, '--id', run)).stderr).toContain('was not started again');
    await world.run('cancel', run);
  });
});

describe('a run at a site', () => {
  it('that is away is refused with 3 and the reason, and nothing is started', async () => {
    const { control } = world.simulator;
    control.setUp(world.sites.destination, false);
    try {
      const { code, document } = await world.json<ErrorDocument>('run', world.plan('away', [1]).file);
      expect(code).toBe(3);
      expect(document.error).toMatchObject({
        code: 'SiteAway',
        message: expect.stringContaining(world.sites.destination),
      });
      expect(document.error.next).toContain('drover doctor');
    } finally {
      control.setUp(world.sites.destination, true);
    }
    // Its workers look again after a while, and runs are begun again then.
    await until(
      () => world.drover.inspectSites([world.sites.destination]),
      ([site]) => site?.checks.every(({ ok }) => ok !== false) === true,
    );
    const { document } = await world.json<RunList>('list', '--all');
    expect(document.runs.map(({ plan }) => plan)).not.toContain('away');
  });

  it('that fails at what it is asked is shown with the VM that tries again', async () => {
    world.simulator.control.addFaults({ operation: 'start', kind: 'status', status: 500 });
    const retried = `retried-${world.tag}`;
    const { file, vms } = world.plan('retried', [1]);
    await world.run('run', file, '--id', retried);
    const show = () => world.json<VmReport & { retries: Retry[] }>('show', retried, vms[0] ?? '');
    const { document } = await until(show, ({ document: { retries } }) => retries.length > 0);
    expect(document.retries).toMatchObject([{ activity: 'submitOperation', message: expect.stringContaining('500') }]);
    expect((await world.run('show', retried, vms[0] ?? '')).stdout).toMatch(
      /Sending its operation fails since .*, tried (once|\d+ times), until .* and is tried again: .*500/,
    );
    expect((await world.run('show', retried)).stdout).toMatch(/^\S+ .* running +start +GeneralServerFailure$/m);
    world.simulator.control.clearFaults();
    await world.run('cancel', retried);
    expect((await world.json<RunReport>('watch', retried)).document.state).not.toBe('running');
  });
});

describe('doctor', () => {
  it('finds every site well', async () => {
    const { code, stdout } = await world.run('doctor');
    expect(stdout).toContain('All is well.');
    expect(stdout).toContain('not tried: it shows this site the login of another');
    expect(code).toBe(0);
  });
});
