import type { FastifyInstance } from 'fastify';
import { notFound } from '../errors.js';
import { chownBody, networkSettingsBody } from '../operations/bodies.js';
import { chown } from '../operations/chown.js';
import { instanceInfo, replicationInfo } from '../views/replication.js';
import { latestTraffic, trafficReport } from '../views/traffic.js';
import { body } from './body.js';
import { caller, parameter, query, replicationOf } from './request.js';
import type { Shared } from './shared.js';

/** What hangs off one VM replication and answers at once. */
export function vmDetailRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  api.get('/vm-replications/:id/instances', { config: { operation: 'instances' } }, async (request) => {
    const it = replicationOf(world, caller(shared, site, request), parameter(request));
    return it.instances.map((instance) => instanceInfo(world, it.home, instance));
  });

  api.get('/vm-replications/:id/instances/:instance', { config: { operation: 'instances' } }, async (request) => {
    const it = replicationOf(world, caller(shared, site, request), parameter(request));
    const key = parameter(request, 'instance');
    const instance = it.instances.find((candidate) => candidate.key === key);
    if (instance === undefined) throw notFound('Instance', key);
    return { ...instanceInfo(world, it.home, instance), disksInfo: instance.disks.map((diskKey) => ({ diskKey })) };
  });

  api.get('/vm-replications/:id/network-settings', { config: { operation: 'network-settings' } }, async (request) => {
    return replicationOf(world, caller(shared, site, request), parameter(request)).networkSettings;
  });

  // How they are written was not found; both verbs are taken (vcda-api.md §3.1).
  for (const method of ['POST', 'PUT'] as const) {
    api.route({
      method,
      url: '/vm-replications/:id/network-settings',
      config: { operation: 'network-settings' },
      handler: async (request) => {
        const it = replicationOf(world, caller(shared, site, request), parameter(request));
        const { failoverSettings, failoverTestSettings } = body(request, networkSettingsBody);
        if (failoverSettings != null) it.networkSettings.failoverSettings = failoverSettings;
        if (failoverTestSettings != null) it.networkSettings.failoverTestSettings = failoverTestSettings;
        return it.networkSettings;
      },
    });
  }

  api.patch('/vm-replications/:id/chown', { config: { operation: 'chown' } }, async (request) => {
    const who = caller(shared, site, request);
    const it = replicationOf(world, who, parameter(request));
    chown(world, who, it, body(request, chownBody).owner);
    return replicationInfo(world, it);
  });

  api.get('/vm-replications/:id/rt-traffic', { config: { operation: 'traffic' } }, async (request) => {
    const it = replicationOf(world, caller(shared, site, request), parameter(request));
    return latestTraffic(world, it);
  });

  api.get('/vm-replications/:id/traffic', { config: { operation: 'traffic' } }, async (request) => {
    const it = replicationOf(world, caller(shared, site, request), parameter(request));
    return trafficReport(world, it.vmName, [it], query(request));
  });

  // An owner is `org@site` [client PsychoBelka].
  api.get('/owner/:owner/traffic', { config: { operation: 'traffic' } }, async (request) => {
    const who = caller(shared, site, request);
    const owner = parameter(request, 'owner');
    const org = owner.slice(0, owner.lastIndexOf('@'));
    if (!who.provider && org !== who.org) throw notFound('Owner', owner);
    const owned = [...world.site(who.site).replications.values()].filter((it) => it.owner.org === org);
    return trafficReport(world, owner, owned, query(request));
  });
}
