/** `window.mustEnd`: a cutover that cannot be expected to end before its window closes is not begun. */
import { expect } from '@jest/globals';
import type { Evidence } from '../../../contract/evidence.js';
import { approveUpdate } from '../../../contract/messages.js';
import { runWorkflowId } from '../../../contract/names.js';
import type { RunReport, VmState } from '../../../contract/report.js';
import { type Lab, withLab } from '../../support/lab.js';
import { vm as aReport } from '../../support/reports.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const migrates = (lab: Lab) => lab.simulator.control.ledger().filter(({ kind }) => kind === 'migrate');

/** ms that the first cutover took; null: it is not over */
function tookFirst({ vms }: RunReport): number | null {
  const ended = vms.find(({ state }) => state === 'succeeded')?.operations.find(({ kind }) => kind === 'migrate');
  return ended === undefined ? null : Date.parse(ended.finishedAt ?? '') - Date.parse(ended.submittedAt);
}

/**
 * Two VMs: the first is cut over at once, the second is approved when less is left of the window than the first has taken.
 * @returns null: the window, as long as it was, had closed before the first was over
 */
async function inWindow(lab: Lab, ms: number, mustEnd: boolean): Promise<RunReport | null> {
  const closes = Date.now() + ms;
  const window = {
    opens: new Date(Date.now() - 1_000).toISOString(),
    closes: new Date(closes).toISOString(),
    missed: 'fail',
    begun: 'finish',
    mustEnd,
  } as const;
  const plan = lab.plan({ cutover: { approval: 'vm', window, powerOn: true, consolidate: false } });
  const { run, result, report } = await lab.start(plan);
  await until(report, (r) => r.vms.every(({ waitingFor }) => waitingFor === 'approval') || Date.now() > closes);
  // So that a cutover takes longer than an approval to be heard.
  lab.simulator.control.setSpeed(10);
  const approve = (vm = '') =>
    lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [{ vm }] });
  const [first, second] = plan.waves[0]?.vms ?? [];
  if (Date.now() > closes) return null;
  // Its window may close before it is heard.
  await approve(first?.id).catch(() => undefined);
  const seen = await until(report, (r) => tookFirst(r) !== null || r.finishedAt !== null || Date.now() > closes);
  const took = tookFirst(seen);
  if (took === null || Date.now() > closes) return null;
  await until(
    async () => closes - Date.now(),
    (left) => left < took / 2,
    ms + 10_000,
  );
  // Its run may have given it up by then.
  await approve(second?.id).catch(() => undefined);
  return result();
}

describe('a window in which cutovers must end', () => {
  it.concurrent('begins none that takes longer than is left, by the longest that the run has seen', async () => {
    let done: RunReport | null = null;
    // As long as this machine needs today.
    for (let ms = 15_000; done === null && ms <= 240_000; ms *= 2)
      await withLab({ vms: 2, speed: 200 }, async (lab) => {
        done = await inWindow(lab, ms, true);
        if (done === null) return;
        expect(migrates(lab)).toHaveLength(1);
        const second = (done as RunReport).vms.find(({ state }) => state !== 'succeeded');
        expect(second).toMatchObject({ state: 'failed', error: { code: 'WindowMissed' } });
      });
    expect(done).not.toBeNull();
  }, 600_000);

  const KNOWN: [what: string, measured: number, state: VmState][] = [
    ['begins none where its site is known to take longer than is left', 5, 'failed'],
    ['begins where too little is known of its site', 4, 'succeeded'],
  ];
  it.concurrent.each(KNOWN)('%s', async (_, measured, state) =>
    withLab({ vms: 1, speed: 1_000 }, async (lab) => {
      await lab.store.keepEvidence(tookAnHour(lab, measured));
      const window = {
        opens: new Date(Date.now() - 1_000).toISOString(),
        closes: new Date(Date.now() + 30 * 60_000).toISOString(),
        missed: 'fail',
        begun: 'finish',
        mustEnd: true,
      } as const;
      const plan = lab.plan({ cutover: { approval: 'none', window, powerOn: true, consolidate: false } });
      const [vm] = (await (await lab.start(plan)).result()).vms;
      expect(vm).toMatchObject({ state });
      expect(migrates(lab)).toHaveLength(state === 'failed' ? 0 : 1);
      if (state === 'failed')
        expect(vm?.error).toMatchObject({ code: 'WindowMissed', message: expect.stringContaining('up to 60 min') });
    }),
  );
});

/** What an earlier run has left of its cutovers. */
function tookAnHour({ destination: site }: Lab, count: number): Evidence {
  const finishedAt = new Date().toISOString();
  const durations = Array.from({ length: count }, (_, n) => {
    return { operationId: `earlier-${n}`, site, kind: 'migrate', seconds: 3_600, finishedAt } as const;
  });
  const report = { ...aReport('earlier'), state: 'succeeded' as const, finishedAt };
  const unit = { unit: 'earlier', position: 0, revision: 1, workflowId: 'vm/earlier', report, durations };
  return { run: 'earlier', execution: 'earlier', kind: 'migrate', at: finishedAt, units: [unit] };
}
