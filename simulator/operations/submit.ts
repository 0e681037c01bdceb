import type { Process } from '../engine/process.js';
import { replicationInfo } from '../views/replication.js';
import type { LedgerKind } from '../world/ledger.js';
import type { Replication } from '../world/model.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import { type Acceptance, accept, taskType } from './accept.js';
import type { Caller } from './caller.js';
import type { Operation } from './operation.js';
import { refusedByState } from './states.js';

/** What task and ledger say about an operation on one VM replication. */
export function subjectOf(world: World, kind: LedgerKind, it: Replication): Acceptance {
  return {
    kind,
    type: taskType(kind),
    resourceType: 'vmReplication',
    resourceId: it.id,
    resourceName: it.vmName,
    sourceOrg: world.vm(it.vmId)?.org ?? null,
    destinationOrg: world.site(it.destinationSite).vdcs.get(it.destinationVdcId)?.org ?? null,
    vmId: it.vmId,
    vmName: it.vmName,
    replicationId: it.id,
    claims: [it],
    refused: refusedByState(world, kind, it),
    resultType: 'SingleVmReplicationInfo',
    result: () => replicationInfo(world, it),
  };
}

/** Accepts an operation on one existing replication. */
export function submit(
  world: World,
  caller: Caller,
  kind: LedgerKind,
  it: Replication,
  process: (op: Operation) => Process,
): Task {
  const subject = subjectOf(world, kind, it);
  // A stopped replication has nothing to show [doc B45 vapp-replications delete: task of object, without result].
  return accept(
    world,
    caller,
    kind === 'delete' ? { ...subject, resultType: null, result: () => null } : subject,
    process,
  );
}
