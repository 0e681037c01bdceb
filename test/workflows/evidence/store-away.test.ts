import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import Database from 'libsql';
import { approveUpdate, cancelUpdate, pauseUpdate, resumeUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import { Secret } from '../../../plan/secret.js';
import { OtherStore, Store } from '../../../store/index.js';
import { dataConverter } from '../../../temporal/data-converter.js';
import { eventually } from '../../support/eventually.js';
import { tempFolder } from '../../support/folder.js';
import { type Lab, withLab } from '../../support/lab.js';
import { postgresBinaries, startPostgres } from '../../support/postgres.js';
import { atApproval, given, protection, running } from '../../support/recoveries.js';
import { slowCopies } from '../../support/slow-copies.js';
import { testBundle } from '../../support/test-bundle.js';
import { untilTold } from '../../support/told.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

const sent = (lab: Lab, kind: string) => lab.simulator.control.ledger().filter((one) => one.kind === kind).length;

describe('while the store is away', () => {
  test('a VM of which it may know waits before its start and says so, the run hears persons, and all goes on by itself', async () => {
    let isThere = false;
    const store = new Store(
      { kind: 'sqlite', file: ':memory:' },
      {
        admit: async () => {
          if (!isThere) throw new OtherStore('not yet');
        },
      },
    );
    await withLab({ vms: 3, store }, async (lab) => {
      const plan = lab.plan();
      const [again, , given] = plan.waves[0]?.vms ?? [];
      if (again !== undefined) again.remigrate = true;
      const { run, report, result } = await lab.start(plan);
      await until(report, ({ vms: [first, ...others] }) => {
        return first?.state === 'succeeded' && others.every(({ waitingFor }) => waitingFor === 'store');
      });
      expect(sent(lab, 'start')).toBe(1);
      const cancel = { args: [{ vm: given?.id ?? '' }] as [{ vm: string }] };
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, cancel);
      isThere = true;
      const ended = await result();
      expect(ended.vms.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'cancelled']);
      expect(lab.wrongWith(ended)).toEqual([]);
      expect((await lab.store.run(run))?.head.state).toBe(ended.state);
    });
  });

  test('a failover is not kept waiting for what only the store may know', () =>
    withLab({ vms: 1 }, async (lab) => {
      await given(lab, protection(lab));
      await lab.store.close();
      await lab.start(lab.plan({ kind: 'failover' }));
      await until(
        async () => running(lab, lab.destination).length,
        (count) => count === 1,
      );
    }));

  test('VMs that have begun go on, and a run that is over stays open until its evidence is kept', async () => {
    const folder = tempFolder();
    const file = `${folder.path}/store.db`;
    try {
      await withLab({ vms: 2, store: new Store({ kind: 'sqlite', file }) }, async (lab) => {
        const endCopies = slowCopies(lab);
        const { run, report, result } = await lab.start(lab.plan());
        await until(report, ({ vms }) => vms.every(({ state }) => state === 'running'));
        // It can be read and keeps nothing, as on a disk that is full.
        const other = new Database(file);
        await eventually(() => {
          other.exec('begin immediate');
          return true;
        });
        endCopies();
        const isOver = ({ totals, waitingFor }: RunReport) => totals.succeeded === 2 && waitingFor === 'store';
        const shown = await until(report, isOver);
        expect(shown).toMatchObject({ state: 'running', finishedAt: null });
        expect((await lab.client.workflow.getHandle(runWorkflowId(run)).describe()).status.name).toBe('RUNNING');
        other.exec('rollback');
        other.close();
        const ended = await result();
        expect(ended).toMatchObject({ state: 'succeeded', finishedAt: expect.any(String) });
        expect(ended).not.toHaveProperty('waitingFor');
        expect({ ...(await lab.store.run(run))?.head, vms: ended.vms }).toEqual(ended);
        // A VM that was moved stays open for itself until that is known, whatever becomes of the run.
        await until(
          () => lab.store.movedFrom({ source: lab.source, vms: ended.vms }),
          ({ length }) => length === 2,
        );
      });
    } finally {
      folder.remove();
    }
  });
});

const binaries = postgresBinaries();

(binaries === null ? test.skip : test)(
  'a VM at its gate is not cut over before the store answers, and says so',
  async () => {
    const server = await startPostgres(binaries ?? '');
    const url = await server.database('drover');
    const store = new Store({ kind: 'postgres', url, password: new Secret(server.password) });
    try {
      await withLab({ vms: 1, store }, async (lab) => {
        const plan = lab.plan();
        const id = plan.waves[0]?.vms[0]?.id ?? '';
        const { run, report, result } = await lab.start({ ...plan, cutover: { ...plan.cutover, approval: 'wave' } });
        await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
        await server.stop();
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
        await until(
          () => vmReport(lab, vmWorkflowId(lab.source, id)),
          (vm) => vm?.waitingFor === 'store',
        );
        expect(sent(lab, 'migrate')).toBe(0);
        await server.start();
        const ended = await result();
        expect(ended.state).toBe('succeeded');
        expect(lab.wrongWith(ended)).toEqual([]);
      });
    } finally {
      await server.close();
    }
  },
);

test('who was moved is kept though the run is terminated meanwhile', () =>
  withLab({ vms: 1 }, async (lab) => {
    const { control } = lab.simulator;
    const { run, approve } = await atApproval(lab);
    const id = lab.plan().waves[0]?.vms[0]?.id ?? '';
    control.setSpeed(0.01);
    await approve();
    await until(
      async () => sent(lab, 'migrate'),
      (count) => count === 1,
    );
    await lab.client.workflow.getHandle(runWorkflowId(run)).terminate('a test');
    control.setSpeed(200);
    await lab.client.workflow.getHandle(vmWorkflowId(lab.source, id)).result();
    expect(await lab.store.movedFrom({ source: lab.source, vms: [{ id, name: 'any' }] })).toMatchObject([
      { run, vmId: id },
    ]);
  }));

/** Its answers take as long as a test says. */
class SlowStore extends Store {
  answers: Promise<unknown> = Promise.resolve();
  asked = 0;

  override async movedFrom(question: Parameters<Store['movedFrom']>[0]) {
    this.asked += 1;
    await this.answers;
    return super.movedFrom(question);
  }
}

test('what a VM is told while the store answers before its cutover has the same place on every replay', async () => {
  const store = new SlowStore({ kind: 'sqlite', file: ':memory:' });
  await withLab({ vms: 1, store }, async (lab) => {
    const plan = lab.plan();
    const vm = lab.client.workflow.getHandle(vmWorkflowId(lab.source, plan.waves[0]?.vms[0]?.id ?? ''));
    const { run, report, result } = await lab.start({ ...plan, cutover: { ...plan.cutover, approval: 'wave' } });
    await until(report, ({ vms }) => vms[0]?.waitingFor === 'approval');
    const answers = new AbortController();
    store.answers = once(answers.signal, 'abort');
    const { asked } = store;
    let paused = '';
    const handle = lab.client.workflow.getHandle(runWorkflowId(run));
    try {
      await handle.executeUpdate(approveUpdate, { args: [{}] });
      await until(
        async () => store.asked,
        (count) => count > asked,
      );
      ({ runId: paused } = await vm.describe());
      await handle.executeUpdate(pauseUpdate, { args: [{ reason: 'a look' }] });
      await untilTold(lab, vm.workflowId);
    } finally {
      answers.abort();
    }
    await until(
      () => vmReport(lab, vm.workflowId),
      (shown) => shown?.state === 'waiting',
    );
    expect(sent(lab, 'migrate')).toBe(0);
    await handle.executeUpdate(resumeUpdate, { args: [{}] });
    expect((await result()).state).toBe('succeeded');
    const history = await lab.client.workflow.getHandle(vm.workflowId, paused).fetchHistory();
    // An answer that is no event may come before or after a signal, as it happens.
    expect(history.events?.filter(isOfStore).length).toBeGreaterThanOrEqual(1);
    await Worker.runReplayHistory({ workflowBundle: await testBundle(), dataConverter }, history);
  });
});

const isOfStore = ({ activityTaskScheduledEventAttributes: asked }: Told): boolean =>
  asked?.activityType?.name === 'lookBeforeCutover';

interface Told {
  activityTaskScheduledEventAttributes?: { activityType?: { name?: string | null } | null } | null;
}
