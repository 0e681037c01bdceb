/** What a person changes of a run while it goes on: window, share of the limits, `stopAfter`; judged by the ledger. */
import { expect } from '@jest/globals';
import { approveUpdate, setRunUpdate, siteCarriedQuery, siteStatusQuery } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { RunReport } from '../../../contract/report.js';
import type { SetRun } from '../../../contract/run-settings.js';
import { settingsOf } from '../../../workflows/run/set-run.js';
import { type Lab, withLab } from '../../support/lab.js';
import { aPlan } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const HOUR = 3_600_000;
const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
const window = (opens: number, closes: number) =>
  ({ opens: at(opens), closes: at(closes), missed: 'hold', begun: 'finish' }) as const;
const CUTOVER = { approval: 'none', powerOn: true, consolidate: false } as const;

const handle = (lab: Lab, run: string) => lab.client.workflow.getHandle(runWorkflowId(run));
const set = (lab: Lab, run: string, told: SetRun) => handle(lab, run).executeUpdate(setRunUpdate, { args: [told] });
const kinds = (lab: Lab, kind: string): number => lab.simulator.control.ledger().filter((e) => e.kind === kind).length;
const allWaitFor = (reason: string) => (r: RunReport) => r.vms.every(({ waitingFor }) => waitingFor === reason);

describe('a window', () => {
  it.concurrent('that is over lets its VMs through once it is moved, and one that is moved away holds them', () =>
    withLab({ vms: 2 }, async (lab) => {
      const cutover = { ...CUTOVER, approval: 'vm', window: window(-2 * HOUR, -HOUR) } as const;
      const { run, report, result } = await lab.start(lab.plan({ cutover }));
      await until(report, (r) => r.vms.every(({ error }) => error?.code === 'WindowMissed'));
      for (const wrong of [
        { window: { closes: at(-HOUR / 2) } },
        { window: { opens: at(2 * HOUR), closes: at(HOUR) } },
      ]) {
        await expect(set(lab, run, wrong)).rejects.toMatchObject({ cause: { type: 'NotSet' } });
      }
      for (const junk of [
        {},
        { window: { opens: '2026-12-05T22:00' } },
        { limits: { syncs: 0 } },
        { stopAfter: {} },
        { priority: 'urgent' },
      ]) {
        await expect(set(lab, run, junk as SetRun)).rejects.toMatchObject({ cause: { type: 'Malformed' } });
      }
      const told = await set(lab, run, { window: { opens: at(HOUR), closes: at(2 * HOUR) }, note: 'storage is slow' });
      expect(told).toMatchObject({ affected: 2, message: expect.stringMatching(/^Set, from now on: window from 20/) });
      await until(report, allWaitFor('approval'));
      const [first, second] = (await report()).vms.map(({ id }) => id);
      const approved = (vm = '') => handle(lab, run).executeUpdate(approveUpdate, { args: [{ vm }] });
      expect(await approved(first)).toMatchObject({ message: expect.stringMatching(/1 VM waits for its window$/) });
      await until(report, (r) => r.vms.some(({ waitingFor }) => waitingFor === 'window'));
      expect(kinds(lab, 'migrate')).toBe(0);
      await set(lab, run, { window: { opens: at(-HOUR) } });
      await until(report, (r) => r.totals.succeeded === 1);
      await set(lab, run, { window: { opens: at(HOUR) } });
      await approved(second);
      await until(report, (r) => r.vms.some(({ waitingFor }) => waitingFor === 'window'));
      expect(kinds(lab, 'migrate')).toBe(1);
      await set(lab, run, { window: { opens: 'now' } });
      const ended = await result();
      expect(ended.totals).toMatchObject({ succeeded: 2 });
      expect(lab.wrongWith(ended)).toEqual([]);
      const acts = ended.acts?.filter(({ act }) => act === 'set') ?? [];
      expect(acts.map(({ refused }) => refused !== null)).toEqual([true, true, false, false, false, false]);
      expect(acts[2]).toMatchObject({ note: 'storage is slow', before: { window: cutover.window } });
    }));
});

describe('a window that is opened now', () => {
  const now = Date.parse('2026-12-06T02:00:00Z');
  const moment = (hour: string) => `2026-12-0${hour}:00:00.000Z`;
  function headed(opens: string, closes: string) {
    const { waves: _, ...plan } = aPlan({ cutover: { ...CUTOVER, window: { ...window(0, 0), opens, closes } } });
    return plan;
  }

  it.concurrent.each([
    ['that is over is open for as long as it was to be', '5T22', '6T01', '6T05'],
    ['that is still to come closes as it was to', '6T03', '6T05', '6T05'],
  ])('and %s', async (_what, opens, closes, end) => {
    const told = settingsOf({ window: { opens: 'now' } }, headed(moment(opens), moment(closes)), now);
    expect(told.window).toMatchObject({ opens: moment('6T02'), closes: moment(end) });
  });
});

describe("a run's share of the limits, and stopAfter", () => {
  it.concurrent('hold from the moment they are set, for those who wait already as well', () =>
    withLab({ vms: 4, speed: 0.01 }, async (lab) => {
      const { control } = lab.simulator;
      const plan = lab.plan({ limits: { syncs: 1 }, priority: 'low' });
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      const bad = plan.waves[0]?.vms[3]?.id ?? '';
      control.addFaults({ operation: 'start', vmId: bad, kind: 'status', status: 400 });
      const { run, report, result } = await lab.start(plan);
      const starts = async () => kinds(lab, 'start');
      await until(starts, (count) => count === 1);
      expect((await site.query(siteStatusQuery)).holders).toEqual([expect.objectContaining({ priority: 'low' })]);
      expect(await set(lab, run, { priority: 'high' })).toMatchObject({ message: 'Set, from now on: priority high' });
      const shares = async () => (await site.query(siteCarriedQuery)).shares ?? [];
      await until(shares, ([share]) => share?.priority === 'high' && share.syncs === 1);
      expect(await set(lab, run, { limits: { syncs: 2 } })).toMatchObject({
        message: "Set, from now on: at most 2 syncs and the sites' cutovers",
      });
      await until(starts, (count) => count === 2);
      await set(lab, run, { limits: { syncs: null } });
      await until(report, (r) => r.totals.failed === 1);
      await until(starts, (count) => count === 3);
      expect((await report()).state).toBe('running');
      await set(lab, run, { stopAfter: { count: 1 } });
      const held = await until(report, ({ state }) => state === 'paused');
      expect(held.pausedBecause).toContain('stopAfter');
      control.setSpeed(200);
      await handle(lab, run).executeUpdate('resume');
      const ended = await result();
      expect(ended.totals).toMatchObject({ succeeded: 3, failed: 1 });
      expect(lab.wrongWith({ ...ended, vms: ended.vms.filter(({ id }) => id !== bad) })).toEqual([]);
    }));
});
