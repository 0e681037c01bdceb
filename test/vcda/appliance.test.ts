import { describe, expect, it } from '@jest/globals';
import { healthIn } from '../../vcda/index.js';
import { failureOf, withFake, withSimulator } from './support/client.js';
import { before, refuse, runningTask } from './support/fake-site.js';
import { done, provider } from './support/operations.js';

describe('the appliance', () => {
  it('says what it is, how it is, and what it may do', async () => {
    await withSimulator(
      async ({ simulator, lyon }) => {
        expect(await lyon.about()).toMatchObject({
          serviceType: 'CLOUD',
          buildVersion: expect.stringMatching(/^4\.7/),
        });
        const health = healthIn(await done(lyon, lyon.startHealthCheck()));
        expect(health).toMatchObject({ dbError: null, ntpError: null, vcdError: null });
        expect(await lyon.license()).toMatchObject({ isLicensed: true });
        simulator.control.setLicense('lyon', false);
        expect(await lyon.license()).toMatchObject({ isLicensed: false, expirationDate: null });
        expect(await lyon.isConfigured()).toBe(true);
        expect(await lyon.applianceConfig()).toMatchObject({ site: 'lyon' });
        expect(await lyon.endpoints()).toMatchObject({ effective: { apiPublicAddress: expect.any(String) } });
        expect(await lyon.replicators()).toHaveLength(1);
      },
      { site: provider },
    );
  });

  it('keeps its configuration from tenants', async () => {
    await withSimulator(async ({ lyon }) => {
      expect(await failureOf(lyon.applianceConfig())).toMatchObject({ code: 'Forbidden' });
    });
  });

  it.each([404, 405])('of an older version is asked for its health by GET: POST is answered %i', async (status) => {
    await withFake(
      before(
        ({ method, path }) => {
          if (path !== '/diagnostics/health') return null;
          return method === 'GET' ? { status: 202, body: runningTask('t1') } : refuse(status, 'NotFound');
        },
        () => null,
      ),
      async ({ fake, lyon }) => {
        const task = await lyon.startHealthCheck({ operationId: 'o1' });
        expect(task.id).toBe('t1');
        expect(healthIn(task)).toBeNull();
        expect(fake.seen.slice(1).map(({ method, headers }) => [method, headers.operationid])).toEqual([
          ['POST', 'o1'],
          ['GET', 'o1'],
        ]);
      },
    );
  });

  it('that fails to check itself is not asked twice', async () => {
    await withFake(
      ({ path }) => (path === '/diagnostics/health' ? refuse(500, 'GeneralServerFailure') : null),
      async ({ fake, lyon }) => {
        await failureOf(lyon.startHealthCheck());
        expect(fake.seen).toHaveLength(2);
      },
    );
  });

  it('shows the health that the vendor’s sample has', async () => {
    const result = {
      productName: 'VMware Cloud Director Availability',
      buildVersion: '4.7.0',
      instanceId: 'i',
      runtimeId: 'r',
      currentTime: 1499929558827,
      address: '127.0.0.1',
      dbError: null,
      lsError: { code: 'LookupServiceError', msg: 'down', args: [], stacktrace: 'x' },
      tunnelConnectivity: [{ tunnelService: { id: 't', url: 'https://t:8047', certificate: 'c' } }],
      managerHealth: { onlineReplicators: [], offlineReplicators: ['r1'] },
    };
    const workflowInfo = { type: 'health', resourceType: 'CLOUD', resourceId: null, resourceName: null };
    const body = { ...runningTask('t1'), state: 'SUCCEEDED', lastUpdated: -1, endTime: 1, result, workflowInfo };
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? { body } : null),
      async ({ lyon }) => {
        expect(healthIn(await lyon.task('t1'))).toMatchObject({
          lsError: { code: 'LookupServiceError' },
          managerHealth: { offlineReplicators: ['r1'] },
        });
      },
    );
  });
});
