/** A first copy that is scheduled for later is configured at once, and holds no place until then. */
import { expect } from '@jest/globals';
import { siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const starts = (lab: Lab) => lab.simulator.control.ledger().filter(({ kind }) => kind === 'start');

async function places(lab: Lab): Promise<number> {
  const { holders, queue } = await lab.client.workflow
    .getHandle(siteWorkflowId(lab.destination))
    .query(siteStatusQuery);
  return holders.length + queue.length;
}

describe('first copies that are scheduled', () => {
  it.concurrent('are configured at once, hold no place until then, and share the places from then on', async () => {
    let isJudged = false;
    // As long as this machine needs today.
    for (let ms = 10_000; !isJudged && ms <= 160_000; ms *= 2) {
      const limits = { syncs: 1, cutovers: 20, requestsPerSecond: 500 };
      await withLab({ vms: 2, site: { limits } }, async (lab) => {
        const at = Date.now() + ms;
        const { result } = await lab.start(lab.plan({ replication: { initialSyncTime: at } }));
        await until(
          async () => starts(lab).filter(({ outcome }) => outcome === 'succeeded').length === 2 || Date.now() > at,
          Boolean,
          ms + 60_000,
        );
        const held = await places(lab);
        if (Date.now() > at) return;
        isJudged = true;
        expect(held).toBe(0);
        const done = await result();
        expect(done.vms.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
        expect(done.vms[0]?.notes?.join(' ')).toContain(new Date(at).toISOString());
        const migrates = lab.simulator.control.ledger().filter(({ kind }) => kind === 'migrate');
        expect(Math.min(...migrates.map((entry) => entry.at))).toBeGreaterThan(at);
        expect(lab.wrongWith(done)).toEqual([]);
        await until(
          () => places(lab),
          (count) => count === 0,
        );
      });
    }
    expect(isJudged).toBe(true);
  }, 600_000);
});
