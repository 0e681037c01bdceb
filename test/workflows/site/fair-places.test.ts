/** Two runs at one site: a small one does not wait until a big one that came first has all that it asked for. */
import { expect } from '@jest/globals';
import { SITE } from '../../../contract/inputs.js';
import { setSiteUpdate, siteResumeSignal, siteStatusQuery } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { aWave } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

describe('a run of 4 VMs', () => {
  // In the order of arrival the last of 12 starts would be the first's.
  it.concurrent.each(inShort([12, 20], (big) => big === 12))(
    'begun behind one of %i gets its share of the places within a turn of the limits',
    (ofBig) =>
      withLab(
        { vms: ofBig + 4, speed: 400, site: { limits: { syncs: 4, cutovers: 4, requestsPerSecond: 500 } } },
        async (lab) => {
          const vms = lab.plan().waves[0]?.vms ?? [];
          const [big, small] = [vms.slice(0, ofBig), vms.slice(ofBig)];
          const site = await lab.client.workflow.signalWithStart(SITE, {
            workflowId: siteWorkflowId(lab.destination),
            taskQueue: lab.taskQueue,
            args: [{ site: lab.destination }],
            signal: siteResumeSignal,
            signalArgs: [{ at: 0 }],
          });
          const queued = (count: number) =>
            until(
              () => site.query(siteStatusQuery),
              ({ queue }) => queue.length === count,
            );

          // The order of arrival is certain: nobody is served before all have asked.
          await site.executeUpdate(setSiteUpdate, { args: [{ brake: true }] });
          const first = await lab.start(lab.plan({ waves: [aWave('all', ...big)] }));
          await queued(ofBig);
          const second = await lab.start(lab.plan({ waves: [aWave('all', ...small)] }));
          await queued(ofBig + 4);
          await site.executeUpdate(setSiteUpdate, { args: [{ brake: false }] });
          for (const { result } of [first, second]) expect((await result()).state).toBe('succeeded');

          const ids = new Set(small.map(({ id }) => id));
          const starts = lab.simulator.control.ledger().filter(({ kind }) => kind === 'start');
          expect(starts).toHaveLength(ofBig + 4);
          expect(starts.slice(0, 12).filter(({ vmId }) => vmId !== null && ids.has(vmId))).toHaveLength(4);
        },
      ),
  );
});
