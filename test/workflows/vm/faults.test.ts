/** What a site may do to a run, and what the run must make of it; judged by the simulator's ledger. */
import { expect } from '@jest/globals';
import { resumeUpdate } from '../../../contract/messages.js';
import { FAILURES, runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { FaultRule } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

async function runThrough(
  faults: FaultRule[],
  judge: (report: RunReport, lab: Lab) => void,
  options: LabOptions = {},
): Promise<void> {
  await withLab({ vms: 3, ...options }, async (lab) => {
    lab.simulator.control.addFaults(...faults);
    const { result } = await lab.start(lab.plan());
    judge(await result(), lab);
  });
}

function expectAllMigratedOnce(report: RunReport, lab: Lab): void {
  expect(report.vms.map(({ error }) => error)).toEqual(report.vms.map(() => null));
  expect(report.state).toBe('succeeded');
  expect(lab.wrongWith(report)).toEqual([]);
}

const requests = (lab: Lab, route: string, method: string): number =>
  lab.simulator.control
    .stats()
    .requests.filter((r) => r.route === route && r.method === method)
    .reduce((sum, r) => sum + r.count, 0);

const answers = (lab: Lab): number => lab.simulator.control.stats().requests.reduce((sum, { count }) => sum + count, 0);

describe('an answer that never arrives', () => {
  const OPERATIONS = ['start', 'migrate', 'delete'];
  const lost = (kind: 'reset-after' | 'reset-before') =>
    OPERATIONS.map((operation): FaultRule => ({ operation, kind, times: 3 }));

  it.concurrent('of a start, a migrate and a delete that were accepted leads to one of each', () =>
    runThrough(lost('reset-after'), (report, lab) => {
      expectAllMigratedOnce(report, lab);
      const adopted = report.vms.flatMap((vm) => vm.operations).filter((o) => o.adopted);
      for (const operation of OPERATIONS) expect(adopted.filter(({ kind }) => kind === operation)).toHaveLength(3);
    }));

  it.concurrent('of a start, a migrate and a delete that were not accepted leads to one of each, sent again after it was looked for', () =>
    runThrough(lost('reset-before'), (report, lab) => {
      expectAllMigratedOnce(report, lab);
      // Each was struck.
      expect(lab.simulator.control.faults().map(({ struck }) => struck)).toEqual([3, 3, 3]);
    }));
});

describe('a start whose answer is lost, at a site that shows nothing of it for a while', () => {
  const SHOWS_NOTHING = { tasksVisibleAfter: 1e12, replicationVisible: 'taskEnd' } as const;

  it.concurrent('is looked for as long as the config says, and nothing is started in its place meanwhile', () =>
    withLab(
      { vms: 1, speed: 0.01, assumptions: SHOWS_NOTHING, site: { reconcile: { settle: 300_000 } } },
      async (lab) => {
        const { control } = lab.simulator;
        control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
        const { result } = await lab.start(lab.plan());
        const looks = async () => requests(lab, '/vm-replications', 'GET');
        await until(
          async () => control.ledger(),
          (all) => all.length === 1,
        );
        const before = await looks();
        const sent = () => requests(lab, '/vm-replications', 'POST');
        await until(looks, (count) => count >= before + 4 || sent() > 1);
        expect(sent()).toBe(1);
        control.setAssumptions({ tasksVisibleAfter: 0 });
        control.setSpeed(500);
        const done = await result();
        expectAllMigratedOnce(done, lab);
        expect(done.vms[0]?.operations[0]).toMatchObject({ kind: 'start', adopted: true });
        expect(sent()).toBe(1);
      },
    ));
});

describe('an answer that says "not now"', () => {
  const PASSING: [string, FaultRule][] = [
    ['408', { kind: 'status', status: 408 }],
    ['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
    ['500 GeneralServerFailure', { kind: 'status', status: 500, error: { code: 'GeneralServerFailure', msg: 'x' } }],
    ['502', { kind: 'status', status: 502 }],
    ['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '1' } }],
    ['504', { kind: 'status', status: 504 }],
    ['an unknown 5xx', { kind: 'status', status: 599, error: { code: 'NobodyKnows', msg: 'x' } }],
    ['garbage', { kind: 'garbage' }],
  ];

  const SHORT = ['429 with Retry-After', '500 GeneralServerFailure', 'garbage'];

  it.concurrent.each(inShort(PASSING, ([name]) => SHORT.includes(name)))(
    '%s, to reads and writes alike, delays the run and nothing else',
    async (_, fault) => {
      await runThrough(
        ['start', 'migrate', 'tasks'].map((operation) => ({ ...fault, operation, times: 2 })),
        expectAllMigratedOnce,
        { vms: 2 },
      );
    },
  );
});

describe('an answer that says "no"', () => {
  const FINAL: [string, number][] = [
    ['BadRequest', 400],
    ['Forbidden', 403],
    ['NobodyKnows', 418],
  ];

  // One that the table of errors has, and one that nobody knows.
  it.concurrent.each(inShort(FINAL, ([code]) => code !== 'BadRequest'))(
    '%s fails this VM at once with what VCDA said, and no other',
    (code, status) =>
      runThrough(
        [{ operation: 'start', kind: 'status', status, error: { code, msg: 'the disk is too large' }, times: 1 }],
        (report, lab) => {
          expect(report.totals).toMatchObject({ failed: 1, succeeded: 1 });
          const failed = report.vms.find((vm) => vm.state === 'failed');
          const advice = expect.stringMatching(/\w+\.$/);
          expect(failed?.error).toMatchObject({
            code,
            operation: 'start',
            taskId: null,
            site: lab.destination,
            advice,
          });
          expect(failed?.error?.message).toMatch(/vm-00\d .*lyon-.*the disk is too large.*drover\//);
        },
        { vms: 2 },
      ),
  );

  const OURS = [...Object.values(FAILURES), 'SourcePoweredOff', 'AlreadyMigrated', 'VmInUse', 'Cancelled'];

  // How each is read is in error-fields.test.ts.
  it.concurrent.each(inShort(OURS, (code) => code === FAILURES.hold || code === 'AlreadyMigrated'))(
    'the code %s is a code like any other, though Drover has a failure of that name',
    (code) =>
      runThrough(
        [{ operation: 'migrate', kind: 'status', status: 400, error: { code, msg: 'the disk is too large' } }],
        (report, lab) => {
          expect(report.totals).toMatchObject({ failed: 1 });
          for (const { error } of report.vms) expect(error).toMatchObject({ code, operation: 'migrate' });
          expect(requests(lab, '/vm-replications/:id/migrate', 'POST')).toBe(1);
        },
        { vms: 1 },
      ),
  );

  it.concurrent('SiteNotFound names the sites that exist', () =>
    runThrough(
      [
        {
          operation: 'start',
          kind: 'status',
          status: 404,
          error: { code: 'SiteNotFound', msg: 'none such' },
          times: 1,
        },
      ],
      (report, lab) => {
        expect(report.totals.failed).toBe(1);
        expect(report.vms[0]?.error?.message).toContain(`sites that exist: ${lab.source}, ${lab.destination}`);
      },
      { vms: 1 },
    ));
});

describe('sessions', () => {
  it.concurrent('that are lost in the middle are renewed as often as it happens', () =>
    withLab({ vms: 4 }, async (lab) => {
      const { result } = await lab.start(lab.plan());
      // By calls, not by time: on a busy machine a session must last long enough for something.
      let lostAt = 0;
      const lost = setInterval(() => {
        const answered = answers(lab);
        if (answered < lostAt + 20) return;
        lostAt = answered;
        lab.simulator.control.expireSessions();
      }, 100);
      const report = await result().finally(() => clearInterval(lost));
      expectAllMigratedOnce(report, lab);
      expect(requests(lab, '/sessions', 'POST')).toBeGreaterThan(1);
    }));

  it.concurrent('whose extension is lost are extended again; a task that failed by it is done again', () =>
    withLab({ vms: 4 }, async (lab) => {
      const { result } = await lab.start(lab.plan());
      // As often as the tries of a step allow: each loss may fail the task that runs. Lost while something does.
      let losses = 0;
      let seen = 0;
      const lost = setInterval(() => {
        const accepted = lab.simulator.control.ledger().length;
        if (losses === 4 || accepted === seen) return;
        seen = accepted;
        losses += 1;
        lab.simulator.control.expireSessions(undefined, true);
      }, 100);
      const report = await result().finally(() => clearInterval(lost));
      expect(report.totals.succeeded).toBe(4);
      const done = lab.simulator.control.ledger().filter((entry) => entry.outcome === 'succeeded');
      for (const kind of ['start', 'migrate', 'delete']) expect(done.filter((e) => e.kind === kind)).toHaveLength(4);
      expect(requests(lab, '/sessions/extend', 'POST')).toBeGreaterThan(1);
    }));
});

describe('what only a person can fix', () => {
  const resume = (lab: Lab, run: string) =>
    lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(resumeUpdate, { args: [{}] });

  it.concurrent('a missing licence: nothing more is started, the run says what to do, resume goes on', () =>
    withLab({ vms: 3 }, async (lab) => {
      lab.simulator.control.setLicense(lab.destination, false);
      const { run, report, result } = await lab.start(lab.plan());
      const held = await until(report, (r) => r.state === 'paused');
      expect(`${held.pausedBecause} ${held.pausedAdvice}`).toMatch(/licence.*drover resume/);
      const asked = requests(lab, '/vm-replications', 'POST');
      await resume(lab, run);
      const again = await until(
        report,
        (r) => r.state === 'paused' && requests(lab, '/vm-replications', 'POST') > asked,
      );
      expect(again.totals.failed).toBe(0);
      lab.simulator.control.setLicense(lab.destination, true);
      await resume(lab, run);
      expectAllMigratedOnce(await result(), lab);
    }));

  it.concurrent('a refused login: sent once, then not again until resume, with which a corrected one goes on without a restart', () =>
    withLab({ vms: 3, password: 'wrong', workers: 0 }, async (lab) => {
      const worker = await lab.startWorker();
      const { run, report, result } = await lab.start(lab.plan());
      const held = await until(report, (r) => r.state === 'paused');
      expect(`${held.pausedBecause} ${held.pausedAdvice}`).toMatch(/refuses the login.*drover resume/);
      // Both sites are asked about the VMs, each with a login of its own, at a time of its own.
      const logins = () => requests(lab, '/sessions', 'POST');
      await until(
        async () => logins(),
        (count) => count >= 2,
      );
      expect(logins()).toBe(2);
      expect(requests(lab, '/vm-replications', 'POST')).toBe(0);
      lab.correctPassword('drover-sim');
      worker.renew();
      await resume(lab, run);
      expectAllMigratedOnce(await result(), lab);
    }));
});

describe('a task that fails', () => {
  it.concurrent('with a code that may pass is done again under a new operation id', () =>
    runThrough(
      [{ operation: 'migrate', kind: 'fail-task', times: 1, error: { code: 'GeneralServerFailure', msg: 'lock' } }],
      (report, lab) => {
        expect(report.state).toBe('succeeded');
        expect(lab.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(3);
        const migrates = report.vms.flatMap((vm) => vm.operations).filter((o) => o.kind === 'migrate');
        expect(migrates.map((o) => o.result).toSorted((a, b) => `${a}`.localeCompare(`${b}`))).toEqual([
          'failed',
          'succeeded',
          'succeeded',
          'succeeded',
        ]);
        expect(new Set(migrates.map((o) => o.operationId)).size).toBe(4);
      },
    ));

  it.concurrent('with another code fails the VM with the code, the task and what VCDA said', () =>
    runThrough(
      [{ operation: 'migrate', kind: 'fail-task', times: 1, error: { code: 'DiskBroken', msg: 'sector 7' } }],
      (report) => {
        expect(report.totals).toMatchObject({ failed: 1, succeeded: 1 });
        const failed = report.vms.find((vm) => vm.state === 'failed');
        expect(failed?.error).toMatchObject({ code: 'DiskBroken', operation: 'migrate' });
        expect(failed?.error?.taskId).toMatch(/^[0-9a-f-]{36}$/);
        expect(failed?.error?.message).toMatch(/sector 7/);
        expect(failed?.error?.advice).toMatch(/\w+\.$/);
      },
      { vms: 2 },
    ));
});

describe('a site that goes away', () => {
  it.concurrent('is said once, asked seldom, and the run goes on by itself when it is back', () =>
    withLab({ vms: 3, speed: 60 }, async (lab) => {
      const { report, result } = await lab.start(lab.plan());
      await until(
        async () => lab.simulator.control.ledger(),
        (entries) => entries.some(({ kind }) => kind === 'start'),
      );
      lab.simulator.control.setUp(lab.destination, false);
      const away = await until(report, (r) => r.sitesAway.length > 0);
      expect(away.sitesAway[0]).toMatchObject({ site: lab.destination });
      expect(away.totals.failed).toBe(0);
      lab.simulator.control.setUp(lab.destination, true);
      await until(report, (r) => r.sitesAway.length === 0);
      const done = await result();
      expect(done.totals.succeeded).toBe(3);
      expect(lab.wrongWith(done)).toEqual([]);
    }));
});

describe('a site that fails at everything', () => {
  it.concurrent('is said to, though it is there, until it does anything again', () =>
    withLab({ vms: 2, speed: 60 }, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'tasks', kind: 'status', status: 500 });
      const { report, result } = await lab.start(lab.plan());
      const troubled = await until(report, (r) => r.sitesAway.length > 0);
      expect(troubled.sitesAway).toMatchObject([{ site: lab.destination, message: expect.stringContaining('500') }]);
      lab.simulator.control.clearFaults();
      await until(report, (r) => r.sitesAway.length === 0);
      expectAllMigratedOnce(await result(), lab);
    }));
});

describe('a workflow of a site that somebody terminated', () => {
  it.concurrent('is missed by nobody for long: VMs ask the site themselves, and for their slots anew', () =>
    withLab(
      {
        vms: 4,
        speed: 60,
        site: {
          limits: { syncs: 2, cutovers: 1, requestsPerSecond: 500 },
          polling: { interval: 200, selfCheck: 2_000 },
        },
      },
      async (lab) => {
        const { result } = await lab.start(lab.plan());
        const ledger = async () => lab.simulator.control.ledger();
        for (const kind of ['start', 'migrate']) {
          await until(ledger, (entries) => entries.some((entry) => entry.kind === kind));
          await lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).terminate('by a test');
        }
        const done = await result();
        expect(done.totals.succeeded).toBe(4);
        expect(lab.wrongWith(done)).toEqual([]);
      },
    ));
});
