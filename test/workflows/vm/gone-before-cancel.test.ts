/** A VM is cancelled at its gate after a person has removed its copy, or removed it and made one anew: judged by the ledger. */
import { expect } from '@jest/globals';
import { cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { VmReport } from '../../../contract/report.js';
import { siteVdcId } from '../../../simulator/index.js';
import type { Lab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { isAtGate, vmReport } from '../../support/vm-report.js';

const withPart = sharedLab({ vms: 2 });

const AT_GATE = { approval: 'wave', window: null, powerOn: 'asSource', consolidate: false } as const;

const replications = (lab: Lab) => lab.simulator.control.world().replications;
const deletedBy = (lab: Lab) =>
  lab.simulator.control.ledger().flatMap(({ kind, user }) => (kind === 'delete' ? [user] : []));
const untilCopies = (lab: Lab, are: (all: ReturnType<typeof replications>) => boolean) =>
  until(async () => replications(lab), are);

/** A run whose VM stands at the gate, and what cancels it there. */
async function atTheGate(lab: Lab): Promise<() => Promise<VmReport | undefined>> {
  const { run, result } = await lab.start(lab.plan({ cutover: AT_GATE }));
  const id = vmWorkflowId(lab.source, vmIdOf(lab));
  await until(() => vmReport(lab, id), isAtGate);
  return async () => {
    await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
    return (await result()).vms[0];
  };
}

const vmIdOf = (lab: Lab): string => lab.plan().waves[0]?.vms[0]?.id ?? '';

async function removedByAnn(lab: Lab): Promise<string> {
  const replicationId = replications(lab)[0]?.id ?? '';
  lab.simulator.control.act({ operation: 'delete', replicationId, user: 'ann@acme' });
  await untilCopies(lab, (all) => all.length === 0);
  return replicationId;
}

async function madeAnewByAnn(lab: Lab): Promise<void> {
  const { source, destination, simulator } = lab;
  simulator.control.act({
    operation: 'start',
    user: 'ann@acme',
    body: {
      source: { type: 'vm', site: source, vmId: vmIdOf(lab), excludedDiskKeys: null },
      destination: { type: 'vcloud', site: destination, vdc: siteVdcId(destination), storageProfile: '*' },
      rpo: 1_440,
      retentionPolicy: { rules: [{ numberOfInstances: 24, distance: 0 }] },
      isMigration: true,
    },
  });
  await untilCopies(lab, ([one]) => one?.state === 'OK');
}

describe('a cancel of a VM at its gate', () => {
  it.concurrent('whose copy a person has removed says that it was gone already, and sends no deletion', () =>
    withPart(1, async (lab) => {
      const cancel = await atTheGate(lab);
      const id = await removedByAnn(lab);
      const vm = await cancel();
      expect(vm).toMatchObject({ state: 'cancelled', error: null });
      expect(vm?.notes).toContainEqual(expect.stringMatching(new RegExp(`${id}.* was gone already`)));
      expect(vm?.operations.map(({ kind }) => kind)).not.toContain('delete');
      expect(deletedBy(lab)).toEqual(['ann@acme']);
    }));

  it.concurrent('whose copy a person has removed and made anew leaves that one, and says that its own was gone', () =>
    withPart(1, async (lab) => {
      const cancel = await atTheGate(lab);
      const id = await removedByAnn(lab);
      await madeAnewByAnn(lab);
      const vm = await cancel();
      expect(vm).toMatchObject({ state: 'cancelled', error: null });
      expect(vm?.notes).toContainEqual(expect.stringMatching(new RegExp(`${id}.* was gone already`)));
      expect(replications(lab)).toHaveLength(1);
      expect(deletedBy(lab)).toEqual(['ann@acme']);
    }));
});
