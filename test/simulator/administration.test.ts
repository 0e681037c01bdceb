import { describe, expect, it } from '@jest/globals';
import { simulatedVms, siteNetworks, siteSlaProfiles, siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { client, ended, login, operate, provider, startBody, withSimulator } from './support/client.js';

describe('inventory', () => {
  it('shows what can be known beforehand, to those who may see it', async () => {
    await withSimulator({ vms: 120 }, async (_simulator, { paris }) => {
      const at = await login(paris);
      const { body } = await at.get('/inventory/vms?limit=2&offset=1');
      expect(body).toMatchObject({ offset: 1, limit: 2, total: 120 });
      const [, second] = simulatedVms({ vms: 2 });
      expect(body.items[0]).toMatchObject({
        id: second?.id,
        name: 'vm-002',
        vdcId: siteVdcId('paris'),
        powerState: 'POWERED_ON',
      });
      expect((await at.get('/inventory/vms?name=vm-100')).body.total).toBe(1);
      expect((await at.get('/inventory/vdcs?name=acme-vdc')).body).toMatchObject({
        total: 1,
        items: [{ id: siteVdcId('paris') }],
      });
      const vdc = `/inventory/vdcs/${siteVdcId('paris')}`;
      expect((await at.get(`${vdc}/storage-profiles`)).list).toEqual(siteStorageProfiles('paris'));
      expect((await at.get(`${vdc}/networks`)).body.items).toEqual(siteNetworks('paris'));
      expect((await at.get('/inventory/vapps')).body.total).toBe(30);
      expect((await at.get('/inventory/orgs')).body).toMatchObject({ total: 1, items: [{ name: 'acme' }] });
      expect((await at.get('/inventory/datastores')).status).toBe(403);
      const other = await login(paris, { type: 'vcdCredentials', vcdUser: 'ops@globex', vcdPassword: 'drover-sim' });
      expect((await other.get('/inventory/vms')).body.total).toBe(0);
      expect((await other.get(`${vdc}/networks`)).status).toBe(404);
      const admin = await login(paris, provider);
      expect((await admin.get('/inventory/vdcs')).body.total).toBe(2);
      expect((await admin.get('/inventory/provider-vdcs')).body.total).toBe(1);
    });
  });
});

describe('sites and service', () => {
  it('names the sites, the service, its licence and its health', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon);
      expect((await at.get('/sites')).list).toMatchObject([
        {
          site: 'paris',
          isLocal: false,
          apiVersion: '4.7',
          state: { incomingCommError: null, outgoingCommError: null },
        },
        { site: 'lyon', isLocal: true, apiPublicUrl: lyon },
      ]);
      expect((await at.get('/sites/paris')).body).toMatchObject({ site: 'paris' });
      expect((await at.get('/sites/atlantis')).body.code).toBe('SiteNotFound');
      expect((await client(lyon).get('/sites')).status).toBe(401);
      expect((await at.get('/diagnostics/about')).body).toMatchObject({
        serviceType: 'CLOUD',
        buildVersion: expect.any(String),
      });
      expect((await at.get('/license')).body).toMatchObject({ isLicensed: true });
      expect((await at.get('/config')).status).toBe(403);
      expect((await (await login(lyon, provider)).get('/config')).body).toMatchObject({ site: 'lyon' });
      for (const method of ['GET', 'POST']) {
        const answer = await at.call(method, '/diagnostics/health');
        expect(answer.status).toBe(202);
        expect(await ended(at, answer.body.id)).toMatchObject({
          workflowInfo: { type: 'health', resourceType: 'CLOUD' },
          resultType: 'CloudHealthInfo',
          result: { dbError: null, tunnelConnectivity: [{ error: null }] },
        });
      }
      expect(control.ledger()).toEqual([]);
      expect((await at.get('/vc-sites')).list).toEqual([]);
    });
  });
});

describe('policies and SLA profiles', () => {
  it('are made and assigned by providers', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const admin = await login(lyon, provider, 'paris');
      const tenant = await login(lyon, undefined, 'paris');
      expect((await admin.get('/policies/default')).body).toMatchObject({ id: 'default', maxIncoming: -1 });
      expect((await tenant.post('/policies', { displayName: 'mine' })).status).toBe(403);
      const made = await admin.post('/policies', { displayName: 'strict', minRpo: 60, id: 'smuggled', orgs: ['x'] });
      expect(made).toMatchObject({ status: 201, body: { displayName: 'strict', minRpo: 60, orgs: [] } });
      expect(made.body.id).not.toBe('smuggled');
      expect((await admin.post('/policies', { displayName: 'strict' })).status).toBe(400);
      expect((await admin.post(`/policies/${made.body.id}/orgs/acme`)).status).toBe(201);
      expect((await tenant.get('/policies')).list).toMatchObject([{ displayName: 'strict' }]);
      expect((await operate(tenant, 'POST', '/vm-replications', startBody())).error.code).toBe('PolicyViolation');
      expect((await admin.call('PUT', `/policies/${made.body.id}`, { minRpo: 5 })).body).toMatchObject({ minRpo: 5 });
      expect((await operate(tenant, 'POST', '/vm-replications', startBody())).state).toBe('SUCCEEDED');
      expect((await admin.get(`/policies/${made.body.id}/status`)).body).toMatchObject({ replications: 1 });
      expect((await admin.delete(`/policies/${made.body.id}`)).status).toBe(204);
      expect((await admin.delete('/policies/default')).status).toBe(400);

      const [gold] = siteSlaProfiles('lyon');
      expect((await tenant.get('/sla-profiles')).list).toHaveLength(3);
      expect((await admin.delete(`/sla-profiles/orgs/acme/profiles/${gold?.id}`)).status).toBe(204);
      expect((await tenant.get('/sla-profiles')).list).toHaveLength(2);
      expect((await tenant.post('/vm-replications', startBody(1, { slaProfileId: gold?.id }))).status).toBe(400);
      expect((await admin.post(`/sla-profiles/orgs/acme/profiles/${gold?.id}`)).status).toBe(201);
      expect((await tenant.post('/vm-replications', startBody(1, { slaProfileId: gold?.id }))).status).toBe(202);
    });
  });
});

describe('recovery plans', () => {
  it('can be read', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const plan = { site: 'lyon', id: 'plan-1', displayName: 'crm', steps: [{ id: 'step-1', name: 'databases' }] };
      expect((await client(lyon).post('/_sim/recovery-plans', plan)).status).toBe(200);
      const at = await login(lyon);
      expect((await at.get('/recovery-plans')).body).toMatchObject({
        total: 1,
        items: [{ id: 'plan-1', state: 'NOT_STARTED' }],
      });
      expect((await at.get('/recovery-plans/plan-1')).body).toMatchObject({ displayName: 'crm' });
      expect((await at.get('/recovery-plans/plan-1/steps')).list).toMatchObject([{ name: 'databases', sequence: 1 }]);
      expect((await at.get('/recovery-plans/plan-1/steps/step-1')).body).toMatchObject({ recoveryPlanId: 'plan-1' });
      expect((await at.get('/recovery-plans/nonesuch')).status).toBe(404);
    });
  });
});
