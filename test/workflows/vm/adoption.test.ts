/** A VM that has a replication already: whose it is decides, and the plan's `adopt`; what it does is held against the plan. */
import { expect } from '@jest/globals';
import { readMark } from '../../../activities/mark.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import { siteVdcId } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { atApproval } from '../../support/recoveries.js';
import { sharedLab } from '../../support/shared-lab.js';
import { showsOtherOrg } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const withPart = sharedLab({ vms: 9 });

interface Made {
  description?: string;
  vdc?: string;
  rpo?: number;
  quiesced?: boolean;
  isMigration?: boolean;
}

/** A person starts a replication of the lab's first VM in VCDA's page; waits for its first copy. @returns its id */
async function madeByPerson(lab: Lab, { vdc = siteVdcId(lab.destination), isMigration = true, ...rest }: Made = {}) {
  const id = vmOf(lab).id;
  const all = () => lab.simulator.control.world().replications.filter(({ vmId }) => vmId === id);
  const before = new Set(all().map((one) => one.id));
  lab.simulator.control.act({
    operation: 'start',
    user: 'ann@acme',
    body: {
      source: { type: 'vm', site: lab.source, vmId: id, excludedDiskKeys: null },
      destination: { type: 'vcloud', site: lab.destination, vdc, storageProfile: '*' },
      isMigration,
      ...rest,
    },
  });
  const found = await until(
    async () => all().find((one) => !before.has(one.id)),
    (r) => r?.state === 'OK',
  );
  return found?.id ?? '';
}

function vmOf(lab: Lab) {
  const vm = lab.plan().waves[0]?.vms[0];
  if (vm === undefined) throw new RangeError('the lab has no VM');
  return vm;
}

const replicationOf = (lab: Lab) =>
  lab.simulator.control.world().replications.find(({ vmId }) => vmId === vmOf(lab).id);

const sent = (lab: Lab, since = 0) =>
  lab.simulator.control
    .ledger()
    .filter(
      ({ seq, user, kind }) =>
        seq > since && user === 'ops@acme' && !['power-off', 'power-on', 'recovered', 'removed'].includes(kind),
    )
    .map(({ kind }) => kind);

async function runOf(lab: Lab, change: Parameters<Lab['plan']>[0] = {}, run?: string) {
  const { result } = await lab.start(lab.plan(change), run);
  const report = await result();
  const [vm] = report.vms;
  if (vm === undefined) throw new RangeError('the report has no VM');
  return vm;
}

describe('a replication that a person made', () => {
  it.concurrent('is neither cut over nor deleted by default; the refusal names its maker', () =>
    withPart(1, async (lab) => {
      const id = await madeByPerson(lab);
      const { state, error } = await runOf(lab);
      expect(state).toBe('failed');
      expect(error).toMatchObject({ code: 'ReplicationNotOurs', operation: 'start', site: lab.destination });
      expect(error?.message).toContain('ann@acme');
      expect(error?.message).toContain(id);
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('is used with adopt: matching, stays as it is, and is not deleted', () =>
    withLab({ vms: 1 }, async (lab) => {
      const id = await madeByPerson(lab, { description: 'of Ann' });
      const vm = await runOf(lab, { adopt: 'matching' });
      expect(vm).toMatchObject({ state: 'succeeded', replicationId: id, error: { code: 'ReplicationKept' } });
      expect(vm.operations[0]).toMatchObject({ kind: 'start', adopted: true, owner: 'person' });
      // How old it is nobody knows: nothing was sent to that site, whose clock is not measured.
      expect(sent(lab)).toEqual(['sync', 'migrate']);
      expect(replicationOf(lab)?.settings.description).toBe('of Ann');
    }));

  it.concurrent('that carries the mark of another installation is a person’s', () =>
    withPart(1, async (lab) => {
      await madeByPerson(lab, { description: `drover1:${'A'.repeat(24)} [run x, vm y, z]` });
      const { error } = await runOf(lab);
      expect(error?.code).toBe('ReplicationNotOurs');
      expect(error?.message).toContain('another installation');
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('to another VDC is refused with both values', () =>
    withPart(1, async (lab) => {
      await madeByPerson(lab);
      const vdc = '00000000-0000-4000-8000-00000000abcd';
      const { destination } = lab.plan();
      const { error } = await runOf(lab, { adopt: 'matching', destination: { ...destination, vdc } });
      expect(error?.code).toBe('ReplicatedElsewhere');
      expect(error?.message).toContain(vdc);
      expect(error?.message).toContain(siteVdcId(lab.destination));
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('to another organization than that of the plan’s VDC is refused with both values', () =>
    withLab({ vms: 1 }, async (lab) => {
      await madeByPerson(lab);
      showsOtherOrg(lab);
      const { error } = await runOf(lab, { adopt: 'matching' });
      expect(error?.code).toBe('ReplicatedElsewhere');
      expect(error?.message).toMatch(/the organization is globex, the plan says acme/);
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('that is used, and goes to another organization by its cutover, is refused with both values', () =>
    withLab({ vms: 1 }, async (lab) => {
      await madeByPerson(lab);
      const { approve, result } = await atApproval(lab, { adopt: 'matching' });
      showsOtherOrg(lab);
      await approve();
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'ReplicatedElsewhere', operation: 'migrate' } });
      expect(vm?.error?.message).toMatch(/in organization globex instead of acme/);
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('with weaker settings than the plan is refused with both values', () =>
    withPart(1, async (lab) => {
      await madeByPerson(lab, { isMigration: false, rpo: 1_440 });
      const { error } = await runOf(lab, {
        kind: 'protect',
        adopt: 'matching',
        replication: { rpo: 15, quiesced: true },
      });
      expect(error?.code).toBe('ReplicationDiffers');
      expect(error?.message).toMatch(/rpo is 1440, the plan says 15.*quiesced is false, the plan says true/);
      expect(sent(lab)).toEqual([]);
    }));

  it.concurrent('that is paused is said, not waited for', () =>
    withPart(1, async (lab) => {
      const id = await madeByPerson(lab);
      lab.simulator.control.trouble(id, { isPaused: true });
      const { error } = await runOf(lab, { adopt: 'matching' });
      expect(error).toMatchObject({ code: 'ReplicationPaused', advice: expect.stringContaining(id) });
      expect(sent(lab)).toEqual([]);
    }));
});

describe('a replication that an earlier run made', () => {
  /** A run protects the VM and ends. */
  async function protectedBy(lab: Lab, run: string) {
    const vm = await runOf(lab, { kind: 'protect', replication: { rpo: 60, description: 'text of Ann' } }, run);
    expect(vm).toMatchObject({ state: 'succeeded', error: null });
    return { since: lab.simulator.control.ledger().at(-1)?.seq ?? 0, id: vm.replicationId };
  }

  it.concurrent('is taken over, marked anew, and brought to the plan’s settings', () =>
    withLab({ vms: 1 }, async (lab) => {
      const first = `first-${lab.source}`;
      const { since, id } = await protectedBy(lab, first);
      const before = replicationOf(lab)?.settings.description;
      expect(before).toMatch(new RegExp(`^drover1:[\\w-]{24} \\[run ${first}, .*\\] text of Ann$`));
      const vm = await runOf(lab, { kind: 'protect', replication: { rpo: 15 } }, `second-${lab.source}`);
      expect(vm).toMatchObject({ state: 'succeeded', error: null, replicationId: id });
      expect(vm.operations[0]).toMatchObject({ kind: 'start', adopted: true, owner: 'drover' });
      expect(sent(lab, since)).toEqual(['reconfigure']);
      const { description, rpo } = replicationOf(lab)?.settings ?? {};
      expect(rpo).toBe(15);
      expect(readMark(description)?.run).not.toBe(readMark(before)?.run);
      expect(description).toMatch(/text of Ann$/);
    }));

  it.concurrent('is left alone with adopt: none', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { since } = await protectedBy(lab, `first-${lab.source}`);
      const { error } = await runOf(lab, { kind: 'protect', adopt: 'none' });
      expect(error?.code).toBe('ReplicationNotOurs');
      expect(error?.message).toContain(`an earlier run (first-${lab.source})`);
      expect(sent(lab, since)).toEqual([]);
    }));

  // Where the whole mark is dropped, least tells.
  it.concurrent.each(inShort(['dropped', 'cut-20', 'cut-32'] as const, (description) => description === 'dropped'))(
    'is known where the site has the description %s',
    (description) =>
      withLab({ vms: 1, assumptions: { description } }, async (lab) => {
        const { since, id } = await protectedBy(lab, `first-${lab.source}`);
        const vm = await runOf(lab, { kind: 'protect' });
        expect(vm).toMatchObject({ state: 'succeeded', error: null, replicationId: id });
        expect(vm.operations[0]).toMatchObject({ adopted: true, owner: 'drover' });
        expect(sent(lab, since)).toEqual(['reconfigure']);
      }),
  );
});

describe('a VM with two replications, one of an earlier run and one of a person', () => {
  const TWO = { vms: 1, assumptions: { secondReplication: 'allowed' } } as const;

  async function protectedTwice(lab: Lab) {
    const first = (await runOf(lab, { kind: 'protect' })).replicationId ?? '';
    const second = await madeByPerson(lab, { isMigration: false });
    return { first, second, since: lab.simulator.control.ledger().at(-1)?.seq ?? 0 };
  }

  // The other is told by the same rule.
  const KINDS = inShort(['protect', 'failover'] as const, (kind) => kind === 'failover');

  it.concurrent.each(KINDS)('is refused with both by a %s, which chooses none', (kind) =>
    withLab(TWO, async (lab) => {
      const { first, second, since } = await protectedTwice(lab);
      const { state, error } = await runOf(lab, { kind });
      expect([state, error?.code]).toEqual(['failed', 'AmbiguousReplication']);
      for (const id of [first, second]) expect(error?.message).toContain(id);
      expect(error?.advice).toContain('replicationId');
      expect(sent(lab, since)).toEqual([]);
    }),
  );

  it.concurrent('uses the one that the plan names, and names the other', () =>
    withLab(TWO, async (lab) => {
      const { first, second, since } = await protectedTwice(lab);
      const [wave] = lab.plan().waves;
      const vms = (wave?.vms ?? []).map((vm) => ({ ...vm, replicationId: first }));
      const waves = wave === undefined ? [] : [{ ...wave, vms }];
      const vm = await runOf(lab, { kind: 'protect', waves });
      expect(vm).toMatchObject({ state: 'succeeded', error: null, replicationId: first });
      expect(vm.notes).toEqual([expect.stringContaining(`${first}, which is used, the VM has ${second} at`)]);
      expect(sent(lab, since)).toEqual(['reconfigure']);
    }));
});

describe('a replication of an earlier run that a person has edited', () => {
  it.concurrent.each([
    ['behind the mark', (before: string) => `${before.slice(0, 32)}: Ann looks after it`, ': Ann looks after it'],
    ['with the mark removed', () => 'Ann looks after it', 'Ann looks after it'],
  ] as const)('%s is known, and keeps the text', (_, edited, text) =>
    withPart(1, async (lab) => {
      const first = await runOf(lab, { kind: 'protect' });
      const id = first.replicationId ?? '';
      const description = edited(replicationOf(lab)?.settings.description ?? '');
      lab.simulator.control.trouble(id, { settings: { description } });
      const vm = await runOf(lab, { kind: 'protect' });
      expect(vm).toMatchObject({ state: 'succeeded', error: null, replicationId: id });
      expect(vm.operations[0]).toMatchObject({ adopted: true, owner: 'drover' });
      const now = replicationOf(lab)?.settings.description ?? '';
      expect(readMark(now)).not.toBeNull();
      expect(now.endsWith(` ${text}`)).toBe(true);
    }),
  );
});

describe('a replication whose mark is of another open run', () => {
  it.concurrent('is waited for, and nothing is sent; then it goes on', () =>
    withLab({ vms: 1, errors: {} }, async (lab) => {
      const cutover = { ...lab.plan().cutover, approval: 'wave' as const };
      const first = await lab.start(lab.plan({ cutover }));
      const isWaiting = (what: string) => (report: RunReport) => report.vms[0]?.waitingFor === what;
      await until(first.report, isWaiting('approval'));
      const since = lab.simulator.control.ledger().at(-1)?.seq ?? 0;
      const second = await lab.start(lab.plan());
      const waiting = await until(second.report, isWaiting('claim'));
      expect(waiting.vms[0]?.error).toMatchObject({
        code: 'VmInUse',
        message: expect.stringContaining(`waits for run ${first.run}`),
      });
      expect(sent(lab, since)).toEqual([]);
      await lab.client.workflow.getHandle(runWorkflowId(first.run)).terminate();
      const report = await second.result();
      expect(report.vms[0]).toMatchObject({ state: 'succeeded', error: null });
      expect(sent(lab, since)).toEqual(['reconfigure', 'migrate', 'delete']);
    }));
});

describe('a copy at the gate of an open run, at a site that drops descriptions', () => {
  const COPIES = [
    ['made by that run', false, ['reconfigure', 'migrate', 'delete']],
    ['that a person made, and both plans adopt', true, ['sync', 'migrate']],
  ] as const;

  // The run's own is waited for where it has a mark as well, which a test before this one shows.
  it.concurrent.each(inShort(COPIES, ([, isPersons]) => isPersons))(
    '%s, is waited for by a run without approval, which sends nothing',
    (_, isPersons, after) =>
      withLab({ vms: 1, errors: {}, assumptions: { description: 'dropped' } }, async (lab) => {
        if (isPersons) await madeByPerson(lab);
        const adopt = isPersons ? ({ adopt: 'matching' } as const) : {};
        const cutover = { ...lab.plan().cutover, approval: 'vm' as const };
        const first = await lab.start(lab.plan({ ...adopt, cutover }));
        await until(first.report, (report) => report.vms[0]?.waitingFor === 'approval');
        const since = lab.simulator.control.ledger().at(-1)?.seq ?? 0;
        const second = await lab.start(lab.plan(adopt));
        const settled = await until(
          second.report,
          ({ vms: [vm] }) => vm?.waitingFor === 'claim' || vm?.state === 'succeeded',
        );
        expect(settled.vms[0]).toMatchObject({
          waitingFor: 'claim',
          error: { code: 'VmInUse', message: expect.stringContaining(`run ${first.run}`) },
        });
        expect(sent(lab, since)).toEqual([]);
        await lab.client.workflow.getHandle(runWorkflowId(first.run)).terminate();
        const report = await second.result();
        expect(report.vms[0]?.state).toBe('succeeded');
        expect(sent(lab, since)).toEqual(after);
      }),
  );
});

describe('a start', () => {
  it.concurrent('whose task names no replication finds it by its VM', () =>
    withPart(1, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'start', kind: 'odd-task', task: { result: null } });
      const vm = await runOf(lab);
      expect(vm).toMatchObject({ state: 'succeeded', error: null });
      expect(vm.replicationId).not.toBeNull();
    }));

  it.concurrent('whose task failed though it made its replication names that', () =>
    withPart(1, async (lab) => {
      const members = { state: 'FAILED', error: { code: 'BadRequest', msg: 'made up' } };
      lab.simulator.control.addFaults({ operation: 'start', kind: 'odd-task', task: { members } });
      const vm = await runOf(lab);
      const [made] = lab.simulator.control.world().replications;
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'BadRequest', operation: 'start' } });
      expect(vm.error?.message).toMatch(new RegExp(`Replication ${made?.id} .* stays .* mark of this run`));
      expect(vm.error?.advice).toContain(made?.id);
    }));

  it.concurrent('whose task names the replication of another VM fails its VM; nothing more is sent', () =>
    withLab({ vms: 2 }, async (lab) => {
      const other = await madeByPerson(lab);
      lab.simulator.control.addFaults({ operation: 'start', kind: 'odd-task', task: { result: { id: other } } });
      const [, second] = lab.plan().waves[0]?.vms ?? [];
      if (second === undefined) throw new RangeError('the lab has two VMs');
      const vm = await runOf(lab, { waves: [{ name: 'all', vms: [second] }] });
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'WrongReplication' }, replicationId: null });
      expect(vm.error?.message).toContain(vmOf(lab).id);
      expect(vm.error?.message).not.toContain('nothing was sent');
      // The start was accepted: what it has made is told as this run's.
      const own = lab.simulator.control.world().replications.find(({ vmId }) => vmId === second.id);
      expect(vm.error?.message).toMatch(new RegExp(`Replication ${own?.id} .* stays .* mark of this run`));
      expect(vm.error?.advice).toContain(own?.id);
      expect(sent(lab)).toEqual(['start']);
    }));
});
