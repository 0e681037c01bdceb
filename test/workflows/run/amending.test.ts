/** A run whose VMs a person changes, moves to another wave and takes out while it goes on; judged by the simulator's ledger. */
import { expect } from '@jest/globals';
import { addUpdate, approveUpdate, cancelUpdate, moveUpdate, removeUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import { headOf } from '../../../contract/pieces.js';
import type { RunReport } from '../../../contract/report.js';
import type { Plan } from '../../../plan/types.js';
import { siteNetworks } from '../../../simulator/index.js';
import { withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { aWave, inWaves } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

const vmOf = ({ vms }: RunReport, id: string) => vms.find((vm) => vm.id === id);

describe('a run that is corrected while it goes on', () => {
  it.concurrent('does what was said of each VM, two operators at once, and nothing else', () =>
    withLab({ vms: 8 }, async (lab) => {
      const { control } = lab.simulator;
      const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
      const whole = lab.plan({ cutover, sync: 'wave' }).waves.flatMap(({ vms }) => vms);
      const plan = inWaves(lab.plan({ cutover, sync: 'wave' }, 5), { pilot: 2, core: 3 });
      const [a = '', b = '', c = '', d = ''] = plan.waves.flatMap(({ vms }) => vms.map(({ id }) => id));
      control.addFaults({
        operation: 'migrate',
        vmId: b,
        kind: 'fail-task',
        times: 1,
        error: { code: 'X', msg: 'no' },
      });
      const { run, report, result } = await lab.start(plan);
      const handle = lab.client.workflow.getHandle(runWorkflowId(run));
      await until(report, (r) => r.vms.filter(({ waitingFor }) => waitingFor === 'approval').length === 2);

      await expect(handle.executeUpdate(removeUpdate, { args: [{ vm: a }] })).rejects.toMatchObject({
        cause: { type: 'NotRemoved' },
      });
      const both = await Promise.allSettled([
        handle.executeUpdate(moveUpdate, { args: [{ vm: c, wave: 'pilot' }] }),
        handle.executeUpdate(moveUpdate, { args: [{ vm: c, wave: 'pilot' }] }),
        handle.executeUpdate(removeUpdate, { args: [{ vm: d, note: 'is being retired' }] }),
        handle.executeUpdate(moveUpdate, { args: [{ vm: c, wave: 'nowhere' }] }),
      ]);
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
      await until(report, (r) => vmOf(r, c)?.waitingFor === 'approval');
      await handle.executeUpdate(approveUpdate, { args: [{ wave: 'pilot' }] });
      await until(report, (r) => vmOf(r, b)?.state === 'failed' && vmOf(r, a)?.state === 'succeeded');

      await listening(lab);
      await withDrover(lab, async (drover) => {
        const its = drover.run(run);
        await expect(its.retry(b, { change: { network: 'nowhere' } })).rejects.toThrow(/no network nowhere in VDC/);
        const [network] = siteNetworks(lab.destination);
        const change = { network: network?.name ?? '', address: '10.0.3.7', powerOn: false };
        const told = await its.retry(b, { change, reference: 'CHG0042' });
        expect(told.message).toMatch(
          /^Changed \S+: network \S+ \(was as for all\), address 10\.0\.3\.7 .*powerOn false .*; it is tried again so, with what was copied$/,
        );
        expect((await its.plan()).waves.map(({ name, vms }) => [name, vms.length])).toEqual([
          ['pilot', 3],
          ['core', 2],
        ]);
      });
      await until(report, (r) => vmOf(r, b)?.state === 'succeeded');

      const late = (name: string, vms: typeof whole, change: Partial<Plan> = {}): Plan => ({
        ...plan,
        ...change,
        name: 'late',
        waves: [aWave(name, ...vms)],
      });
      const extra = whole.slice(5, 7);
      await withDrover(lab, async (drover) => {
        const its = drover.run(run);
        const own = whole.filter(({ id }) => id === a);
        await expect(its.add(late('core', [...extra, ...own]))).rejects.toThrow(
          /the run has \S+ \(\S+\) already; nothing/,
        );
        await expect(its.add(late('nowhere', extra))).rejects.toThrow(/the run has no wave nowhere: .*pilot, core/);
        const other = late('core', extra, { keepReplication: true });
        await expect(its.add(other)).rejects.toThrow(/keepReplication is true in it and false in the run/);
        const both = await Promise.all([
          its.add(late('core', extra), { reference: 'CHG0043' }),
          its.add(late('core', extra), { reference: 'CHG0043', note: 'by another operator' }),
        ]);
        const told = both.toSorted((one, other) => other.affected - one.affected);
        expect(told.map(({ affected }) => affected)).toEqual([2, 0]);
        expect(told.map(({ message }) => message)).toEqual([
          expect.stringMatching(
            /^Added to wave core by plan late: 2 VMs \(.*\); they begin with it; approvals from before/,
          ),
          'Plan late was added before: nothing more was done',
        ]);
        expect((await its.plan()).waves.map(({ vms }) => vms.length)).toEqual([3, 4]);
      });
      await until(report, (r) => r.vms.filter(({ waitingFor }) => waitingFor === 'approval').length === 3);
      await handle.executeUpdate(approveUpdate, { args: [{ wave: 'core' }] });
      const ended = await result();
      expect(ended).toMatchObject({ state: 'succeeded', totals: { vms: 7, succeeded: 6, skipped: 1 } });
      await withDrover(lab, async (drover) => {
        await expect(drover.run(run).add(late('core', whole.slice(7)))).rejects.toThrow(/has ended/);
        expect((await drover.run(run).plan()).waves.map(({ vms }) => vms.length)).toEqual([3, 4]);
      });
      expect(lab.wrongWith({ ...ended, vms: ended.vms.filter(({ id }) => id !== b && id !== d) })).toEqual([]);
      const ledger = control.ledger();
      const of = (kind: string, vmId: string) => ledger.filter((one) => one.kind === kind && one.vmId === vmId);
      const starts = whole.map(({ id }) => of('start', id).length);
      expect(starts).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
      expect(of('migrate', b).at(-1)?.body).toMatchObject({
        powerOn: false,
        vmNetworkSettings: { nics: [{ nicIndex: 0, ipAddress: '10.0.3.7' }] },
      });
      expect(
        (ended.acts ?? []).filter(({ act }) => act === 'add').map(({ refused, before }) => [refused === null, before]),
      ).toEqual(
        expect.arrayContaining([
          [false, null],
          [true, { vms: 5 }],
        ]),
      );
      const acts = (ended.acts ?? []).map(({ act, target, refused, before, reference }) => ({
        act,
        target,
        isRefused: refused !== null,
        before,
        reference,
      }));
      expect(acts).toContainEqual({ act: 'remove', target: `vm:${a}`, isRefused: true, before: null, reference: null });
      expect(acts).toContainEqual({
        act: 'retry',
        target: `vm:${b}`,
        isRefused: false,
        before: { network: null, address: null, powerOn: null },
        reference: 'CHG0042',
      });
      expect(acts.filter(({ act, isRefused }) => act === 'move' && !isRefused).map(({ before }) => before)).toEqual(
        expect.arrayContaining([{ wave: 'core' }, { wave: 'pilot' }]),
      );

      // Whatever is looked at while the last VM of a run ends keeps it open only so long.
      const lone = whole.slice(7);
      const short = await lab.start({ ...lab.plan({ cutover }), waves: [aWave('all', ...lone)] });
      await until(short.report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
      const its = lab.client.workflow.getHandle(runWorkflowId(short.run));
      const known = { plan: headOf(lab.plan({ cutover })), waves: [aWave('all', ...lone)], digest: 'd' };
      async function keepAdding(): Promise<unknown> {
        for (let n = 0; n < 60; n += 1) {
          const refused = await its.executeUpdate(addUpdate, { args: [known] }).catch(({ cause }) => cause);
          if (!/already; nothing was added/.test(String(refused?.message))) return refused;
        }
        return null;
      }
      const adding = Promise.all(Array.from({ length: 4 }, keepAdding));
      await its.executeUpdate(cancelUpdate, { args: [{ vm: lone[0]?.id ?? '' }] });
      await adding;
      expect(await short.result()).toMatchObject({ state: 'cancelled' });
    }));
});
