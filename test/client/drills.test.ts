import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReportDocument } from '../../cli/report/document.js';
import type { DrillsDocument } from '../../cli/report/drills/document.js';
import type { ErrorDocument } from '../../cli/text/render-error.js';
import type { Coverage } from '../../client/drills/drill-coverage.js';
import type { DrillHistory, DrillSummary, RunList, RunReport } from '../../client/index.js';
import { runWorkflowId, vmWorkflowId } from '../../contract/names.js';
import { connectClient } from '../../temporal/connection.js';
import { openPort } from '../support/drills.js';
import { reportFaults } from '../support/report-schema.js';
import { until } from '../support/until.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let temporal: Awaited<ReturnType<typeof connectClient>>;
/** the application that the drills' VMs are thought to run */
let application: Awaited<ReturnType<typeof openPort>>;
let protection: string;
beforeAll(async () => {
  world = await openWorld({ vms: 2 });
  temporal = await connectClient({ TEMPORAL_ADDRESS: world.address });
  application = await openPort();
  protection = `protect-${world.tag}`;
  const { file } = world.plan('crm', [1, 1], ['replication: { rpo: 15m }'], 'protect');
  const { code, document } = await world.json<RunReport>('run', file, '--id', protection, '--wait');
  expect({ code, state: document.state }).toEqual({ code: 0, state: 'succeeded' });
});
afterAll(async () => {
  application.close();
  await temporal.connection.close();
  await world.close();
});

const testCopies = () =>
  Object.values(world.simulator.control.world().sites)
    .flatMap(({ vms }) => vms)
    .filter(({ testCopy }) => testCopy);

describe('a drill that proves what it should', () => {
  const id = () => `good-${world.tag}-1`;
  const drill = () =>
    world.drill(`good-${world.tag}`, 2, [
      'groups: [ [vm-001], [vm-002] ]',
      `checks: [ { tcp: ${application.port}, within: 30s, interval: 1s } ]`,
      'objectives: { rto: 1h, rpo: 24h }',
      'scenario: loss of Paris',
      'lead: ann@acme.example.com',
      'observers: [ audit@acme.example.com ]',
      'reference: BIA-17',
    ]);

  it('ends with 0 and its evidence, and leaves nothing behind', async () => {
    const { code, document } = await world.json<RunReport>('drill', 'run', drill(), '--id', id(), '--wait');
    expect(document).toMatchObject({
      run: id(),
      plan: `good-${world.tag}`,
      kind: 'drill',
      state: 'succeeded',
      drill: { mode: 'test', phase: 'done', missed: [], groups: [{}, {}] },
    });
    expect(document.vms.map(({ checks }) => checks.map(({ ok }) => ok))).toEqual([[true], [true]]);
    expect(document.drill?.rtoSeconds).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(testCopies()).toEqual([]);
  });

  it('started again from the same file is not started again', async () => {
    const { code, stderr, stdout } = await world.run('drill', 'run', drill(), '--id', id());
    expect(code).toBe(0);
    expect(stderr).toContain('was not started again');
    expect(stdout).toMatch(/^ +RTO .* at most 1 h 00 min wanted$/m);
  });

  it('does not share its id with anything else', async () => {
    const other = world.drill(`other-${world.tag}`, 1);
    const { code, document } = await world.json<ErrorDocument>('drill', 'run', other, '--id', id());
    expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'RunExists' });
    expect(document.error.message).toContain(`drill good-${world.tag}`);
  });

  it('is listed, shown and reported as a run is', async () => {
    const { document } = await world.json<RunList>('list', '--all');
    expect(document.runs.find(({ run }) => run === id())).toMatchObject({ kind: 'drill', state: 'succeeded' });
    expect(await world.run('show', id(), 'vm-001')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^tcp ${application.port} +passed`, 'm')),
    });
    expect((await world.run('report', id())).stdout).toMatch(/^ +checks +2 of 2 passed$/m);
    expect(reportFaults((await world.json('report', id())).document)).toEqual([]);
    expect((await world.run('report', id(), '--format', 'junit')).stdout).toMatch(
      /tests="8" failures="0" errors="0" skipped="0"/,
    );
    expect((await world.run('report', id(), '--format', 'html')).stdout).toMatch(/RTO<\/td><td>at most 1 h 00 min/);
  });

  it('stands in the report of all drills of its name, with what it was to prove and did', async () => {
    const name = `good-${world.tag}`;
    const { code, document } = await world.json<DrillsDocument>('report', '--drill', name, '--since', '2020-01-01');
    expect(code).toBe(0);
    expect(reportFaults(document, 'drill-reports')).toEqual([]);
    expect(document).toMatchObject({
      drill: name,
      since: '2020-01-01T00:00:00.000Z',
      missing: null,
      drills: [
        {
          run: id(),
          state: 'succeeded',
          vms: 2,
          failed: 0,
          objectives: { rtoSeconds: 3600, rpoSeconds: 86_400 },
          findings: [],
        },
      ],
    });
    for (const format of ['text', 'csv', 'md', 'html']) {
      expect(await world.run('report', '--drill', name, '--format', format)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(id()),
      });
    }
    const later = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect((await world.json<DrillsDocument>('report', '--drill', name, '--since', later)).document.drills).toEqual([]);
    expect(await world.run('report', '--drill', `${name}x`)).toMatchObject({ code: 2 });
    expect(await world.run('report', '--drill', name, '--format', 'junit')).toMatchObject({ code: 2 });
    expect(await world.run('report', id(), '--since', '2020-01-01')).toMatchObject({ code: 2 });
    expect(await world.run('report')).toMatchObject({ code: 2 });
  });

  it('has findings and a sign-off of persons in its evidence, each kept once', async () => {
    const finding = ['--finding', 'the runbook names an old gateway', '--owner', 'ann', '--due', '2026-12-31'];
    const before = (await world.json<ReportDocument>('report', id())).document;
    expect(before.drill).toMatchObject({
      scenario: 'loss of Paris',
      reference: 'BIA-17',
      findings: [],
      signedBy: null,
    });
    for (const _ of ['once', 'twice']) {
      const { code, stdout } = await world.run('drill', 'note', id(), ...finding);
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Finding noted: ann .*by 2026-12-31/),
      });
    }
    expect(await world.run('drill', 'sign', id(), '--ref', 'CHG0042')).toMatchObject({ code: 0 });
    const { document } = await world.json<ReportDocument>('report', id());
    expect(reportFaults(document)).toEqual([]);
    expect(document.drill?.findings).toMatchObject([
      { text: 'the runbook names an old gateway', owner: 'ann', due: '2026-12-31' },
    ]);
    expect(document.drill?.signedBy).toMatchObject({ reference: 'CHG0042', by: expect.stringContaining('@') });
    expect(document.acts.map(({ act }) => act).sort()).toEqual(['finding', 'sign']);
    for (const format of ['text', 'md', 'html']) {
      const { stdout } = await world.run('report', id(), '--format', format);
      for (const word of ['the runbook names an old gateway', 'loss of Paris', 'audit', 'CHG0042'])
        expect(stdout).toContain(word);
    }
    // And so has the report of all drills of its name.
    const year = (await world.json<DrillsDocument>('report', '--drill', `good-${world.tag}`)).document;
    expect(reportFaults(year, 'drill-reports')).toEqual([]);
    expect(year.drills.at(-1)).toMatchObject({
      findings: ['noted: the runbook names an old gateway (ann, by 2026-12-31)'],
      signedBy: { reference: 'CHG0042' },
    });
  });

  it('takes no finding without a text, of no calendar day, or of what is no drill that is over', async () => {
    expect(await world.run('drill', 'note', id())).toMatchObject({ code: 2 });
    expect(await world.run('drill', 'note', id(), '--finding', 'x', '--due', '2026-02-30')).toMatchObject({ code: 2 });
    const { code, document } = await world.json<ErrorDocument>('drill', 'sign', protection);
    expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'DrillNotOver' });
    expect(await world.json('drill', 'note', 'nothing', '--finding', 'x')).toMatchObject({
      code: 2,
      document: { error: { code: 'RunNotFound' } },
    });
  });

  it('covers its VMs for as long as it counts', async () => {
    const { document } = await world.json<Coverage>('drill', 'coverage', world.sites.destination);
    expect(document).toMatchObject({ protected: 2, missing: [] });
    expect((await world.run('drill', 'coverage')).stdout).toBe(
      'Not proved by a drill for 92 days: none of 2 protected VMs.\n',
    );
  });

  it('has no plan that could be failed over', async () => {
    const { code, document } = await world.json<ErrorDocument>('failover', id());
    expect({ code, error: document.error.code }).toEqual({ code: 2, error: 'NoPlan' });
  });

  it('is held against the one before in its history', async () => {
    await world.run('drill', 'run', drill(), '--id', `good-${world.tag}-2`, '--wait');
    const history = async () =>
      (await world.json<DrillHistory>('drill', 'history', `good-${world.tag}`, '--limit', '1')).document;
    const document = await until(
      history,
      ({ runs: [one], more }) => more && one !== undefined && one.finishedAt !== null,
    );
    expect(document).toMatchObject({ more: true, runs: [{ run: `good-${world.tag}-2`, failed: 0 }] });
    expect(document.runs[0]?.change.rtoSeconds).not.toBeNull();
  });
});

describe('a drill that proves less', () => {
  let name: string;
  let run: string;

  it('ends with 1 when a check fails, says which and why, and still leaves nothing behind', async () => {
    name = `bad-${world.tag}`;
    run = `${name}-1`;
    const file = world.drill(name, 1, ['checks: [ { tcp: 1, within: 2s, interval: 500ms } ]']);
    const { code, stdout } = await world.run('drill', 'run', file, '--id', run, '--wait');
    expect(code).toBe(1);
    expect(stdout).toMatch(/1 check failed:\n\nVM .*\nvm-001 +tcp 1 +\d+ +.*127\.0\.0\.1:1/);
    expect(stdout).toContain('CheckFailed');
    expect(testCopies()).toEqual([]);
  });

  it('is a run that has ended by itself', async () => {
    const { code, document } = await world.json<RunReport & { attention: unknown[] }>('show', run);
    expect(code).toBe(1);
    expect(document).toMatchObject({ state: 'failed', attention: [], totals: { failed: 1 } });
    expect(await world.json('cancel', run)).toMatchObject({ code: 2, document: { error: { code: 'RunEnded' } } });
  });

  it('ends with 1 when an objective is missed, and says by how much', async () => {
    const file = world.drill(`slow-${world.tag}`, 1, ['objectives: { rto: 1ms }']);
    const { code, stdout } = await world.run('drill', 'run', file, '--wait');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^missed: RTO of vm-001 .* over$/m);
  });

  it('pauses its schedule, which says so', async () => {
    const file = world.drill(name, 1, [
      'checks: [ { tcp: 1, within: 1s, interval: 500ms } ]',
      'schedule: { cron: "0 4 1 1 *", timezone: UTC }',
    ]);
    await world.run('drill', 'schedule', file);
    const triggered = await world.json<{ run: string }>('drill', 'trigger', name);
    expect(triggered.code).toBe(0);
    expect((await world.run('watch', triggered.document.run, '--quiet')).code).toBe(1);
    const listed = async () =>
      (await world.json<{ drills: DrillSummary[] }>('drill', 'list')).document.drills.find(
        ({ drill }) => drill === name,
      );
    expect(await until(listed, (one) => one?.paused === true)).toMatchObject({
      note: expect.stringContaining('failure'),
      lastRun: { run: triggered.document.run, state: 'failed' },
    });
    // What Temporal lists follows what is so a little later.
    const history = async () => (await world.json<DrillHistory>('drill', 'history', name)).document.runs;
    const runs = await until(history, (all) => all.length === 2 && all.every(({ finishedAt }) => finishedAt !== null));
    expect(runs.map(({ state, failed }) => `${state} ${failed}`)).toEqual(['failed 1', 'failed 1']);
    await world.run('drill', 'unschedule', name);
  });
});

describe('a drill that holds', () => {
  it('shows what is still up, and cleans up when it is cancelled', async () => {
    const run = `hold-${world.tag}`;
    await world.run('drill', 'run', world.drill(run, 1, ['hold: 1h']), '--id', run);
    const { stdout } = await until(
      () => world.run('show', run),
      (shown) => shown.stdout.includes('still up') && /phase +hold/.test(shown.stdout),
    );
    expect(stdout).toMatch(/^ +still up +1 test copy, until .*: vm-001$/m);
    expect(testCopies()).toHaveLength(1);
    const orphans = async () =>
      (await world.json<{ replications: unknown[] }>('replications', world.sites.destination, '--orphans')).document;
    expect((await orphans()).replications).toEqual([]);
    expect(await world.run('cancel', run)).toMatchObject({ code: 0 });
    expect((await world.run('watch', run, '--quiet')).code).toBe(1);
    expect(testCopies()).toEqual([]);
  });

  it('pauses its schedule when it is cancelled, which the note says', async () => {
    const name = `cancelled-${world.tag}`;
    const file = world.drill(name, 1, ['hold: 1h', 'schedule: { cron: "0 4 1 1 *", timezone: UTC }']);
    await world.run('drill', 'schedule', file);
    const { document } = await world.json<{ run: string }>('drill', 'trigger', name);
    await until(
      () => world.drover.run(document.run).report({ live: true }),
      (report) => report.drill?.phase === 'hold',
    );
    await world.run('cancel', document.run);
    const paused = await until(
      () => world.drover.drill(name).show(),
      (one) => one.paused,
    );
    expect(paused).toMatchObject({
      note: expect.stringMatching(/workflow failure.* cancelled/),
      lastRun: { run: document.run, state: 'cancelled' },
    });
    expect(testCopies()).toEqual([]);
    await world.run('drill', 'unschedule', name);
  });
});

describe('a sweep', () => {
  it('removes the copy of a drill whose workflows were terminated', async () => {
    const run = `lost-${world.tag}`;
    const { run: drill } = await world.drover.startDrill(world.drill(run, 1, ['hold: 1h']), { id: run });
    const { vms } = await until(
      () => drill.report({ live: true }),
      (report) => report.drill?.phase === 'hold',
    );
    for (const workflowId of [runWorkflowId(run), vmWorkflowId(world.sites.source, vms[0]?.id ?? '')]) {
      await temporal.client.workflow.getHandle(workflowId).terminate('somebody meant well');
    }
    expect(testCopies()).toHaveLength(1);
    const { code, stdout } = await world.run('drill', 'sweep', world.sites.destination);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `1 test copy removed at ${world.sites.destination}:\n  vm-001 (${run})\n`,
    });
    expect(testCopies()).toEqual([]);
    expect((await world.run('show', run)).stdout).toContain('did not end by itself: its workflow was terminated');
  });

  it('of a site at which nothing was left says so', async () => {
    const { code, document } = await world.json('drill', 'sweep', world.sites.destination);
    expect(code).toBe(0);
    expect(document).toEqual({ site: world.sites.destination, removed: [], gone: [], left: [] });
  });

  it('of a site that refuses the login is refused with that, since nobody has looked', async () => {
    const { control } = world.simulator;
    control.addFaults({
      site: world.sites.destination,
      path: '/sessions',
      kind: 'status',
      status: 401,
      error: { code: 'NotAuthenticated', msg: 'Bad credentials.' },
    });
    control.expireSessions(world.sites.destination);
    const { code, stdout, stderr } = await world.run('drill', 'sweep', world.sites.destination);
    control.clearFaults();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('does not let the workers in');
  });
});

describe('the plan of an earlier run', () => {
  it('is failed over, with RTO and RPO of every VM', async () => {
    const dry = await world.run('failover', protection, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^crm-failover-\d{8} +would be started/) });
    expect(dry.stdout).toMatch(/^ +recovers +the latest instance/m);
    const run = `fo-${world.tag}`;
    // The login was refused to a sweep, and is sent again once a person says that it is right by now.
    const refused = await world.run('failover', protection, '--id', run, '--confirm');
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--no-check') });
    await world.run('failover', protection, '--id', run, '--no-check', '--confirm');
    await world.run('resume', run);
    const { code, document } = await world.json<RunReport>('failover', protection, '--id', run, '--wait');
    expect(document).toMatchObject({ kind: 'failover', plan: 'crm', state: 'succeeded' });
    expect(code).toBe(0);
    expect(document.vms.every(({ rtoSeconds }) => rtoSeconds !== null)).toBe(true);
    expect((await world.run('show', `fo-${world.tag}`)).stdout).toMatch(/ RTO +RPO$/m);
  });

  it('is not reversed without a word', async () => {
    const { code, document } = await world.json<ErrorDocument>('reverse', `fo-${world.tag}`);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'NotConfirmed', next: expect.stringContaining('removes-source') });
  });

  it('is brought home', async () => {
    const args = [`fo-${world.tag}`, '--confirm', 'removes-source', '--id', `fb-${world.tag}`, '--wait'];
    const { code, document } = await world.json<RunReport>('failback', ...args);
    expect(document).toMatchObject({ kind: 'failback', state: 'succeeded', totals: { succeeded: 2 } });
    expect(code).toBe(0);
  });

  it('is looked for among runs by its id, with the nearest when there is none', async () => {
    const { code, stderr } = await world.run('failover', `protect-${world.tag.slice(0, 4)}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`Nearest: ${protection}`);
  });
});
