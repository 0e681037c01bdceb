/** What a person may say to a run, and what a plan says in their stead; judged by the simulator's ledger. */
import { expect } from '@jest/globals';
import type { Scope } from '../../../contract/act.js';
import { ACT_TOO_LATE } from '../../../contract/act.js';
import { approveUpdate, cancelUpdate, pauseUpdate, resumeUpdate, runActsQuery } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { type Lab, withLab } from '../../support/lab.js';
import { inWaves } from '../../support/plans.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { slowCopies } from '../../support/slow-copies.js';
import { until } from '../../support/until.js';
import { vmsNow } from '../../support/vm-report.js';

const withPart = sharedLab({ vms: 34 });

const nameOf = (lab: Lab, n: number): string => lab.plan().waves[0]?.vms[n]?.name ?? '';
const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));
const approve = (lab: Lab, run: string, scope: Scope = {}) =>
  handle(lab, run).executeUpdate(approveUpdate, { args: [scope] });
const cancel = (lab: Lab, run: string, scope: Scope = {}) =>
  handle(lab, run).executeUpdate(cancelUpdate, { args: [scope] });

const kinds = (lab: Lab, kind: string): number => lab.simulator.control.ledger().filter((e) => e.kind === kind).length;
const sourcesOff = (lab: Lab): number =>
  lab.simulator.control.world().sites[lab.source]?.vms.filter((vm) => vm.powerState === 'POWERED_OFF').length ?? -1;

/** Waits until every open VM is waiting for the same thing. */
const untilAllWaitFor = (lab: Lab, report: () => Promise<RunReport>, reason: string) =>
  until(
    async () => vmsNow(lab, await report()),
    (vms) => vms.every((vm) => vm.waitingFor === reason),
  );

/** All VMs are approved once they have been copied. @param before that */
async function cutOverUnder(lab: Lab, before: () => unknown) {
  const plan = lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } });
  const started = await lab.start(plan);
  await untilAllWaitFor(lab, started.report, 'approval');
  before();
  await approve(lab, started.run);
  return started;
}

const twoWaves = (plan: Plan): Plan => inWaves(plan, { pilot: 1, rest: 1 });

describe('waves', () => {
  it.concurrent('run in order where the copies do too: none of the second starts before the first is over', () =>
    withPart(3, async (lab) => {
      const { result } = await lab.start(inWaves(lab.plan({ sync: 'wave' }), { pilot: 2, rest: 1 }));
      const report = await result();
      expect(report.state).toBe('succeeded');
      const pilot = report.vms.filter((vm) => vm.wave === 'pilot').map((vm) => vm.finishedAt ?? '');
      const rest = report.vms.filter((vm) => vm.wave === 'rest').map((vm) => vm.startedAt ?? '');
      expect(
        pilot
          .sort()
          .at(-1)
          ?.localeCompare(rest.sort()[0] ?? ''),
      ).toBeLessThanOrEqual(0);
    }));

  it.concurrent('with approval: no source goes down before a person said so, wave by wave', () =>
    withPart(2, async (lab) => {
      const { run, report, result } = await lab.start(
        twoWaves(lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } })),
      );
      await until(
        async () => vmsNow(lab, await report()),
        (vms) => vms.some((vm) => vm.waitingFor === 'approval'),
      );
      expect(kinds(lab, 'migrate')).toBe(0);
      await approve(lab, run, { wave: 'pilot' });
      await until(
        async () => vmsNow(lab, await report()),
        (vms) => vms.some((vm) => vm.wave === 'rest' && vm.waitingFor === 'approval'),
      );
      expect(sourcesOff(lab)).toBe(1);
      await approve(lab, run);
      expect((await result()).state).toBe('succeeded');
    }));
});

describe('approval of single VMs', () => {
  it.concurrent('lets exactly that one through', () =>
    withPart(2, async (lab) => {
      const { run, report, result } = await lab.start(
        lab.plan({ cutover: { approval: 'vm', window: null, powerOn: true, consolidate: false } }),
      );
      await untilAllWaitFor(lab, report, 'approval');
      await expect(approve(lab, run, { vm: 'vm-999' })).rejects.toMatchObject({ cause: { type: 'UnknownVm' } });
      await expect(approve(lab, run)).rejects.toMatchObject({ cause: { type: 'ApprovalTooWide' } });
      await approve(lab, run, { vm: nameOf(lab, 1) });
      await until(report, (r) => r.totals.succeeded === 1);
      expect(kinds(lab, 'migrate')).toBe(1);
      await approve(lab, run, { vm: nameOf(lab, 0) });
      expect((await result()).totals.succeeded).toBe(2);
    }));
});

describe('a name that two VMs bear', () => {
  it.concurrent('moves neither of them: the ids are asked for', () =>
    withPart(2, async (lab) => {
      const plan = lab.plan({ cutover: { approval: 'vm', window: null, powerOn: true, consolidate: false } });
      const twins = (plan.waves[0]?.vms ?? []).map((vm) => ({ ...vm, name: 'twin' }));
      const ids = twins.map(({ id }) => id);
      for (const id of ids) lab.simulator.control.setVms({ id, name: 'twin' });
      const { run, report, result } = await lab.start({ ...plan, waves: [{ name: 'all', vms: twins }] });
      await untilAllWaitFor(lab, report, 'approval');
      for (const say of [approve, cancel]) {
        const refused = say(lab, run, { vm: 'twin' });
        await expect(refused).rejects.toMatchObject({ cause: { type: 'AmbiguousVm' } });
        await expect(refused).rejects.toHaveProperty('cause.message', expect.stringContaining(ids.join(', ')));
      }
      await approve(lab, run, { vm: ids[1] ?? '' });
      await until(report, (r) => r.totals.succeeded === 1);
      expect(kinds(lab, 'migrate')).toBe(1);
      expect((await vmsNow(lab, await report())).map((vm) => vm.waitingFor)).toEqual(['approval', null]);
      await cancel(lab, run);
      expect((await result()).totals).toMatchObject({ succeeded: 1, cancelled: 1 });
    }));
});

describe('a cutover window', () => {
  const inWindow = (opensIn: number, closesIn: number, missed: 'hold' | 'fail'): Pick<Plan, 'cutover'> => ({
    cutover: {
      approval: 'none',
      powerOn: true,
      consolidate: false,
      window: {
        opens: new Date(Date.now() + opensIn).toISOString(),
        closes: new Date(Date.now() + closesIn).toISOString(),
        missed,
        begun: 'finish',
      },
    },
  });

  it.concurrent('keeps every source up until it opens', () =>
    withPart(1, async (lab) => {
      const plan = lab.plan(inWindow(8_000, 600_000, 'fail'));
      const done = await (await lab.start(plan)).result();
      expect(done.state).toBe('succeeded');
      const opens = Date.parse(plan.cutover.window?.opens ?? '');
      for (const vm of done.vms) {
        const migrate = vm.operations.find((o) => o.kind === 'migrate');
        expect(Date.parse(migrate?.submittedAt ?? '')).toBeGreaterThanOrEqual(opens);
      }
      const cutovers = lab.simulator.control.ledger().filter(({ kind }) => kind === 'migrate' || kind === 'power-off');
      expect(cutovers).toHaveLength(2);
      // Judged by the ledger, at its own clock, which is this machine's.
      expect(cutovers.filter(({ at }) => at < opens)).toEqual([]);
    }));

  it.concurrent('that was missed fails the VM when the plan says so, with its source untouched', () =>
    withPart(1, async (lab) => {
      const { result } = await lab.start(lab.plan(inWindow(-2_000, -1_000, 'fail')));
      const report = await result();
      expect(report.vms.map((vm) => vm.error?.code)).toEqual(['WindowMissed']);
      expect(kinds(lab, 'migrate')).toBe(0);
      expect(sourcesOff(lab)).toBe(0);
      // It was over before anything was copied.
      expect(kinds(lab, 'start')).toBe(0);
    }));

  it.concurrent('that was missed holds the VM otherwise, until a person cancels it', () =>
    withPart(1, async (lab) => {
      const { run, report, result } = await lab.start(lab.plan(inWindow(-2_000, -1_000, 'hold')));
      await untilAllWaitFor(lab, report, 'window');
      await cancel(lab, run);
      expect((await result()).state).toBe('cancelled');
      expect(kinds(lab, 'migrate')).toBe(0);
      expect(kinds(lab, 'start')).toBe(0);
    }));

  it.concurrent('that closes while the site does not answer: nothing is cut over afterwards', () =>
    withPart(1, async (lab) => {
      for (const { id: vmId } of lab.plan().waves[0]?.vms ?? [])
        lab.simulator.control.addFaults({ vmId, operation: 'migrate', kind: 'status', status: 503 });
      const { result } = await lab.start(lab.plan(inWindow(0, 9_000, 'fail')));
      const report = await result();
      expect(report.vms.map((vm) => vm.error?.code)).toEqual(['WindowMissed']);
      expect(kinds(lab, 'migrate')).toBe(0);
    }));
});

describe('cancel', () => {
  it.concurrent('of a run: what was not started stays, what was copied is removed, no source goes down', () =>
    withPart(2, async (lab) => {
      slowCopies(lab);
      const { run, report, result } = await lab.start(twoWaves(lab.plan({ sync: 'wave' })));
      await until(
        async () => kinds(lab, 'start'),
        (n) => n === 1,
      );
      await until(report, (r) => r.totals.running === 1);
      const { affected } = await cancel(lab, run);
      expect(affected).toBe(2);
      const done = await result();
      expect(done).toMatchObject({ state: 'cancelled', totals: { cancelled: 2 } });
      expect(kinds(lab, 'migrate')).toBe(0);
      expect(lab.simulator.control.world().replications).toEqual([]);
    }));

  it.concurrent('of one VM: exactly that one', () =>
    withPart(2, async (lab) => {
      const endCopies = slowCopies(lab);
      const { run, result } = await lab.start(lab.plan());
      await until(
        async () => kinds(lab, 'start'),
        (n) => n === 2,
      );
      await cancel(lab, run, { vm: nameOf(lab, 1) });
      endCopies();
      const done = await result();
      expect(done.totals).toMatchObject({ cancelled: 1, succeeded: 1 });
      expect(done.vms.find((vm) => vm.state === 'cancelled')?.name).toBe(nameOf(lab, 1));
      expect(lab.wrongWith(done)).toEqual([]);
      expect(lab.simulator.control.world().replications).toEqual([]);
    }));

  it.concurrent("by Temporal's own cancellation means the same", () =>
    withPart(1, async (lab) => {
      slowCopies(lab);
      const { run, result } = await lab.start(lab.plan());
      await until(
        async () => kinds(lab, 'start'),
        (n) => n === 1,
      );
      await handle(lab, run).cancel();
      expect(await result()).toMatchObject({ state: 'cancelled', totals: { cancelled: 1 } });
      expect(lab.simulator.control.world().replications).toEqual([]);
    }));

  it.concurrent('in the middle of a cutover brings it to its end', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { run, result } = await cutOverUnder(lab, () => lab.simulator.control.setSpeed(0.01));
      await until(
        async () => kinds(lab, 'migrate'),
        (n) => n === 1,
      );
      await cancel(lab, run);
      lab.simulator.control.setSpeed(200);
      const done = await result();
      expect(done.totals.succeeded).toBe(1);
      expect(lab.wrongWith(done)).toEqual([]);
    }));
});

describe('pause', () => {
  it.concurrent('keeps VMs from being started and cut over until resume', () =>
    withPart(2, async (lab) => {
      const endCopies = slowCopies(lab);
      const { run, report, result } = await lab.start(twoWaves(lab.plan({ sync: 'wave' })));
      await until(
        async () => kinds(lab, 'start'),
        (n) => n === 1,
      );
      await handle(lab, run).executeUpdate(pauseUpdate, { args: [{ reason: 'freeze' }] });
      endCopies();
      const held = await until(
        async () => vmsNow(lab, await report()),
        (vms) => vms.some((vm) => vm.step === 'gate' && vm.state === 'waiting'),
      );
      expect(held.filter((vm) => vm.startedAt === null)).toHaveLength(1);
      expect(await report()).toMatchObject({ state: 'paused', pausedBecause: 'freeze' });
      expect(kinds(lab, 'migrate')).toBe(0);
      await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(lab.wrongWith(done)).toEqual([]);
    }));

  it.concurrent('happens by itself after as many failures as stopAfter says', () =>
    withPart(2, async (lab) => {
      for (const { id: vmId } of lab.plan({}, 1).waves[0]?.vms ?? [])
        lab.simulator.control.addFaults({ vmId, operation: 'start', kind: 'status', status: 400 });
      const { run, report, result } = await lab.start(twoWaves(lab.plan({ sync: 'wave', stopAfter: { percent: 50 } })));
      const held = await until(report, (r) => r.state === 'paused');
      expect(held.pausedBecause).toMatch(/1 of 2 VMs failed/);
      expect(kinds(lab, 'start')).toBe(0);
      await handle(lab, run).executeUpdate(resumeUpdate, { args: [{}] });
      expect((await result()).totals).toMatchObject({ failed: 1, succeeded: 1 });
    }));
});

describe('an act', () => {
  it.concurrent('that arrives after it held is refused and does nothing; typed anew it says what it did', () =>
    withPart(1, async (lab) => {
      const plan = lab.plan({ cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false } });
      const { run, report, result } = await lab.start(plan);
      await untilAllWaitFor(lab, report, 'approval');
      const late = { validUntil: Date.now() - 1 };
      const session = { args: [late] };
      for (const act of [approveUpdate, cancelUpdate]) {
        const refusal = await handle(lab, run)
          .executeUpdate(act, session as { args: [typeof late] })
          .catch((error: unknown) => error);
        expect(refusal).toMatchObject({ cause: { type: ACT_TOO_LATE } });
      }
      expect(await handle(lab, run).query(runActsQuery)).toEqual({ done: 0 });
      const { totals } = await report();
      expect(totals).toMatchObject({ cancelled: 0, succeeded: 0 });
      expect(await approve(lab, run)).toEqual({
        affected: 1,
        message: `Approved wave ${plan.waves[0]?.name}: 1 VM can go on now`,
        at: expect.stringMatching(/^20.*Z$/),
        by: 'unknown',
      });
      expect(await handle(lab, run).query(runActsQuery)).toEqual({ done: 1 });
      expect((await result()).state).toBe('succeeded');
    }));
});

describe('the audit trail', () => {
  it.concurrent('has why and by which change somebody acted, what stood when, and what was refused on its merits', () =>
    withPart(3, async (lab) => {
      const endCopies = slowCopies(lab);
      const plan = lab.plan({ cutover: { approval: 'vm', window: null, powerOn: true, consolidate: false } });
      const [first, second, third] = plan.waves[0]?.vms ?? [];
      if (!first || !second || !third) throw new Error('three VMs expected');
      third.after = [second.id];
      const { run, report, result } = await lab.start(plan);
      const by = { actor: 'ann', command: 'drover approve' };
      const early = await handle(lab, run).executeUpdate(approveUpdate, {
        args: [{ vm: third.id, note: 'signed off', reference: 'CHG0042', by }],
      });
      expect(early).toMatchObject({ affected: 1, by: 'ann', message: expect.stringMatching(/1 VM is still copying$/) });
      endCopies();
      // As their run knows them: it is the run that answers.
      await until(report, ({ vms }) => vms.map((vm) => vm.waitingFor).join() === 'approval,approval,dependency');
      await expect(approve(lab, run, { vm: 'vm-999' })).rejects.toMatchObject({ cause: { type: 'UnknownVm' } });
      const waits = await approve(lab, run, { vm: third.id });
      expect(waits.message).toMatch(/: 1 VM waits for its wave, or for VMs that it comes after$/);
      const junk = { vm: first.id, note: 7 } as unknown as Scope;
      await expect(approve(lab, run, junk)).rejects.toMatchObject({ cause: { type: 'Malformed' } });
      for (const { id } of [first, second]) await approve(lab, run, { vm: id });
      const { acts = [] } = await result();
      expect(acts.map(({ target, refused }) => [target, refused !== null])).toEqual([
        [`vm:${third.id}`, false],
        ['vm:vm-999', true],
        [`vm:${third.id}`, false],
        [`vm:${first.id}`, false],
        [`vm:${second.id}`, false],
      ]);
      expect(acts[0]).toMatchObject({ actor: 'ann', note: 'signed off', reference: 'CHG0042', proof: 'claimed' });
    }));
});

describe('dependencies', () => {
  it.concurrent('a VM starts after those it names; one whose dependency failed is skipped, and says why', () =>
    withPart(3, async (lab) => {
      const plan = lab.plan({ sync: 'wave' });
      const [first, second, third] = plan.waves[0]?.vms ?? [];
      if (!first || !second || !third) throw new Error('three VMs expected');
      second.after = [first.id];
      third.after = [second.id];
      lab.simulator.control.addFaults({ operation: 'start', vmId: second.id, kind: 'status', status: 400 });
      const { result } = await lab.start(plan);
      const report = await result();
      expect(report.vms.map((vm) => vm.state)).toEqual(['succeeded', 'failed', 'skipped']);
      expect(report.vms[2]?.error?.message).toMatch(
        new RegExp(`${third.name} .* was not started, since ${second.name} .* failed`),
      );
    }));
});

describe('two runs that name the same VM', () => {
  it.concurrent('never touch it at once: the second waits, says for whom, and leaves alone what was moved', () =>
    withPart(2, async (lab) => {
      const endCopies = slowCopies(lab);
      const plan = lab.plan();
      const first = await lab.start(plan);
      await until(
        async () => kinds(lab, 'start'),
        (n) => n === 2,
      );
      const second = await lab.start(plan);
      const waiting = await until(second.report, (r) => r.vms.every((vm) => vm.error?.code === 'VmInUse'));
      expect(waiting.vms[0]).toMatchObject({ state: 'waiting', waitingFor: 'claim' });
      expect(waiting.vms[0]?.error?.message).toContain(first.run);
      endCopies();
      expect((await first.result()).state).toBe('succeeded');
      const done = await second.result();
      expect(done).toMatchObject({ state: 'succeeded', totals: { skipped: 2 } });
      expect(done.vms[0]?.error).toMatchObject({
        code: 'AlreadyMigrated',
        message: expect.stringContaining(first.run),
      });
      expect(kinds(lab, 'start')).toBe(2);
    }));

  it.concurrent('a VM that failed or was cancelled is taken up by the next run, with those it was waited for by', () =>
    withPart(2, async (lab) => {
      const plan = lab.plan();
      const [one, two] = plan.waves[0]?.vms ?? [];
      two?.after.push(one?.id ?? '');
      lab.simulator.control.addFaults({
        operation: 'start',
        vmId: one?.id ?? '',
        kind: 'status',
        status: 400,
        times: 1,
      });
      expect((await (await lab.start(plan)).result()).vms.map((vm) => vm.state)).toEqual(['failed', 'skipped']);
      const again = await (await lab.start(plan)).result();
      expect(again.state).toBe('succeeded');
      expect(lab.wrongWith(again)).toEqual([]);
    }));

  it.concurrent('unless the plan says that it is to be moved once more', () =>
    withPart(1, async (lab) => {
      expect((await (await lab.start(lab.plan())).result()).state).toBe('succeeded');
      expect((await (await lab.start(lab.plan({ remigrate: true }))).result()).totals.succeeded).toBe(1);
      expect(kinds(lab, 'start')).toBe(2);
    }));
});

describe('cancel while a site makes a VM hold', () => {
  /** What was sent is looked for when the test has seen it. */
  const LATER = { Unreachable: { retry: { initial: 3_000, max: 3_000 } } };

  it.concurrent('ends the VM, and says what stays behind', () =>
    withLab({ vms: 1 }, async (lab) => {
      slowCopies(lab);
      const refused = { kind: 'status' as const, status: 403, error: { code: 'ServiceNotLicensed', msg: 'expired' } };
      const { run, result } = await lab.start(lab.plan());
      await until(
        async () => lab.simulator.control.world().replications,
        (all) => all.some((r) => r.state === 'INITIAL_SYNCING'),
      );
      lab.simulator.control.addFaults({ ...refused, operation: 'delete' });
      await cancel(lab, run);
      const done = await result();
      expect(done.totals.cancelled).toBe(1);
      expect(done.vms[0]?.error?.message).toMatch(/replication C4-.* stays behind, to be removed by hand/);
    }));

  it.concurrent('undoes nothing where it cannot be told whether an operation arrived', () =>
    withLab({ vms: 1, errors: LATER }, async (lab) => {
      const { control } = lab.simulator;
      const { run, report, result } = await cutOverUnder(lab, () =>
        control.addFaults(
          { operation: 'login', kind: 'status', status: 401 },
          { operation: 'migrate', kind: 'reset-after', times: 1 },
        ),
      );
      await until(
        async () => kinds(lab, 'migrate'),
        (n) => n === 1,
      );
      control.expireSessions();
      await until(report, (r) => r.state === 'paused');
      await cancel(lab, run);
      const done = await result();
      expect(done.vms[0]?.error).toMatchObject({ code: 'Undecided', operation: 'migrate' });
      expect(kinds(lab, 'delete')).toBe(0);
    }));
});

describe('site limits', () => {
  it.concurrent('hold: never more syncs or cutovers at once than the site and the run allow', () =>
    withLab(
      { vms: 5, speed: 100, site: { limits: { syncs: 2, cutovers: 2, requestsPerSecond: 500 } } },
      async (lab) => {
        const { report, result } = await lab.start(lab.plan({ limits: { cutovers: 1 } }));
        let syncs = 0;
        const watching = until(
          async () => {
            const open = lab.simulator.control.world().replications;
            syncs = Math.max(syncs, open.filter((r) => r.state === 'INITIAL_SYNCING').length);
            return report();
          },
          (r) => r.finishedAt !== null,
        );
        expect((await result()).state).toBe('succeeded');
        await watching;
        expect(syncs).toBeLessThanOrEqual(2);
        const cutovers = lab.simulator.control.ledger().filter(({ kind }) => kind === 'migrate');
        expect(cutovers).toHaveLength(5);
        for (const [n, { at }] of cutovers.entries()) expect(cutovers[n - 1]?.endedAt ?? 0).toBeLessThanOrEqual(at);
      },
    ));
});
