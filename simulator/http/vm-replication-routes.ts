import type { FastifyInstance } from 'fastify';
import { notLicensed } from '../errors.js';
import { startVmBody, storageProfileBody } from '../operations/bodies.js';
import { requireExtension } from '../operations/caller.js';
import { changeStorageProfile } from '../operations/lifecycle.js';
import { startVm } from '../operations/start.js';
import { submit } from '../operations/submit.js';
import { replicationInfo } from '../views/replication.js';
import { body } from './body.js';
import { page } from './paging.js';
import { findReplications } from './replication-filter.js';
import { accepted, caller, parameter, query, replicationOf } from './request.js';
import type { Shared } from './shared.js';
import { requireSource, requireToRead, VERBS, type Verb } from './verbs.js';

export function vmReplicationRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  api.get('/vm-replications', { config: { operation: 'replications' } }, async (request) => {
    const who = caller(shared, site, request);
    const wanted = query(request);
    const found = findReplications(world, who, wanted);
    return page(wanted, world.assumptions.pageCeiling, found, (it) => {
      requireToRead(world, who, [it]);
      return replicationInfo(world, it);
    });
  });

  api.get('/vm-replications/:id', { config: { operation: 'replication' } }, async (request) => {
    const who = caller(shared, site, request);
    const found = replicationOf(world, who, parameter(request));
    requireToRead(world, who, [found]);
    return replicationInfo(world, found);
  });

  api.post('/vm-replications', { config: { operation: 'start' } }, async (request, reply) => {
    const who = caller(shared, site, request);
    const wanted = body(request, startVmBody);
    requireExtension(who, world.site(wanted.source.site).name);
    return accepted(reply, world, startVm(world, who, wanted));
  });

  const storageProfile: Verb = {
    method: 'POST',
    path: '/storage-profile',
    kind: 'storage-profile',
    touchesSource: () => false,
    read: (request) => {
      const { storageProfileId } = body(request, storageProfileBody);
      return (op, it) => changeStorageProfile(op, it, storageProfileId);
    },
  };
  for (const verb of [...VERBS, storageProfile]) {
    api.route({
      method: verb.method,
      url: `/vm-replications/:id${verb.path}`,
      config: { operation: verb.kind },
      handler: async (request, reply) => {
        const who = caller(shared, site, request);
        const it = replicationOf(world, who, parameter(request));
        const steps = verb.read(request);
        requireSource(world, who, it.sourceSite, verb.touchesSource(request));
        if (verb.kind !== 'delete' && !world.site(who.site).licensed) throw notLicensed();
        const task = submit(world, who, verb.kind, it, (op) => steps(op, it, undefined));
        return accepted(reply, world, task);
      },
    });
  }
}
