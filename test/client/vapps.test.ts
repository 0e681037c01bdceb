/** vApps of a plan by name: told by the inventory before the start, refused where that does not tell which, and shown with their VMs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentOf } from '../../cli/report/document.js';
import { terraformReport } from '../../cli/report/terraform.js';
import { checkPlan } from '../../client/check-plan.js';
import { listReplications } from '../../client/list-replications.js';
import { resolveNames } from '../../client/resolve-names.js';
import { startRun } from '../../client/start-run.js';
import { tidyRun } from '../../client/tidy.js';
import { resolveChange } from '../../client/vm-change.js';
import { askBy, askReport } from '../../contract/read-run.js';
import { bareId, type Plan, vappUnit } from '../../plan/types.js';
import { type Lab, openLab } from '../support/lab.js';
import { sessionOf } from '../support/lab-session.js';
import { listening } from '../support/listening.js';
import { aVm, aWave } from '../support/plans.js';
import { until } from '../support/until.js';
import { vappsOf } from '../support/vapps.js';

const [crm, web] = vappsOf(8);

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ vms: 8 });
  await listening(lab);
});
afterAll(() => lab.close());

const session = () => sessionOf(lab);
/** As a plan file has it before anybody was asked. */
const named = (name: string) => aVm(name, { id: vappUnit(name.toLowerCase()) });
const planOf = (...vms: Plan['waves'][number]['vms']): Plan => lab.plan({ waves: [aWave('all', ...vms)] });
const resolved = (plan: Plan) => resolveNames(session(), plan).then(({ waves }) => waves[0]?.vms ?? []);

describe('a vApp of a plan', () => {
  it('is found by its name, with its VMs, and what comes after it still does', async () => {
    const other = aVm('x', { after: [vappUnit('vapp-001')] });
    expect(await resolved(planOf(named('VAPP-001'), other))).toEqual([
      { ...crm, name: 'VAPP-001' },
      { ...other, after: [crm?.id] },
    ]);
  });

  it('is refused where there is none, or several, or one of its VMs is in the plan by itself', async () => {
    await expect(resolved(planOf(named('crm')))).rejects.toThrow(/no vApp crm; it has vapp-001 \(/);
    const [vm] = crm?.vms ?? [];
    const twice = planOf(named('vapp-001'), aVm(vm?.name ?? '', { id: vm?.id ?? '' }));
    await expect(resolved(twice)).rejects.toThrow(/in the plan by itself, and stands in vApp vapp-001/);
    await expect(resolved(planOf(named('vapp-001'), aVm('a', { id: crm?.id ?? '' })))).rejects.toThrow(/twice/);
  });

  it('has no NIC that a person could change', async () => {
    const plan = planOf(crm ?? named('vapp-001'));
    for (const change of [{ network: 'net-c' }, { address: '10.0.0.5' }])
      await expect(resolveChange(session(), plan, crm?.id ?? '', change)).rejects.toMatchObject({ code: 'BadVapp' });
    expect(await resolveChange(session(), plan, crm?.id ?? '', { powerOn: false })).toEqual({ powerOn: false });
  });

  it('passes the check, and VMs that would leave theirs are told once for each vApp', async () => {
    expect(await checkPlan(session(), planOf(named('vapp-001')))).toMatchObject({ vms: 4, errors: [], warnings: [] });
    const [one, two] = web?.vms ?? [];
    const { warnings } = await checkPlan(
      session(),
      planOf(...[one, two].map((vm) => aVm(vm?.name ?? '', { id: vm?.id ?? '' }))),
    );
    expect(warnings).toMatchObject([{ code: 'VappLeft', vm: null }]);
    expect(warnings[0]?.message).toContain(`${one?.name}, ${two?.name} stand in vApp vapp-002`);
  });

  it('is moved, and its report has each VM, by which Terraform finds it', async () => {
    const plan = { ...planOf(named('vapp-001')), keepReplication: 3_600_000 };
    const { run } = await startRun(session(), plan, `vapps-${lab.taskQueue.slice(-8)}`);
    const report = await until(
      () => askReport(askBy(lab.client), run),
      ({ finishedAt }) => finishedAt !== null,
    );
    const document = documentOf(report, { facts: null, by: 'test' });
    expect(document.vms.map(({ id, unit, vapp }) => ({ id, unit, vapp }))).toEqual(
      crm?.vms?.map(({ id }) => ({ id, unit: crm.id, vapp: { id: bareId(crm.id), name: 'vapp-001' } })),
    );
    const there = lab.simulator.control.world().sites[lab.destination]?.vms ?? [];
    for (const { id, destination } of document.vms)
      expect(there.find((vm) => vm.id === destination.vmId)?.origin).toBe(id);
    expect([...terraformReport(document)].join('')).toContain('4 of 4 VMs were moved');

    // Its replication was kept for a while, and is removed as one.
    const { control } = lab.simulator;
    // Each of its VMs shows whose it is, and that it is no orphan.
    const standing = await listReplications(session(), lab.destination);
    expect(standing.map(({ whose, run: its, isOrphan }) => [whose, its, isOrphan])).toEqual(
      crm?.vms?.map(() => ['ours', run, false]),
    );
    expect(await tidyRun(session(), run, plan)).toMatchObject({ stays: 0 });
    expect(control.world().replications).toEqual([]);
    expect(control.ledger().filter(({ kind }) => kind === 'delete')).toHaveLength(1);
  });
});
