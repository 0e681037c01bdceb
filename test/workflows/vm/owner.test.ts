/** Whose a replication is after its start: the plan's word, given as an operation, held against what the site then shows. */
import { describe, expect, it } from '@jest/globals';
import { resumeUpdate, siteStatusQuery } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { RunReport, VmReport } from '../../../contract/report.js';
import { Secret } from '../../../plan/secret.js';
import type { Plan } from '../../../plan/types.js';
import { siteVdcId } from '../../../simulator/index.js';
import { type Lab, withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';
import { vappsOf } from '../../support/vapps.js';

/** A lab whose workers log in as an administrator, who alone may give replications away. */
const asProvider = (vms: number, test: (lab: Lab) => Promise<void>) =>
  withLab({ vms, workers: 0 }, async (lab) => {
    for (const site of Object.values(lab.config.sites))
      site.login = { type: 'vcdCredentials', user: 'administrator@system', password: new Secret('drover-sim') };
    await lab.startWorker();
    await test(lab);
  });

const ownersIn = ({ simulator }: Lab) => simulator.control.world().replications.map(({ owner }) => owner);
const kindsOf = ({ operations }: VmReport) => operations.map(({ kind, result }) => `${kind} ${result}`);

/** Chowns that reached the site. */
const given = ({ simulator }: Lab) =>
  simulator.control
    .stats()
    .requests.filter(({ route }) => route.endsWith('/chown'))
    .reduce((sum, { count }) => sum + count, 0);

async function kept(lab: Lab, change: Partial<Plan>): Promise<RunReport> {
  const { result } = await lab.start(lab.plan({ keepReplication: true, ...change }));
  return result();
}

describe('the owner of a plan', () => {
  it.concurrent('gets each replication right after its start; a VM may have another', () =>
    asProvider(2, async (lab) => {
      const [first, second] = lab.plan().waves[0]?.vms ?? [];
      if (first === undefined || second === undefined) throw new RangeError('the lab has two VMs');
      const globex = `globex@${lab.destination}`;
      const vms = [first, { ...second, owner: globex }];
      const report = await kept(lab, { owner: `acme@${lab.destination}`, waves: [{ name: 'all', vms }] });
      expect(report.totals.succeeded).toBe(2);
      for (const vm of report.vms) expect(kindsOf(vm).slice(0, 2)).toEqual(['start succeeded', 'chown succeeded']);
      expect(ownersIn(lab).sort()).toEqual([`acme@${lab.destination}`, globex]);
      expect(lab.wrongWith(report)).toEqual([]);
    }));

  it.concurrent('is given once where the answer is lost, and counts as given where the site says nothing of it', () =>
    asProvider(1, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'chown', kind: 'reset-after', times: 1 });
      const report = await kept(lab, { owner: `acme@${lab.destination}` });
      expect(report.vms.map(kindsOf)).toEqual([['start succeeded', 'chown succeeded', 'migrate succeeded']]);
      expect(ownersIn(lab)).toEqual([`acme@${lab.destination}`]);
      expect(given(lab)).toBe(1);
    }));

  it.concurrent('keeps a VM that waits for a person from its cutover, and that from nobody else', () =>
    asProvider(1, async (lab) => {
      const { control } = lab.simulator;
      const error = { code: 'ServiceNotLicensed', msg: 'no licence' };
      control.addFaults({ id: 'refused', operation: 'chown', kind: 'status', status: 403, error });
      const owner = `acme@${lab.destination}`;
      const { run, result } = await lab.start(lab.plan({ keepReplication: true, owner }));
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      const status = () => site.query(siteStatusQuery).catch(() => null);
      await until(
        async () => control.faults(),
        ([refused]) => (refused?.struck ?? 0) > 0,
      );
      // Its copy is complete meanwhile.
      await until(status, (seen) => seen?.watches.length === 0);
      await until(status, (seen) => seen?.holders.length === 0);
      control.clearFaults('refused');
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(resumeUpdate, { args: [{}] });
      const report = await result();
      expect(report.vms.map(kindsOf)).toEqual([['start succeeded', 'chown succeeded', 'migrate succeeded']]);
    }));

  it.concurrent('is not believed where the site goes on showing another', () =>
    asProvider(1, async (lab) => {
      const { control } = lab.simulator;
      const body = { id: 'C4-00000000-0000-4000-8000-000000000000', owner: `acme@${lab.destination}` };
      control.addFaults({ operation: 'chown', kind: 'status', status: 200, body });
      const { error, state } = (await kept(lab, { owner: `acme@${lab.destination}` })).vms[0] as VmReport;
      expect({ state, ...error }).toMatchObject({ state: 'failed', code: 'OwnerNotChanged', operation: 'chown' });
      expect(error?.message).toMatch(/shows owner system@/i);
    }));
});

it.concurrent('a vApp is given away as one', () =>
  asProvider(3, async (lab) => {
    const vapps = vappsOf(3).slice(0, 1);
    const owner = `acme@${lab.destination}`;
    const report = await kept(lab, { owner, waves: [{ name: 'all', vms: vapps }] });
    expect(report.totals.succeeded).toBe(3);
    expect(given(lab)).toBe(1);
    expect(new Set(ownersIn(lab))).toEqual(new Set([owner]));
  }));

describe('a login that is no administrator', () => {
  it.concurrent('fails the VM before its copy is waited for, and says what is missing', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { error, state } = (await kept(lab, { owner: `globex@${lab.destination}` })).vms[0] as VmReport;
      expect({ state, ...error }).toMatchObject({ state: 'failed', code: 'Forbidden', operation: 'chown' });
    }));

  it.concurrent('sends nothing where the owner is as it should be', () =>
    withLab({ vms: 1 }, async (lab) => {
      const report = await kept(lab, { owner: `ACME@${lab.destination}` });
      expect(report.totals.succeeded).toBe(1);
      expect(given(lab)).toBe(0);
    }));
});

it.concurrent('a replication that a person made stays its owner’s', () =>
  asProvider(1, async (lab) => {
    const { control } = lab.simulator;
    const id = lab.plan().waves[0]?.vms[0]?.id;
    const vdc = siteVdcId(lab.destination);
    const body = {
      source: { type: 'vm', site: lab.source, vmId: id, excludedDiskKeys: null },
      destination: { type: 'vcloud', site: lab.destination, vdc, storageProfile: '*' },
      isMigration: true,
    };
    control.act({ operation: 'start', user: 'ann@globex', org: 'globex', body });
    await until(
      async () => control.world().replications[0],
      (one) => one?.state === 'OK',
    );
    const owner = `acme@${lab.destination}`;
    const report = await kept(lab, { adopt: 'matching', owner });
    expect(report.vms[0]?.notes?.join()).toContain(`it was not given to ${owner}`);
    expect(ownersIn(lab)).toEqual([`globex@${lab.destination}`]);
  }));
