import type { FastifyRequest } from 'fastify';
import type { Process } from '../engine/process.js';
import { failoverBody, failoverTestBody, migrateBody, reconfigureBody } from '../operations/bodies.js';
import type { Caller } from '../operations/caller.js';
import { requireExtension } from '../operations/caller.js';
import { pause, reconfigure, remove, resume, sync } from '../operations/lifecycle.js';
import type { Operation } from '../operations/operation.js';
import { cleanup, failover, failoverTest, type Into, migrate } from '../operations/recovery.js';
import { reverse } from '../operations/reverse.js';
import type { LedgerKind } from '../world/ledger.js';
import type { Replication } from '../world/model.js';
import type { World } from '../world/world.js';
import { body } from './body.js';

/** The operation on one VM replication, once the request has been read. */
export type Steps = (op: Operation, it: Replication, into: Into) => Process;

/** An operation that VM replications and vApp replications have in common. */
export interface Verb {
  method: 'POST' | 'DELETE' | 'PATCH';
  path: string;
  kind: LedgerKind;
  /** acts on the source VM, so the session must reach its site; may depend on the body */
  touchesSource: (request: FastifyRequest) => boolean;
  read: (request: Pick<FastifyRequest, 'body'>) => Steps;
}

const always = () => true;
const never = () => false;

export const VERBS: readonly Verb[] = [
  { method: 'POST', path: '/sync', kind: 'sync', touchesSource: always, read: () => sync },
  { method: 'POST', path: '/pause', kind: 'pause', touchesSource: always, read: () => pause },
  { method: 'POST', path: '/resume', kind: 'resume', touchesSource: always, read: () => resume },
  { method: 'POST', path: '/reverse', kind: 'reverse', touchesSource: always, read: () => reverse },
  { method: 'DELETE', path: '', kind: 'delete', touchesSource: never, read: () => remove },
  { method: 'DELETE', path: '/failover-test', kind: 'cleanup', touchesSource: never, read: () => cleanup },
  {
    method: 'PATCH',
    path: '',
    kind: 'reconfigure',
    touchesSource: always,
    read: (request) => {
      const wanted = body(request, reconfigureBody);
      return (op, it) => reconfigure(op, it, wanted);
    },
  },
  {
    method: 'POST',
    path: '/migrate',
    kind: 'migrate',
    touchesSource: always,
    read: (request) => {
      const wanted = body(request, migrateBody);
      return (op, it, into) => migrate(op, it, wanted, into);
    },
  },
  {
    method: 'POST',
    path: '/failover',
    kind: 'failover',
    touchesSource: never,
    read: (request) => {
      const wanted = body(request, failoverBody);
      return (op, it, into) => failover(op, it, wanted, into);
    },
  },
  {
    method: 'POST',
    path: '/failover-test',
    kind: 'failover-test',
    touchesSource: (request) => body(request, failoverTestBody).sync === true,
    read: (request) => {
      const wanted = body(request, failoverTestBody);
      return (op, it, into) => failoverTest(op, it, wanted, into);
    },
  },
];

/** Refuses an operation that acts on the source when the session does not reach the source's site. */
export function requireSource(world: World, who: Caller, sourceSite: string, touches: boolean): void {
  if (touches || world.assumptions.extensionNeeded !== 'touching-source') requireExtension(who, sourceSite);
}

/** Refuses a look at replications when the session does not reach their other sites, where the site insists on that. */
export function requireToRead(
  world: World,
  who: Caller,
  found: Iterable<Pick<Replication, 'sourceSite' | 'destinationSite'>>,
): void {
  if (world.assumptions.extensionNeeded !== 'reads') return;
  for (const { sourceSite, destinationSite } of found)
    requireExtension(who, sourceSite === who.site ? destinationSite : sourceSite);
}
