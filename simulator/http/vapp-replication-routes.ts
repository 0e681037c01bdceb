import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notLicensed, replicationNotFound } from '../errors.js';
import { chownBody, startVappBody } from '../operations/bodies.js';
import { type Caller, requireExtension, sees } from '../operations/caller.js';
import { chown } from '../operations/chown.js';
import { members } from '../operations/groups.js';
import { startVapp, submitVapp } from '../operations/vapp.js';
import { overallHealth } from '../views/replication.js';
import { vappReplicationInfo } from '../views/vapp-replication.js';
import type { VappReplication } from '../world/model.js';
import type { World } from '../world/world.js';
import { body } from './body.js';
import { list, page } from './paging.js';
import { accepted, caller, parameter, type Query, query } from './request.js';
import type { Shared } from './shared.js';
import { requireSource, VERBS } from './verbs.js';

export function vappReplicationRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  api.get('/vapp-replications', { config: { operation: 'replications' } }, async (request) => {
    const who = caller(shared, site, request);
    const wanted = query(request);
    const found = { all: findVapps(world, who, wanted) };
    return page(wanted, world.assumptions.pageCeiling, found, (it) => vappReplicationInfo(world, it));
  });

  // Dashboard counters; their names were not visible.
  api.get('/vapp-replications/summary', { config: { operation: 'replications' } }, async (request) => {
    const groups = [...findVapps(world, caller(shared, site, request), {})];
    const health = { GREEN: 0, YELLOW: 0, RED: 0 };
    for (const group of groups) for (const it of members(world, group)) health[overallHealth(world, it)]++;
    const migrations = groups.filter((group) => group.isMigration).length;
    return { total: groups.length, migrations, protections: groups.length - migrations, vmHealth: health };
  });

  api.get('/vapp-replications/:id', { config: { operation: 'replication' } }, async (request) => {
    const who = caller(shared, site, request);
    return vappReplicationInfo(world, vappOf(world, who, parameter(request)));
  });

  api.post('/vapp-replications', { config: { operation: 'start' } }, async (request, reply) => {
    const who = caller(shared, site, request);
    const wanted = body(request, startVappBody);
    requireExtension(who, world.site(wanted.source.site).name);
    return accepted(reply, world, startVapp(world, who, wanted));
  });

  for (const verb of VERBS) {
    api.route({
      method: verb.method,
      url: `/vapp-replications/:id${verb.path}`,
      config: { operation: verb.kind },
      handler: async (request, reply) => {
        const who = caller(shared, site, request);
        const group = vappOf(world, who, parameter(request));
        const steps = verb.read(request);
        requireSource(world, who, group.sourceSite, verb.touchesSource(request));
        if (verb.kind !== 'delete' && !world.site(who.site).licensed) throw notLicensed();
        return accepted(reply, world, submitVapp(world, who, verb.kind, group, steps));
      },
    });
  }

  const networkSettings = { config: { operation: 'network-settings' } };
  api.get('/vapp-replications/:id/network-settings', networkSettings, async (request) => {
    return vappOf(world, caller(shared, site, request), parameter(request)).networkSettings;
  });
  for (const method of ['POST', 'PUT'] as const) {
    api.route({
      method,
      url: '/vapp-replications/:id/network-settings',
      ...networkSettings,
      handler: async (request) => {
        const group = vappOf(world, caller(shared, site, request), parameter(request));
        group.networkSettings = body(request, z.looseObject({}));
        return group.networkSettings;
      },
    });
  }

  api.patch('/vapp-replications/:id/chown', { config: { operation: 'chown' } }, async (request) => {
    const who = caller(shared, site, request);
    const group = vappOf(world, who, parameter(request));
    chown(world, who, group, body(request, chownBody).owner);
    return vappReplicationInfo(world, group);
  });
}

function visible(world: World, who: Caller, group: VappReplication): boolean {
  if (!sees(who, group.owner.org)) return false;
  return world.assumptions.replicationVisible === 'accept' || members(world, group).some((it) => it.configured);
}

function vappOf(world: World, who: Caller, id: string): VappReplication {
  const group = world.site(who.site).vappReplications.get(id);
  if (group === undefined || !visible(world, who, group)) throw replicationNotFound(id);
  return group;
}

/** Filters of the vApp list [doc B45 vapp-replications/get]; the recovered vApp's parameter is an assumed name. */
function* findVapps(world: World, who: Caller, wanted: Query): Iterable<VappReplication> {
  const { vappReplications } = world.site(who.site);
  const ids = list(wanted, 'ids');
  const all =
    ids === undefined
      ? vappReplications.values()
      : [...new Set(ids)].map((id) => vappReplications.get(id)).filter((it) => it !== undefined);
  const equals = (want: string | undefined, value: string | null | undefined) => want === undefined || want === value;
  for (const group of all) {
    if (
      visible(world, who, group) &&
      equals(wanted.vappId, group.vappId) &&
      (wanted.vappName === undefined || group.vappName.includes(wanted.vappName)) &&
      equals(wanted.recoveredVappId, group.recoveredVappId) &&
      equals(wanted.owner, `${group.owner.org}@${group.owner.site}`) &&
      equals(wanted.sourceSite, group.sourceSite) &&
      equals(wanted.destinationVdcId, group.destinationVdcId)
    ) {
      yield group;
    }
  }
}
