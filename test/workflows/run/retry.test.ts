/** What a person leaves out of a run, and has tried again, in several phases of a VM; judged by the simulator's ledger. */
import { expect } from '@jest/globals';
import type { Scope } from '../../../contract/act.js';
import { approveUpdate, retryUpdate, skipUpdate, undoUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { slowCopies } from '../../support/slow-copies.js';
import { until } from '../../support/until.js';
import { spawnWorker } from '../../support/worker-process.js';

const CUTOVER = { approval: 'vm', window: null, powerOn: true, consolidate: false } as const;

const withPart = sharedLab({ vms: 12 });

const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));
const ids = (lab: Lab): string[] => lab.plan().waves[0]?.vms.map(({ id }) => id) ?? [];
const sent = (lab: Lab, kind: string, vmId: string): number =>
  lab.simulator.control.ledger().filter((entry) => entry.kind === kind && entry.vmId === vmId).length;
const stateOf = ({ vms }: RunReport, id: string) => vms.find((vm) => vm.id === id)?.state;
const waits = ({ vms }: RunReport, id: string) => vms.find((vm) => vm.id === id)?.waitingFor;

function acts(lab: Lab, run: string) {
  const say = (update: typeof approveUpdate) => (scope: Scope) =>
    handle(lab, run).executeUpdate(update, { args: [scope] });
  return { approve: say(approveUpdate), retry: say(retryUpdate), skip: say(skipUpdate) };
}

describe('retry', () => {
  it.concurrent('begins a copy that failed anew under a later number, with those that were skipped for it, and nothing else', () =>
    withPart(4, async (lab) => {
      const [good = '', bad = '', after = '', last = ''] = ids(lab);
      lab.simulator.control.addFaults({ operation: 'start', vmId: bad, kind: 'status', status: 400, times: 1 });
      const plan = lab.plan({ cutover: CUTOVER });
      for (const vm of plan.waves[0]?.vms ?? []) if (vm.id === after) vm.after = [bad];
      const { run, report, result } = await lab.start(plan);
      const { approve, retry } = acts(lab, run);
      await approve({ vm: good });
      await until(report, (r) => stateOf(r, good) === 'succeeded' && stateOf(r, after) === 'skipped');
      expect(await retry({ vm: good })).toMatchObject({ affected: 0 });
      expect(await retry({})).toMatchObject({ affected: 2, message: expect.stringMatching(/^Tried again/) });
      expect(await retry({})).toMatchObject({ affected: 0 });
      for (const id of [bad, after, last]) await approve({ vm: id });
      const ended = await result();
      expect(ended).toMatchObject({ state: 'succeeded', totals: { succeeded: 4, failed: 0, skipped: 0 } });
      const numbers = ended.vms.find(({ id }) => id === bad)?.operations.map(({ operationId }) => operationId);
      expect(numbers).toContainEqual(expect.stringMatching(/\/start\/2$/));
      expect([good, bad, after, last].map((id) => sent(lab, 'start', id))).toEqual([1, 1, 1, 1]);
      expect(lab.wrongWith(ended)).toEqual([]);
    }));

  it.concurrent('sends a VM whose cutover failed to its gate with its copy, also when the worker is killed meanwhile', () =>
    withLab({ vms: 2, workers: 0 }, async (lab) => {
      const [bad = '', other = ''] = ids(lab);
      lab.simulator.control.addFaults({
        operation: 'migrate',
        vmId: bad,
        kind: 'fail-task',
        times: 1,
        error: { code: 'DiskFull', msg: 'no room' },
      });
      const first = await spawnWorker(lab);
      const { run, report, result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const { approve, retry } = acts(lab, run);
      let second: Awaited<ReturnType<typeof spawnWorker>> | null = null;
      try {
        // Its worker has only begun: the run may have no shard yet.
        await until(
          () => report().catch(() => null),
          (r) => r !== null && waits(r, other) === 'approval',
        );
        await approve({ vm: bad });
        await until(report, (r) => stateOf(r, bad) === 'failed');
        expect(await retry({ vm: bad })).toMatchObject({ affected: 1 });
        await first.kill();
        second = await spawnWorker(lab);
        await until(report, (r) => stateOf(r, bad) === 'succeeded');
        // What has succeeded is never touched again.
        expect(await retry({})).toMatchObject({ affected: 0 });
        await approve({ vm: other });
        const ended = await result();
        expect(ended.totals).toMatchObject({ succeeded: 2 });
        expect([sent(lab, 'start', bad), sent(lab, 'migrate', bad), sent(lab, 'migrate', other)]).toEqual([1, 2, 1]);
      } finally {
        await first.kill();
        await second?.kill();
      }
    }));
});

describe('skip', () => {
  it.concurrent('leaves out a VM at its gate, one that copies and one that waits for a place, and keeps what was copied', () =>
    withPart(4, async (lab) => {
      const { control } = lab.simulator;
      const all = ids(lab);
      const endCopies = slowCopies(lab);
      const { run, report, result } = await lab.start(lab.plan({ cutover: CUTOVER, limits: { syncs: 1 } }));
      const { approve, retry, skip } = acts(lab, run);
      /** Whoever asked first is served first. */
      const copying = async (but = '') => all.find((id) => sent(lab, 'start', id) > 0 && id !== but) ?? '';
      const first = await until(() => copying(), Boolean);
      endCopies(first);
      const second = await until(() => copying(first), Boolean);
      await until(report, (r) => waits(r, first) === 'approval');
      const [third = '', fourth = ''] = all.filter((id) => id !== first && id !== second);
      await expect(skip({})).rejects.toMatchObject({ cause: { type: 'Malformed' } });
      expect(await skip({ vm: first })).toMatchObject({ affected: 1, message: expect.stringMatching(/^Left out/) });
      for (const id of [second, third]) await skip({ vm: id });
      expect(await skip({ vm: first })).toMatchObject({ affected: 0 });
      await until(report, (r) => [first, second, third].every((id) => stateOf(r, id) === 'skipped'));
      const made = control.world().replications.length;
      endCopies();
      expect(await retry({ vm: first })).toMatchObject({ affected: 1 });
      await until(report, (r) => waits(r, first) === 'approval');
      for (const id of [first, fourth]) await approve({ vm: id });
      const ended = await result();
      expect([first, second, third, fourth].map((id) => stateOf(ended, id))).toEqual([
        'succeeded',
        'skipped',
        'skipped',
        'succeeded',
      ]);
      expect(ended.vms.find(({ id }) => id === second)?.error).toMatchObject({ code: 'SkippedByPerson' });
      expect(ended).toMatchObject({ state: 'succeeded', totals: { succeeded: 2, skipped: 2 } });
      expect(sent(lab, 'start', first)).toBe(1);
      expect(made).toBeGreaterThanOrEqual(2);
      // Of those that were left out, what was begun stands, and their sources run.
      expect(control.world().replications.map(({ recoveryState }) => recoveryState)).toContain('NOT_STARTED');
      expect([second, third].map((id) => sent(lab, 'delete', id))).toEqual([0, 0]);
    }));
});

describe('undo', () => {
  it.concurrent('takes back what is not cut over, of VMs that have failed or were left out as well, and the rest stays', () =>
    withPart(4, async (lab) => {
      const { control } = lab.simulator;
      const [moved = '', refused = '', left = '', waiting = ''] = ids(lab);
      control.addFaults({ operation: 'migrate', vmId: refused, kind: 'status', status: 400 });
      const { run, report, result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const { approve, skip } = acts(lab, run);
      await until(report, (r) => r.vms.every(({ waitingFor }) => waitingFor === 'approval'));
      for (const id of [moved, refused]) await approve({ vm: id });
      await skip({ vm: left });
      await until(report, (r) => stateOf(r, moved) === 'succeeded' && stateOf(r, refused) === 'failed');
      expect(control.world().replications).toHaveLength(3);
      const undo = () => handle(lab, run).executeUpdate(undoUpdate, { args: [{ reference: 'CHG0042' }] });
      expect(await undo()).toMatchObject({
        affected: 3,
        message: expect.stringMatching(/^Nothing more begins: taken back/),
      });
      const ended = await result();
      expect([moved, refused, left, waiting].map((id) => stateOf(ended, id))).toEqual([
        'succeeded',
        'cancelled',
        'cancelled',
        'cancelled',
      ]);
      expect(control.world().replications).toEqual([]);
      const off = control.world().sites[lab.source]?.vms.filter(({ powerState }) => powerState === 'POWERED_OFF') ?? [];
      expect(off.map(({ id }) => id)).toEqual([moved]);
      expect(ended.vms.find(({ id }) => id === refused)?.notes).toContainEqual(expect.stringContaining('400'));
      expect(ended.acts?.at(-1)).toMatchObject({ act: 'undo', reference: 'CHG0042', after: { affected: 3 } });
    }));
});
