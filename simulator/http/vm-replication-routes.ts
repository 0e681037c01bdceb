import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Process } from '../engine/process.js';
import { notLicensed } from '../errors.js';
import {
  failoverBody,
  failoverTestBody,
  migrateBody,
  reconfigureBody,
  startVmBody,
  storageProfileBody,
} from '../operations/bodies.js';
import type { Caller } from '../operations/caller.js';
import { changeStorageProfile, pause, reconfigure, remove, resume, sync } from '../operations/lifecycle.js';
import type { Operation } from '../operations/operation.js';
import { cleanup, failover, failoverTest, migrate } from '../operations/recovery.js';
import { reverse } from '../operations/reverse.js';
import { startVm } from '../operations/start.js';
import { submit } from '../operations/submit.js';
import { replicationInfo } from '../views/replication.js';
import type { LedgerKind } from '../world/ledger.js';
import type { Replication } from '../world/model.js';
import { page } from './paging.js';
import { findReplications } from './replication-filter.js';
import { accepted, body, caller, parameter, query, replicationOf, requireExtension } from './request.js';
import type { Shared } from './shared.js';

type Steps = (it: Replication) => (op: Operation) => Process;

interface Verb {
  method: 'POST' | 'DELETE' | 'PATCH';
  path: string;
  kind: LedgerKind;
  /** acts on the source VM, so the session must reach its site; may depend on the body */
  touchesSource: boolean | ((request: FastifyRequest) => boolean);
  steps: (request: FastifyRequest, shared: Shared) => Steps;
}

const VERBS: Verb[] = [
  { method: 'POST', path: '/sync', kind: 'sync', touchesSource: true, steps: () => (it) => (op) => sync(op, it) },
  { method: 'POST', path: '/pause', kind: 'pause', touchesSource: true, steps: () => (it) => (op) => pause(op, it) },
  { method: 'POST', path: '/resume', kind: 'resume', touchesSource: true, steps: () => (it) => (op) => resume(op, it) },
  {
    method: 'POST',
    path: '/reverse',
    kind: 'reverse',
    touchesSource: true,
    steps: () => (it) => (op) => reverse(op, it),
  },
  { method: 'DELETE', path: '', kind: 'delete', touchesSource: false, steps: () => (it) => (op) => remove(op, it) },
  {
    method: 'DELETE',
    path: '/failover-test',
    kind: 'cleanup',
    touchesSource: false,
    steps: () => (it) => (op) => cleanup(op, it),
  },
  {
    method: 'PATCH',
    path: '',
    kind: 'reconfigure',
    touchesSource: true,
    steps: (request) => {
      const wanted = body(request, reconfigureBody);
      return (it) => (op) => reconfigure(op, it, wanted);
    },
  },
  {
    method: 'POST',
    path: '/migrate',
    kind: 'migrate',
    touchesSource: true,
    steps: (request) => {
      const wanted = body(request, migrateBody);
      return (it) => (op) => migrate(op, it, wanted);
    },
  },
  {
    method: 'POST',
    path: '/failover',
    kind: 'failover',
    touchesSource: false,
    steps: (request) => {
      const wanted = body(request, failoverBody);
      return (it) => (op) => failover(op, it, wanted);
    },
  },
  {
    method: 'POST',
    path: '/failover-test',
    kind: 'failover-test',
    touchesSource: (request) => body(request, failoverTestBody).sync === true,
    steps: (request) => {
      const wanted = body(request, failoverTestBody);
      return (it) => (op) => failoverTest(op, it, wanted);
    },
  },
  {
    method: 'POST',
    path: '/storage-profile',
    kind: 'storage-profile',
    touchesSource: false,
    steps: (request) => {
      const { storageProfileId } = body(request, storageProfileBody);
      return (it) => (op) => changeStorageProfile(op, it, storageProfileId);
    },
  },
];

export function vmReplicationRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;

  api.get('/vm-replications', { config: { operation: 'replications' } }, async (request) => {
    const who = caller(shared, site, request);
    const wanted = query(request);
    const found = findReplications(world, who, wanted);
    return page(wanted, world.assumptions.pageCeiling, found, (it) => replicationInfo(world, it));
  });

  api.get('/vm-replications/:id', { config: { operation: 'replication' } }, async (request) => {
    const who = caller(shared, site, request);
    return replicationInfo(world, replicationOf(world, who, parameter(request)));
  });

  api.post('/vm-replications', { config: { operation: 'start' } }, async (request, reply) => {
    const who = caller(shared, site, request);
    const wanted = body(request, startVmBody);
    requireExtension(who, world.site(wanted.source.site).name);
    return accepted(reply, world, startVm(world, who, wanted));
  });

  for (const verb of VERBS) {
    api.route({
      method: verb.method,
      url: `/vm-replications/:id${verb.path}`,
      config: { operation: verb.kind },
      handler: async (request, reply) => {
        const who = caller(shared, site, request);
        const it = replicationOf(world, who, parameter(request));
        const steps = verb.steps(request, shared)(it);
        requireSource(shared, who, it.sourceSite, needsSource(verb, request));
        if (verb.kind !== 'delete' && !world.site(who.site).licensed) throw notLicensed();
        return accepted(reply, world, submit(world, who, verb.kind, it, steps));
      },
    });
  }
}

const needsSource = (verb: Verb, request: FastifyRequest): boolean =>
  typeof verb.touchesSource === 'boolean' ? verb.touchesSource : verb.touchesSource(request);

function requireSource(shared: Shared, who: Caller, site: string, touches: boolean): void {
  if (touches || shared.world.assumptions.extensionNeeded === 'always') requireExtension(who, site);
}
