/** A VM that a plan names by id and name: both are held against the site before anything is sent. */
import { describe, expect, it } from '@jest/globals';
import { cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { simulatedVms } from '../../../simulator/index.js';
import { drillOf, startDrill } from '../../support/drills.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aVm, aWave } from '../../support/plans.js';
import { until } from '../../support/until.js';

const [first, second] = simulatedVms({ vms: 2 });
if (first === undefined || second === undefined) throw new RangeError('the simulator has two VMs');

const planned = (name: string, change: Partial<Plan['waves'][number]['vms'][number]> = {}) => [
  aWave('all', aVm(name, { id: first.id, ...change })),
];

async function runOf(lab: Lab, change: Partial<Plan>): Promise<VmReport> {
  const { result } = await lab.start(lab.plan(change));
  const [vm] = (await result()).vms;
  if (vm === undefined) throw new RangeError('the report has no VM');
  return vm;
}

const sent = (lab: Lab) =>
  lab.simulator.control.ledger().flatMap(({ user, kind }) => (user === 'ops@acme' ? [kind] : []));

describe('the id of one VM with the name of another', () => {
  // Both start, and are refused where they do.
  const STARTING = inShort(['migrate', 'protect'] as const, (kind) => kind === 'migrate');

  it.concurrent.each(STARTING)('is refused by %s before anything is sent', (kind) =>
    withLab({ vms: 2 }, async (lab) => {
      const vm = await runOf(lab, { kind, waves: planned(second.name) });
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'NameMismatch', site: lab.source } });
      expect(vm.error?.message).toContain(`${second.name} (${first.id})`);
      expect(vm.error?.message).toContain(`named ${first.name}`);
      expect(sent(lab)).toEqual([]);
    }),
  );

  it.concurrent('is refused by a failover, whose replication tells the name', () =>
    withLab({ vms: 2 }, async (lab) => {
      expect(await runOf(lab, { kind: 'protect', waves: planned(first.name) })).toMatchObject({ state: 'succeeded' });
      const before = sent(lab);
      const vm = await runOf(lab, { kind: 'failover', waves: planned(second.name) });
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'NameMismatch', operation: 'failover' } });
      expect(sent(lab)).toEqual(before);
    }));

  it.concurrent('is refused by a failover that names the replication of another VM', () =>
    withLab({ vms: 2 }, async (lab) => {
      const other = await runOf(lab, { kind: 'protect', waves: [aWave('all', aVm(second.name, { id: second.id }))] });
      const replicationId = other.replicationId ?? '';
      const before = sent(lab);
      const vm = await runOf(lab, { kind: 'failover', waves: planned(first.name, { replicationId }) });
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'NameMismatch' } });
      expect(vm.error?.message).toContain(`another VM of ${lab.source}, ${second.name} (${second.id})`);
      expect(sent(lab)).toEqual(before);
    }));

  it.concurrent('is refused without a name as well, by every kind and however often', () =>
    withLab({ vms: 2 }, async (lab) => {
      const other = await runOf(lab, { kind: 'protect', waves: [aWave('all', aVm(second.name, { id: second.id }))] });
      const replicationId = other.replicationId ?? '';
      const waves = planned(first.id, { replicationId });
      const refused = { state: 'failed', error: { code: 'NameMismatch' } };
      expect(await runOf(lab, { kind: 'failover', waves })).toMatchObject(refused);
      expect(await runOf(lab, { kind: 'failover', waves })).toMatchObject(refused);
      // What was refused is not what is known of the VM.
      const unnamed = await runOf(lab, { kind: 'failover', waves: planned(first.id) });
      expect(unnamed).toMatchObject({ state: 'failed', error: { code: 'NoReplication' } });
      const drill = await startDrill(lab, drillOf(lab, { groups: waves }));
      expect((await drill.result()).vms[0]).toMatchObject(refused);
      expect(sent(lab)).toEqual(['start']);

      const own = await runOf(lab, { kind: 'failover', waves: [aWave('all', aVm(second.id, { id: second.id }))] });
      expect(own).toMatchObject({ state: 'succeeded' });
      const before = sent(lab);
      expect(await runOf(lab, { kind: 'reverse', confirm: 'removes-source', waves })).toMatchObject(refused);
      expect(await runOf(lab, { kind: 'failback', confirm: 'removes-source', waves })).toMatchObject(refused);
      expect(sent(lab)).toEqual(before);
    }));

  it.concurrent('is refused for a replication that was reversed for another VM, by every kind, with and without a name', () =>
    withLab({ vms: 2 }, async (lab) => {
      const others = [aWave('all', aVm(second.name, { id: second.id }))];
      const removes = { confirm: 'removes-source' } as const;
      for (const kind of ['protect', 'failover', 'reverse'] as const)
        expect(await runOf(lab, { kind, waves: others, ...removes })).toMatchObject({ state: 'succeeded' });
      const [reversed] = lab.simulator.control.world().replications;
      const replicationId = reversed?.id ?? '';
      const before = sent(lab);
      const refused = { state: 'failed', error: { code: 'NameMismatch' } };
      // Without a name the VM is refused as in the test before this one.
      for (const name of inShort([first.id, first.name], (it) => it === first.name)) {
        const waves = planned(name, { replicationId });
        for (const kind of ['failover', 'failback', 'reverse'] as const) {
          const vm = await runOf(lab, { kind, waves, ...removes });
          expect(vm).toMatchObject(refused);
          expect(vm.error?.message).toContain(`${second.name} (${reversed?.vmId})`);
        }
        const drill = await startDrill(lab, drillOf(lab, { groups: waves }));
        expect((await drill.result()).vms[0]).toMatchObject(refused);
      }
      expect(sent(lab)).toEqual(before);

      const named = aVm(reversed?.vmId ?? '', { id: reversed?.vmId ?? '', replicationId });
      expect(await runOf(lab, { kind: 'failover', waves: [aWave('all', named)] })).toMatchObject({
        state: 'succeeded',
      });
    }));

  it.concurrent('is not cut over where the site has no inventory to ask', () =>
    withLab({ vms: 2 }, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'inventory', kind: 'status', status: 404 });
      const vm = await runOf(lab, { waves: planned(second.name) });
      expect(vm).toMatchObject({ state: 'failed', error: { code: 'WrongReplication' } });
      expect(vm.error?.message).toContain(first.name);
      expect(vm.error?.message).toMatch(/nothing more was sent\. Replication \S+ of this VM stays .* mark of this run/);
      expect(sent(lab)).toEqual(['start']);
    }));
});

describe('a VM without a name', () => {
  it.concurrent('is shown by the one that its site gives it', () =>
    withLab({ vms: 2 }, async (lab) => {
      const vm = await runOf(lab, { waves: planned(first.id) });
      expect(vm).toMatchObject({ state: 'succeeded', id: first.id, name: first.name });
    }));
});

it.concurrent('a name in other case, and an inventory that is away for a moment, are no obstacle', () =>
  withLab({ vms: 2 }, async (lab) => {
    lab.simulator.control.addFaults({ operation: 'inventory', kind: 'status', status: 503, times: 2 });
    const vm = await runOf(lab, { waves: planned(` ${first.name.toUpperCase()}`) });
    expect(vm).toMatchObject({ state: 'succeeded', error: null });
  }));

it.concurrent('a VM that the plan gives no name has that of its site in the report of its run, and is called by it', () =>
  withLab({ vms: 2 }, async (lab) => {
    const cutover = { approval: 'vm', window: null, powerOn: true, consolidate: false } as const;
    const { run, report, result } = await lab.start(lab.plan({ cutover, waves: planned(first.id) }));
    await until(report, ({ vms }) => vms[0]?.name === first.name);
    const handle = lab.client.workflow.getHandle(runWorkflowId(run));
    const { message } = await handle.executeUpdate(cancelUpdate, { args: [{ vm: first.name }] });
    expect(message).toContain(first.name);
    expect((await result()).vms[0]).toMatchObject({ state: 'cancelled', name: first.name });
  }));

describe('a VM that the plan gives no name and that is refused', () => {
  const unnamed = [aWave('all', aVm(first.id, { id: first.id }))];

  it.concurrent('goes by that of its site where it has a replication already', () =>
    withLab({ vms: 1 }, async (lab) => {
      await runOf(lab, { kind: 'protect', waves: unnamed });
      for (const change of [
        { kind: 'protect', adopt: 'none' },
        { kind: 'migrate', remigrate: true },
      ] as const) {
        const vm = await runOf(lab, { ...change, waves: unnamed });
        expect(vm).toMatchObject({ state: 'failed', name: first.name });
        expect(vm.error?.message).toContain(`${first.name} (${first.id}) `);
      }
    }));

  it.concurrent('goes by the one that it was migrated under', () =>
    withLab({ vms: 1 }, async (lab) => {
      expect(await runOf(lab, { waves: unnamed })).toMatchObject({ state: 'succeeded', name: first.name });
      const vm = await runOf(lab, { waves: unnamed });
      expect(vm).toMatchObject({ state: 'skipped', name: first.name, error: { code: 'AlreadyMigrated' } });
      expect(vm.error?.message).toContain(`${first.name} (${first.id}) `);
    }));
});
