import { badRequest, replicationNotFound } from './errors.js';
import { VERBS } from './http/verbs.js';
import { startVmBody } from './operations/bodies.js';
import type { Caller } from './operations/caller.js';
import { startVm } from './operations/start.js';
import { submit } from './operations/submit.js';
import type { LedgerKind } from './world/ledger.js';
import type { Replication } from './world/model.js';
import type { Task } from './world/tasks.js';
import type { World } from './world/world.js';

/** Something that a person does in the page of the product, or another tool through the same API. */
export interface Act {
  /** start, sync, pause, resume, reconfigure, migrate, failover, failover-test, cleanup, reverse, delete */
  operation: LedgerKind;
  /** the replication, or its source VM; of a start, the body names the VM */
  replicationId?: string | undefined;
  vmId?: string | undefined;
  /** of the operation, as the API takes it */
  body?: unknown;
  /** `task.user` of what comes of it; default `person@acme` */
  user?: string | undefined;
  /** organisation that a started replication belongs to; default acme */
  org?: string | undefined;
  operationId?: string | undefined;
}

/** Performs an act with every right; what a site refuses at once is thrown as its API would answer it. */
export function actAs(world: World, act: Act): Task {
  if (act.operation === 'start') return startAs(world, act);
  const verb = VERBS.find(({ kind }) => kind === act.operation);
  if (verb === undefined) throw badRequest(`Nobody can '${act.operation}'.`, [act.operation]);
  const it = replicationOf(world, act);
  const steps = verb.read({ body: act.body });
  return submit(world, callerOf(act, it.home), act.operation, it, (op) => steps(op, it, undefined));
}

function startAs(world: World, act: Act): Task {
  const parsed = startVmBody.safeParse(act.body);
  if (!parsed.success) throw badRequest(parsed.error.issues.map(({ path }) => path.join('.')).join('; '));
  return startVm(world, callerOf(act, parsed.data.destination.site), parsed.data);
}

function replicationOf(world: World, { replicationId, vmId }: Act): Replication {
  const id = replicationId ?? (vmId === undefined ? undefined : world.vm(vmId)?.replicationId) ?? undefined;
  const found = id === undefined ? undefined : world.findReplication(id);
  if (found === undefined) throw replicationNotFound(id ?? vmId ?? '');
  return found;
}

const callerOf = (act: Act, site: string): Caller => ({
  site,
  user: act.user ?? 'person@acme',
  org: act.org ?? 'acme',
  provider: true,
  operationId: act.operationId ?? null,
  authenticated: () => true,
  ...(act.body === undefined ? {} : { body: act.body }),
});
