/** A site that loses some answers: what one watch could not be told must not keep the others waiting for ever. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SITE } from '../../../contract/inputs.js';
import { siteStatusQuery, watchSignal } from '../../../contract/messages.js';
import { siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { Watch } from '../../../contract/watch.js';
import { withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';

const WATCHES = 40;

describe('the watcher of a site', () => {
  it('comes to the end of many watches though each is asked for alone and a third of the answers are lost', () =>
    withLab({ vms: 1, site: { reconcile: { settle: 0 } } }, async (lab) => {
      lab.simulator.control.addFaults({ kind: 'reset-before', operation: 'replication', probability: 0.33 });
      const workflowId = siteWorkflowId(lab.destination);
      for (let n = 0; n < WATCHES; n += 1) {
        await lab.client.workflow.signalWithStart(SITE, {
          workflowId,
          taskQueue: lab.taskQueue,
          args: [{ site: lab.destination }],
          signal: watchSignal,
          signalArgs: [lostWatch(n, lab.source)],
        });
      }
      const status = () => lab.client.workflow.getHandle(workflowId).query(siteStatusQuery);
      const { watches } = await until(status, (seen) => seen.watches.length === 0);
      expect(watches).toEqual([]);
      const asked = lab.simulator.control.stats().requests.filter(({ route }) => route === '/vm-replications/:id');
      expect(asked.some(({ status: answer }) => answer === 0)).toBe(true);
    }));
});

/** Its task is not known and its replication is gone, so that no list can tell of it. */
function lostWatch(n: number, peer: string): Watch {
  return {
    operationId: `drover/lossy/${n}/migrate/1`,
    workflowId: vmWorkflowId(peer, randomUUID()),
    run: 'lossy',
    vm: { id: randomUUID(), name: `lost-${n}` },
    kind: 'migrate',
    taskId: null,
    replicationId: `C4-${randomUUID()}`,
    peer,
    until: 'task',
    phase: 'task',
    slot: null,
    since: Date.now(),
  };
}
