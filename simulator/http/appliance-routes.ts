import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forbidden, notFound } from '../errors.js';
import { PROVIDER_ORG } from '../operations/caller.js';
import { startHealth } from '../operations/health.js';
import { accepted, caller, parameter, session } from './request.js';
import type { Shared } from './shared.js';
import { buildVersion } from './site-routes.js';

/** The service itself: health, licence, configuration [client terraform-provider-vcda], on-premises sites (there are none). */
export function applianceRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;
  const here = world.site(site);
  function provider(request: FastifyRequest): void {
    if (session(request).user.org !== PROVIDER_ORG) throw forbidden();
  }

  // GET in 4.2 and 4.5, POST in 4.7 and in the Terraform provider.
  for (const method of ['GET', 'POST'] as const) {
    api.route({
      method,
      url: '/diagnostics/health',
      config: { operation: 'health' },
      handler: async (request: FastifyRequest, reply: FastifyReply) =>
        accepted(reply, world, startHealth(world, caller(shared, site, request), buildVersion(here))),
    });
  }

  const config = { config: { operation: 'config' } };
  api.get('/license', config, async () => ({
    key: here.licensed ? 'SIMUL-ATED0-00000-00000-00000' : null,
    isLicensed: here.licensed,
    expirationDate: here.licensed ? world.wall(world.now) + 365 * 86_400_000 : null,
  }));
  api.get('/config/is-configured', config, async () => ({ isConfigured: true }));
  api.get('/config/endpoints', config, async (request) => {
    provider(request);
    return { configured: { mgmtAddress: null, apiPublicAddress: here.url }, effective: { apiPublicAddress: here.url } };
  });
  api.get('/config', config, async (request) => {
    provider(request);
    return { site: here.name, siteDescription: `Simulated site ${here.name}`, isConfigured: true };
  });
  api.get('/replicators', config, async (request) => {
    provider(request);
    return [{ id: `replicator-${here.name}`, site: here.name, isInMaintenanceMode: false, isOnline: true }];
  });

  api.get('/vc-sites', { config: { operation: 'inventory' } }, async () => []);
  api.get('/vc-sites/:site/vcenters', { config: { operation: 'inventory' } }, async (request) => {
    throw notFound('On-premises site', parameter(request, 'site'));
  });
}
