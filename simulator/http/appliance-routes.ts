import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { forbidden, notFound } from '../errors.js';
import { PROVIDER_ORG } from '../operations/caller.js';
import { startHealth } from '../operations/health.js';
import { uuid } from '../random.js';
import { accepted, caller, parameter, session } from './request.js';
import type { Shared } from './shared.js';
import { buildVersion } from './site-routes.js';

const THUMBPRINT = `SHA-256:${Array.from({ length: 32 }, () => '5A').join(':')}`;

function endpointsOf(url: string) {
  const { hostname, port } = new URL(url);
  return {
    mgmtAddress: hostname,
    mgmtPort: 8046,
    mgmtPublicAddress: hostname,
    mgmtPublicPort: Number(port),
    apiAddress: hostname,
    apiPort: 8443,
    apiPublicAddress: hostname,
    apiPublicPort: Number(port),
  };
}

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
    const endpoints = endpointsOf(here.url);
    return { configured: endpoints, effective: endpoints };
  });
  api.get('/config', config, async (request) => {
    provider(request);
    return {
      id: uuid(0, 'instance', here.name),
      lsUrl: `https://sso.${here.name}.sim.example/lookupservice/sdk`,
      lsThumbprint: THUMBPRINT,
      // as a manager's configuration names it
      site: here.name,
      localSite: here.name,
      localSiteDescription: `Simulated site ${here.name}`,
      vcdUrl: `https://vcd.${here.name}.sim.example/api`,
      vcdThumbprint: THUMBPRINT,
      vcdUsername: 'administrator@system',
      tunnelUrl: `https://${here.name}.sim.example:8047`,
      tunnelCertificate: '',
      isCombined: true,
    };
  });
  api.get('/replicators', config, async (request) => {
    provider(request);
    return [
      {
        id: `replicator-${here.name}`,
        owner: '*',
        site: here.name,
        description: `Replicator of ${here.name}`,
        apiUrl: `https://replicator.${here.name}.sim.example:8043`,
        certThumbprint: THUMBPRINT,
        pairingCookie: uuid(0, 'pairing', here.name),
        state: { incomingCommError: null, outgoingCommError: null },
        isInMaintenanceMode: false,
        isOnline: true,
        apiVersion: here.apiVersion,
        dataAddress: `data.${here.name}.sim.example`,
        buildVersion: buildVersion(here),
      },
    ];
  });

  api.get('/vc-sites', { config: { operation: 'inventory' } }, async () => []);
  api.get('/vc-sites/:site/vcenters', { config: { operation: 'inventory' } }, async (request) => {
    throw notFound('On-premises site', parameter(request, 'site'));
  });
}
