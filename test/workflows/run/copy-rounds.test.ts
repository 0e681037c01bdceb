/** Copies that wait at their gates are looked at many at once: what a person hears of them, and what it costs. */
import { expect, it as one, describe as plain } from '@jest/globals';
import { approveUpdate } from '../../../contract/messages.js';
import { runWorkflowId, shardWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import { MOST_COPIES } from '../../../contract/waiting-copies.js';
import { pagesOf } from '../../../workflows/run/copy-pages.js';
import { Memory } from '../../../workflows/vm/steps/memory.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const APPROVED = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;

plain('the questions about copies that wait', () => {
  const memoryAt = (site: string, clocks = {}) => ({
    ...new Memory({ source: 'paris', destination: { site } }).carried,
    clocks,
  });
  const copiesAt = (site: string, count: number, clocks = {}) =>
    Array.from({ length: count }, (_, n) => ({
      vm: { id: `${site}-${n}`, name: `vm${n}` },
      replicationId: `C4-${site}-${n}`,
      memory: memoryAt(site, clocks),
    }));

  one('are one for each site, and several for many copies', () => {
    const pages = pagesOf([...copiesAt('lyon', MOST_COPIES + 1), ...copiesAt('nice', 2)]);
    expect(pages.map(({ site, copies }) => [site, copies.length])).toEqual([
      ['lyon', MOST_COPIES],
      ['lyon', 1],
      ['nice', 2],
    ]);
    expect(pages.every(({ peer }) => peer === 'paris')).toBe(true);
  });

  one('are far smaller than a message may be', () => {
    const [page] = pagesOf(copiesAt('a-site-with-a-very-long-name-indeed', MOST_COPIES));
    expect(JSON.stringify(page).length).toBeLessThan(64 * 1024);
  });

  one('tell of the clock of a site what all of its units have measured', () => {
    const [first] = copiesAt('lyon', 1, { lyon: { least: 0, most: 10 } });
    const [second] = copiesAt('lyon', 1, { lyon: { least: 5, most: 20 } });
    expect(pagesOf([first, second].flatMap((copy) => copy ?? []))[0]?.clock).toEqual({ least: 5, most: 10 });
    expect(pagesOf(copiesAt('lyon', 1))[0]?.clock).toBeNull();
  });
});

async function eventsOf(lab: Lab, workflowId: string): Promise<string[]> {
  const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? '');
}

const troubles = (vms: VmReport[]) => vms.map(({ retrying }) => retrying?.code ?? null);

describe('copies that wait at their gates', () => {
  it.concurrent('say what is amiss with them before their cutover, and that it is over, at the cost of no unit', () =>
    withLab({ vms: 5, site: { polling: { interval: 200, selfCheck: 1_000 } } }, async (lab) => {
      const { run, report, result } = await lab.start(lab.plan({ cutover: APPROVED }));
      const waiting = await until(report, ({ vms }) => vms.every(({ waitingFor }) => waitingFor === 'approval'));
      const { control } = lab.simulator;
      const replicationOf = (n: number) => waiting.vms[n]?.replicationId ?? '';
      control.trouble(replicationOf(0), { isPaused: true });
      control.trouble(replicationOf(1), { error: { code: 'DiskBroken', msg: 'sector 7' } });
      control.trouble(replicationOf(2), { vanished: 'both' });
      control.trouble(replicationOf(3), { instancesAheadMs: -25 * 3_600_000 });
      const codes = ['ReplicationPaused', 'ReplicationError', 'ReplicationGone', 'RpoMissed', null];
      const amiss = await until(report, ({ vms }) => troubles(vms).join() === codes.join());
      expect(amiss.vms.map(({ state, waitingFor }) => ({ state, waitingFor }))).toEqual(
        Array(5).fill({ state: 'waiting', waitingFor: 'approval' }),
      );
      expect(amiss.vms[1]?.retrying?.message).toContain('DiskBroken: sector 7');
      expect(amiss.vms[3]?.copy?.lagSeconds).toBeGreaterThan(25 * 3_600);
      expect(amiss.vms[4]?.copy?.lagSeconds).toBeLessThan(3_600);

      control.trouble(replicationOf(0), { isPaused: false });
      control.trouble(replicationOf(1), { error: null });
      control.trouble(replicationOf(2), { vanished: null });
      control.trouble(replicationOf(3), { instancesAheadMs: 0 });
      await until(report, ({ vms }) => troubles(vms).every((code) => code === null));

      // Each round is one question for all of them, and no workflow of a unit has any part in it.
      const asked = (await eventsOf(lab, shardWorkflowId(run, 0))).filter((name) => name === 'lookAtCopies');
      expect(asked.length).toBeGreaterThanOrEqual(2);
      for (const { id } of waiting.vms) {
        const unit = lab.client.workflow.getHandle(vmWorkflowId(lab.source, id));
        // It ends a moment after it has said that it waits.
        await until(
          () => unit.describe(),
          ({ type, status }) => `${type} ${status.name}` === 'copyVm COMPLETED',
        );
      }

      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{}] });
      const done = await result();
      expect(done.state).toBe('succeeded');
      expect(done.vms.map(({ copy }) => copy)).toEqual(Array(5).fill(undefined));
      expect(lab.wrongWith(done)).toEqual([]);
    }));
});
