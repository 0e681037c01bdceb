import { all, type Process } from '../engine/process.js';
import { TaskFailure } from '../errors.js';
import { vappReplicationInfo } from '../views/vapp-replication.js';
import { createVapp } from '../world/copies.js';
import type { LedgerKind } from '../world/ledger.js';
import type { Replication, Vapp, VappReplication, Vm } from '../world/model.js';
import { letGo } from '../world/second.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import { type Acceptance, accept, refuse, taskType } from './accept.js';
import type { StartVappBody } from './bodies.js';
import { type Caller, sees } from './caller.js';
import { leaveVapp, members } from './groups.js';
import type { Operation } from './operation.js';
import type { Into } from './recovery.js';
import { prepareReverse, type Reversal, swap } from './reverse.js';
import { checkStart, configure, prepare } from './start.js';
import { refusedByState } from './states.js';

/** Operations on vApps: one task, fanned out over the VMs [doc B45 vapp-replications]. */

const shared = {
  resourceType: 'vappReplication',
  vmId: null,
  vmName: null,
  resultType: 'VappReplicationInfo',
} as const;

export function startVapp(world: World, caller: Caller, body: StartVappBody): Task {
  const vdc = checkStart(world, caller, body.source.site, body);
  const vapp = world.site(body.source.site).vapps.get(body.source.vappId);
  const seen = vapp !== undefined && sees(caller, vapp.org) ? vapp : undefined;
  const vms = [...(seen?.vmIds ?? [])].map((id) => world.vm(id)).filter((vm) => vm !== undefined && !vm.testCopy);
  const prepared = prepareAll(world, caller, body, vdc, vms as Vm[], body.source);
  const failure = prepared instanceof TaskFailure ? prepared : undefined;
  const replications = prepared instanceof TaskFailure ? [] : prepared;
  const group = world.site(caller.site).vappReplications.get(replications[0]?.vappReplicationId ?? '');
  const resource = { null: null, vmId: body.source.vappId, replicationId: group?.id ?? null };
  return accept(
    world,
    caller,
    {
      ...shared,
      kind: 'start',
      type: taskType('start'),
      resourceId: resource[world.assumptions.startTaskResource ?? 'null'],
      resourceName: seen?.name ?? null,
      sourceOrg: seen?.org ?? null,
      destinationOrg: vdc.org,
      replicationId: group?.id ?? null,
      vappId: body.source.vappId,
      claims: group === undefined ? [] : [group, ...replications],
      result: () => (group === undefined ? null : vappReplicationInfo(world, group)),
    },
    (op) => (failure === undefined ? configureAll(op, replications, body) : refuse(op, failure)),
  );
}

/** All VMs or none: what one of them forbids leaves no trace of the others. */
function prepareAll(
  world: World,
  caller: Caller,
  body: StartVappBody,
  vdc: Parameters<typeof prepare>[3],
  vms: Vm[],
  source: { site: string; vappId: string },
): Replication[] | TaskFailure {
  if (vms.length === 0) return new TaskFailure('VappNotFound', `vApp '${source.vappId}' not found.`, [source.vappId]);
  const made: Replication[] = [];
  for (const vm of vms) {
    const it = prepare(world, caller, body, vdc, vm, { site: source.site, vmId: vm.id });
    if (!(it instanceof TaskFailure)) {
      made.push(it);
      continue;
    }
    for (const undone of made) {
      world.site(undone.home).replications.delete(undone.id);
      letGo(world, undone);
      leaveVapp(world, undone);
    }
    return it;
  }
  return made;
}

function* configureAll(op: Operation, replications: Replication[], body: StartVappBody): Process {
  yield* fanOut(op, replications, (part, it) => configure(part, it, body));
}

/** Any other operation, with the steps it takes on each VM. */
export function submitVapp(
  world: World,
  caller: Caller,
  kind: LedgerKind,
  group: VappReplication,
  steps: (op: Operation, it: Replication, into: Into) => Process,
): Task {
  const replications = members(world, group);
  const acceptance: Acceptance = {
    ...shared,
    kind,
    type: taskType(kind),
    resourceId: group.id,
    resourceName: group.vappName,
    sourceOrg: world.site(group.sourceSite).vapps.get(group.vappId)?.org ?? null,
    destinationOrg: world.site(group.destinationSite).vdcs.get(group.destinationVdcId)?.org ?? null,
    replicationId: group.id,
    vappId: group.vappId,
    claims: [group, ...replications],
    refused: replications.map((it) => refusedByState(world, kind, it)).find((it) => it !== undefined),
    result: () => vappReplicationInfo(world, current(world, group, replications)),
    ...(kind === 'delete' ? { resultType: null, result: () => null } : {}),
  };
  return accept(world, caller, acceptance, (op) =>
    kind === 'reverse' ? reverseAll(op, group, replications) : recoverAll(op, group, replications, steps),
  );
}

function* recoverAll(
  op: Operation,
  group: VappReplication,
  replications: Replication[],
  steps: (op: Operation, it: Replication, into: Into) => Process,
): Process {
  let made: Vapp | undefined;
  yield* fanOut(op, replications, (part, it) =>
    steps(part, it, () => {
      made ??= createVapp(op.world, it, group.vappName);
      group.recoveredVappId = made.id;
      return made;
    }),
  );
}

/** All VMs turn around at the same moment; one that cannot keeps them all as they are. */
function* reverseAll(op: Operation, group: VappReplication, replications: Replication[]): Process {
  const reversals: Reversal[] = [];
  yield* fanOut(op, replications, function* (part, it) {
    reversals.push(yield* prepareReverse(part, it));
  });
  swap(op, reversals, group.id);
}

function* fanOut(
  op: Operation,
  replications: Replication[],
  steps: (part: Operation, it: Replication) => Process,
): Process {
  op.task.pace = { from: 0, to: 99, start: op.world.now, end: op.world.now + op.seconds(30, 60) };
  yield* all(
    op.world.queue,
    replications.map((it) => steps(op.part(it.vmId), it)),
  );
}

/** A reverse leaves another object behind than it was given. */
function current(world: World, group: VappReplication, replications: Replication[]): VappReplication {
  const first = replications[0];
  if (first === undefined) return group;
  return world.site(first.home).vappReplications.get(first.vappReplicationId) ?? group;
}
