/** A run whose VMs a person changes, moves to another wave and takes out while it goes on; judged by the simulator's ledger. */
import { expect } from '@jest/globals';
import { approveUpdate, moveUpdate, removeUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import { siteNetworks } from '../../../simulator/index.js';
import { withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { inWaves } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

const vmOf = ({ vms }: RunReport, id: string) => vms.find((vm) => vm.id === id);

describe('a run that is corrected while it goes on', () => {
  it.concurrent('does what was said of each VM, two operators at once, and nothing else', () =>
    withLab({ vms: 5 }, async (lab) => {
      const { control } = lab.simulator;
      const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
      const plan = inWaves(lab.plan({ cutover, sync: 'wave' }), { pilot: 2, core: 3 });
      const [a = '', b = '', c = '', d = '', e = ''] = plan.waves.flatMap(({ vms }) => vms.map(({ id }) => id));
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
      await handle.executeUpdate(approveUpdate, { args: [{ wave: 'core' }] });
      const ended = await result();
      expect(ended).toMatchObject({ state: 'succeeded', totals: { succeeded: 4, skipped: 1 } });
      expect(lab.wrongWith({ ...ended, vms: ended.vms.filter(({ id }) => id !== b && id !== d) })).toEqual([]);
      const ledger = control.ledger();
      const of = (kind: string, vmId: string) => ledger.filter((one) => one.kind === kind && one.vmId === vmId);
      expect([a, b, c, d, e].map((id) => of('start', id).length)).toEqual([1, 1, 1, 0, 1]);
      expect(of('migrate', b).at(-1)?.body).toMatchObject({
        powerOn: false,
        vmNetworkSettings: { nics: [{ nicIndex: 0, ipAddress: '10.0.3.7' }] },
      });
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
    }));
});
