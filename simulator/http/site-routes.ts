import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../errors.js';
import type { Site } from '../world/model.js';
import { parameter } from './request.js';
import type { Shared } from './shared.js';

const PRODUCT = 'VMware Cloud Director Availability';
const BUILD = '24023056';
const BUILD_DATE = '2023-11-30T12:00:00Z';

export function siteRoutes(api: FastifyInstance, shared: Shared, local: string): void {
  const { world } = shared;

  api.get('/sites', { config: { operation: 'sites' } }, async () =>
    [...world.sites.values()].map((it) => siteInfo(it, local)),
  );

  api.get('/sites/:site', { config: { operation: 'sites' } }, async (request) =>
    siteInfo(world.site(parameter(request, 'site')), local),
  );

  api.get('/diagnostics/about', { config: { operation: 'about' } }, async () => about(world.site(local)));
}

export function about(site: Site) {
  return { serviceType: 'CLOUD', productName: PRODUCT, buildVersion: buildVersion(site), buildDate: BUILD_DATE };
}

export const buildVersion = (site: Site): string => `${site.apiVersion}.0.${BUILD}`;

function siteInfo(site: Site, local: string) {
  const unreachable = errorBody('RemoteSiteUnreachable', `Site '${site.name}' cannot be reached.`, [site.name]);
  const thumbprint = createHash('sha256').update(site.name).digest('hex').toUpperCase();
  return {
    site: site.name,
    description: `Simulated site ${site.name}`,
    apiUrl: `https://${site.name}.sim.example:8048`,
    apiPublicUrl: site.url,
    apiThumbprint: `SHA-256:${thumbprint.match(/../g)?.join(':')}`,
    apiVersion: site.apiVersion,
    buildVersion: buildVersion(site),
    isLocal: site.name === local,
    state: { incomingCommError: site.up ? null : unreachable, outgoingCommError: site.up ? null : unreachable },
  };
}
