/** Nothing that a drill awaits outlives its time, whatever a site does not answer. */
import { expect } from '@jest/globals';
import { vmWorkflowId } from '../../../contract/names.js';
import { world } from '../../support/drills.js';
import { inHold, TooShort } from '../../support/in-hold.js';
import type { Lab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

/** Takes every call for the VMs of a site, and answers none of them. */
function keepsInventory(lab: Lab, site: string): void {
  lab.simulator.control.addFaults({ operation: 'inventory', site, kind: 'delay', delayMs: 600_000 });
}

/** A call is given up long after a drill whose time is over. */
const PATIENT = { connect: 30_000, request: 600_000 };

/** What a busy machine may add to a moment: ms. */
const LATE = 240_000;

describe('a drill whose time is over', () => {
  it.concurrent('waits for no inventory that would tell whether its test copy stands', () =>
    inHold({
      options: {
        vms: 1,
        site: { missingFor: 500, timeouts: PATIENT },
        assumptions: { deleteDuringTest: 'leaves' },
      },
      change: () => ({}),
      happens: (lab) => {
        keepsInventory(lab, lab.destination);
        const replicationId = world(lab).replications[0]?.id ?? '';
        lab.simulator.control.act({ operation: 'delete', replicationId, user: 'ann@acme' });
      },
      judge: async (lab, drill) => {
        await until(
          async () => world(lab).replications,
          (all) => all.length === 0,
        );
        await drill.cancel();
        const [vm] = (await drill.result()).vms;
        expect(vm).toMatchObject({ state: 'failed', error: { code: 'TestCopyLeft', site: lab.destination } });
        expect(vm?.error?.message).toMatch(/^whether the test copy .* is not known: there was no time left to ask/);
      },
    }));

  it.concurrent('looks no longer at what it has brought home, however long that may take to come up', () =>
    inHold({
      options: { vms: 1, site: { timeouts: PATIENT } },
      change: () => ({ mode: 'roundtrip', confirm: 'removes-source' }),
      least: 16_000,
      happens: (lab) => {
        keepsInventory(lab, lab.source);
        const warnings = [{ code: 'PowerOnFailed', message: 'made up: could not be powered on' }];
        lab.simulator.control.addFaults({ operation: 'failover', kind: 'odd-task', task: { warnings } });
      },
      judge: async (lab, drill) => {
        const vmId = world(lab).replications[0]?.vmId ?? '';
        await drill.cancel();
        const { undoneBy } =
          (await until(
            () => vmReport(lab, vmWorkflowId(lab.source, vmId)),
            (vm) => vm?.undoneBy !== undefined || (vm?.finishedAt ?? null) !== null,
          )) ?? {};
        if (undoneBy === undefined) throw new TooShort();
        const [vm] = (await drill.result()).vms;
        expect(vm?.state).toBe('failed');
        // On a machine on which its time was over before it was back, there was nothing to look at.
        if (vm?.operations.filter(({ kind }) => kind === 'failover').length !== 2) throw new TooShort();
        expect(Date.parse(vm?.finishedAt ?? '')).toBeLessThan(Date.parse(undoneBy) + LATE);
      },
    }));
});
