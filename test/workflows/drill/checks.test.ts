/** What the checks of a drill prove, and what they must not hold up. */
import { expect } from '@jest/globals';
import type { Check } from '../../../plan/types.js';
import { drillOf, entries, expectNothingLeft, pageThat, protect, startDrill } from '../../support/drills.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const HOUR = 3_600_000;

const pageCheck = (url: string, change: Partial<Check> = {}): Check =>
  ({
    name: 'health',
    vms: null,
    within: 360_000,
    interval: 200,
    timeout: 360_000,
    type: 'http',
    url,
    status: 200,
    body: null,
    verifyTls: true,
    ...change,
  }) as Check;

describe('the checks of a drill', () => {
  it.concurrent.each([
    ['fail it when a service has fallen over during the hold', false, 'failed'],
    ['are made once more after the hold, and pass', true, 'succeeded'],
  ] as const)('%s', (_title, staysUp, state) =>
    withLab({ vms: 1 }, async (lab) => {
      await protect(lab);
      let phase: () => Promise<string | undefined> = async () => undefined;
      const page = await pageThat(async () => staysUp || (await phase()) === 'recover');
      try {
        const drill = await startDrill(lab, drillOf(lab, { checks: [pageCheck(page.url)], hold: 500 }));
        phase = async () => (await until(drill.report, () => true)).drill?.phase;
        const report = await drill.result();
        expect(report.vms[0]?.checks).toMatchObject([
          { name: 'health', ok: true },
          { name: 'after the hold: health', ok: staysUp },
        ]);
        expect(report.state).toBe(state);
        if (!staysUp)
          expect(report.vms[0]?.error).toMatchObject({
            code: 'CheckFailed',
            message: expect.stringMatching(/after the hold: health: .*503/),
          });
        expectNothingLeft(lab);
      } finally {
        page.close();
      }
    }),
  );

  it.concurrent('hold up no migration and no clean-up, however many of them fail', () => {
    const activitySlots = 10;
    return withLab({ vms: 2, activitySlots }, async (lab) => {
      await protect(lab);
      const [tested, moved] = lab.plan().waves[0]?.vms ?? [];
      if (tested === undefined || moved === undefined) throw new Error('the lab has two VMs');
      const page = await pageThat(() => false);
      try {
        // Each is asked once at the least, and then waits.
        const check = pageCheck(page.url, { within: HOUR, interval: HOUR });
        const checks = Array.from({ length: 2 * activitySlots }, (_, n) => ({ ...check, name: `health ${n}` }));
        const groups = [{ name: 'all', vms: [tested] }];
        const drill = await startDrill(lab, drillOf(lab, { groups, checks, timeout: HOUR }));
        await until(
          async () => page.asked(),
          (asked) => asked >= activitySlots,
        );
        const { result } = await lab.start(lab.plan({ kind: 'failover', waves: [{ name: 'all', vms: [moved] }] }));
        expect((await result()).vms.map(({ state, error }) => ({ state, error }))).toEqual([
          { state: 'succeeded', error: null },
        ]);
        expect((await drill.report()).vms[0]).toMatchObject({ state: 'running', checks: [] });
        await drill.cancel();
        expect((await drill.result()).state).toBe('cancelled');
        expect(entries(lab, 'cleanup').map(({ vmId }) => vmId)).toEqual([tested.id]);
      } finally {
        page.close();
      }
    });
  });
});
