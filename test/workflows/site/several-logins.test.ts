/** A provider and a tenant at the same two sites: each plan works by the login that it names, and by no other. */
import { expect } from '@jest/globals';
import { resumeUpdate, siteCarriedQuery, siteShownQuery } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import { Secret } from '../../../plan/secret.js';
import { type Login, type Plan, vappUnit } from '../../../plan/types.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { aVm, aWave } from '../../support/plans.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vappsOf } from '../../support/vapps.js';
import { withDrover } from '../../support/with-drover.js';

const PROVIDER = 'administrator@system';
const TENANT = 'ops@acme';

const login = (user: string, password = 'drover-sim'): Login => ({
  type: 'vcdCredentials',
  user,
  password: new Secret(password),
});

/** The sites' default logins are a provider's, and those called `tenant` a tenant's. */
function give(lab: Lab, password?: string): void {
  for (const site of Object.values(lab.config.sites)) {
    site.login = login(PROVIDER);
    site.logins = { tenant: login(TENANT, password) };
  }
}

async function withLogins(options: LabOptions & { tenant?: string }, test: (lab: Lab) => Promise<void>): Promise<void> {
  await withLab({ workers: 0, vms: 2, ...options }, async (lab) => {
    give(lab, options.tenant);
    await test(lab);
  });
}

/** A plan for each of the lab's two VMs: the provider's, and the tenant's. */
function plans(lab: Lab): { provider: Plan; tenant: Plan } {
  const [first, second] = lab.plan().waves.flatMap(({ vms }) => vms);
  if (first === undefined || second === undefined) throw new Error('the lab has too few VMs');
  const provider = lab.plan({ name: 'provider', waves: [aWave('all', first)] });
  const tenant = lab.plan({ name: 'tenant', waves: [aWave('all', second)] });
  return {
    provider,
    tenant: {
      ...tenant,
      source: { ...tenant.source, login: 'tenant' },
      destination: { ...tenant.destination, login: 'tenant' },
    },
  };
}

function usersOf(lab: Lab, plan: Plan): string[] {
  const ids = plan.waves.flatMap(({ vms }) => vms.map(({ id }) => id));
  const sent = lab.simulator.control
    .ledger()
    .filter(({ vmId, operationId }) => operationId && ids.includes(vmId ?? ''));
  return [...new Set(sent.map(({ user }) => user))];
}

const shown = (lab: Lab) => lab.client.workflow.getHandle(siteWorkflowId(lab.destination)).query(siteShownQuery);

describe('two logins of one site', () => {
  it.concurrent('work at once, each for its own plan, as the ledger tells', () =>
    withLogins({}, async (lab) => {
      await lab.startWorker();
      const { provider, tenant } = plans(lab);
      const runs = await Promise.all([lab.start(provider), lab.start(tenant)]);
      const reports = await Promise.all(runs.map((run) => run.result()));
      for (const report of reports) {
        expect(report).toMatchObject({ state: 'succeeded' });
        expect(lab.wrongWith(report)).toEqual([]);
      }
      expect(usersOf(lab, provider)).toEqual([PROVIDER]);
      expect(usersOf(lab, tenant)).toEqual([TENANT]);
    }));

  it.concurrent('are known by their names: one that no worker has is said so before anything starts, and doctor tries all', () =>
    withLogins({ tenant: 'wrong-tenant' }, async (lab) => {
      await lab.startWorker();
      await listening(lab);
      const { destination, source } = lab;
      const { tenant } = plans(lab);
      await withDrover(lab, async (drover) => {
        const unknown = { ...tenant, destination: { ...tenant.destination, login: 'nobody' } };
        const refusal = { code: 'NoWorker', message: expect.stringContaining(`login nobody of site ${destination}`) };
        await expect(drover.startRun(unknown)).rejects.toMatchObject(refusal);
        await expect(drover.checkPlan(unknown)).rejects.toMatchObject(refusal);
        const pair = { source, destination, logins: { [destination]: 'nobody' } };
        await expect(drover.inspectSites([destination], [pair])).rejects.toMatchObject(refusal);
        const found = (await drover.inspectSites()).map(({ site, login: by = 'default', checks }) => [
          site,
          by,
          checks.find(({ name }) => name === 'login')?.ok,
        ]);
        expect(found.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual(
          [destination, source].flatMap((site) => [
            [site, 'default', true],
            [site, 'tenant', false],
          ]),
        );
      });
    }));

  it.concurrent('are asked for the vApps of a plan too: whoever has a tenant alone finds them', () =>
    withLogins({}, async (lab) => {
      for (const site of Object.values(lab.config.sites)) site.login = login(PROVIDER, 'wrong-provider');
      await lab.startWorker();
      await listening(lab);
      const { tenant } = plans(lab);
      const named = { ...tenant, waves: [aWave('all', aVm('vapp-001', { id: vappUnit('vapp-001') }))] };
      await withDrover(lab, async (drover) => {
        const [vapp] = (await drover.resolved(named)).waves.flatMap(({ vms }) => vms);
        expect(vapp).toMatchObject(vappsOf(2)[0] ?? {});

        const { source, destination } = lab;
        const logins = { [source]: 'tenant', [destination]: 'tenant' };
        // Of what a site has, for a plan that is not written yet.
        const found = await drover.newPlan({ source, destination, logins });
        expect(found.waves.flatMap(({ vapps }) => vapps.flatMap(({ vms }) => vms))).toHaveLength(2);
        expect(await drover.replications(destination, { login: 'tenant' })).toEqual([]);
        // The destination is shown the login of the plan, and not the one of whoever names none.
        const sites = await drover.inspectSites([destination], [{ source, destination, logins }]);
        const extended = sites.map(({ login: by = 'default', checks }) => [
          by,
          checks.find(({ name }) => name === 'extend'),
        ]);
        expect(extended).toEqual([
          ['default', expect.objectContaining({ ok: null })],
          ['tenant', expect.objectContaining({ ok: true, detail: `to ${source} (login tenant)` })],
        ]);
      });
    }));

  it.concurrent('are refused apart: a wrong one holds the runs that work by it, and no others', () =>
    withLogins({ tenant: 'wrong-tenant' }, async (lab) => {
      const worker = await lab.startWorker();
      const { provider, tenant } = plans(lab);
      const held = await lab.start(tenant);
      const why = await until(held.report, ({ state }) => state === 'paused');
      expect(why.pausedBecause).toContain('refuses the login tenant');
      const free = await lab.start(provider);
      expect(await free.result()).toMatchObject({ state: 'succeeded', totals: { succeeded: 1 } });
      expect((await held.report()).state).toBe('paused');
      expect((await shown(lab)).hold).toBeNull();

      give(lab);
      worker.renew();
      await lab.client.workflow.getHandle(runWorkflowId(held.run)).executeUpdate(resumeUpdate, { args: [{}] });
      const ended = await held.result();
      expect(ended).toMatchObject({ state: 'succeeded' });
      expect(usersOf(lab, tenant)).toEqual([TENANT]);
    }));

  it.concurrent('are polled apart: what one is refused while its operations run leaves the others watched', () =>
    withLogins({ speed: 0.01 }, async (lab) => {
      const worker = await lab.startWorker();
      const { provider, tenant } = plans(lab);
      const runs = { tenant: await lab.start(tenant), provider: await lab.start(provider) };
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      await until(
        () => site.query(siteCarriedQuery).catch(() => null),
        (carried) => carried?.watches.length === 2,
      );
      give(lab, 'wrong-by-now');
      worker.renew();
      const paused = await until(runs.tenant.report, ({ state }) => state === 'paused');
      expect(paused.pausedBecause).toContain('login tenant');
      lab.simulator.control.setSpeed(200);
      expect(await runs.provider.result()).toMatchObject({ state: 'succeeded' });
      const { hold, otherHolds } = await until(
        () => shown(lab),
        (one) => one.otherHolds !== undefined,
      );
      expect([hold, otherHolds]).toMatchObject([null, [{ login: 'tenant', code: 'LoginRefused' }]]);

      give(lab);
      worker.renew();
      await lab.client.workflow.getHandle(runWorkflowId(runs.tenant.run)).executeUpdate(resumeUpdate, { args: [{}] });
      expect(await runs.tenant.result()).toMatchObject({ state: 'succeeded' });
      await until(
        () => shown(lab),
        (one) => one.otherHolds === undefined,
      );
    }));
});
