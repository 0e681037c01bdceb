import { ManualClock } from '../../../simulator/clock.js';
import { siteVdcId } from '../../../simulator/identity.js';
import type { Caller } from '../../../simulator/operations/caller.js';
import { pause, remove, resume, sync } from '../../../simulator/operations/lifecycle.js';
import { cleanup, failover, failoverTest, migrate } from '../../../simulator/operations/recovery.js';
import { reverse } from '../../../simulator/operations/reverse.js';
import { startVm } from '../../../simulator/operations/start.js';
import { submit } from '../../../simulator/operations/submit.js';
import type { Replication } from '../../../simulator/world/model.js';
import type { Task } from '../../../simulator/world/tasks.js';
import { World } from '../../../simulator/world/world.js';

/** A world without HTTP, in which time moves only when told. */
export interface Lab {
  world: World;
  pass(seconds: number): void;
  start(vmId: string, overrides?: object): Task;
  operate(verb: LabVerb, it: Replication): Task;
  replications(): Replication[];
}

const VERBS = {
  sync,
  pause,
  resume,
  reverse,
  delete: remove,
  cleanup,
  migrate: (op, it) => migrate(op, it, {}),
  failover: (op, it) => failover(op, it, {}),
  'failover-test': (op, it) => failoverTest(op, it, {}),
} satisfies Record<string, typeof sync>;

export type LabVerb = keyof typeof VERBS;
export const labVerbs = Object.keys(VERBS) as LabVerb[];

export function createLab(vms: number, seed = 1): Lab {
  const clock = new ManualClock();
  const world = new World({ seed, vms, sites: [{ name: 'paris' }, { name: 'lyon' }] }, clock);
  const at = (site: string): Caller => ({
    site,
    user: 'ops@acme',
    org: 'acme',
    provider: false,
    operationId: null,
    authenticated: () => true,
  });
  return {
    world,
    pass(seconds) {
      clock.advance(seconds * 1000);
      world.queue.settle();
    },
    start: (vmId, overrides = {}) =>
      startVm(world, at('lyon'), {
        source: { type: 'vm', site: 'paris', vmId },
        destination: { type: 'vcloud', site: 'lyon', vdc: siteVdcId('lyon') },
        rpo: 15,
        ...overrides,
      }),
    operate: (verb, it) => submit(world, at(it.home), verb, it, (op) => VERBS[verb](op, it)),
    replications: () => [...world.sites.values()].flatMap((site) => [...site.replications.values()]),
  };
}

/** What must hold at every moment, whatever was asked of the world. */
export function checkInvariants({ world, replications }: Lab): void {
  function wrong(what: string): never {
    throw new Error(`broken: ${what}`);
  }
  if (world.bugs.length > 0) wrong(world.bugs.join('\n'));

  const placed = [...world.sites.values()].flatMap((site) => [...site.vms.values()]);
  if (new Set(placed.map((vm) => vm.id)).size !== placed.length) wrong('a VM in two places');
  if (placed.length !== world.vmsById().size) wrong('VMs by site and by id differ');

  const openTasks = new Map(
    [...world.sites.keys()].flatMap((site) => [...world.tasks(site).open].map((it) => [it.id, it])),
  );
  const known = new Map(replications().map((it) => [it.id, it]));
  for (const it of known.values()) {
    const copies = placed.filter((vm) => vm.id === it.recovery.vmId);
    const state = it.recovery.state;
    if (world.site(it.home).replications.get(it.id) !== it) wrong(`${it.id} does not live at its home`);
    if (it.busyWith !== null && !openTasks.has(it.busyWith)) wrong(`${it.id} is held by a task that has ended`);
    if (it.busyWith === null && state === 'IN_PROGRESS') wrong(`${it.id} is in progress without a task`);
    if (state === 'TEST' && copies[0]?.testCopy !== true) wrong(`${it.id} has no test copy`);
    if (state === 'COMPLETE' && (copies.length !== 1 || copies[0]?.testCopy === true))
      wrong(`${it.id} is not recovered`);
    if (state === 'NOT_STARTED' && copies.length > 0) wrong(`${it.id} has a copy it does not know of`);
    if (state === 'COMPLETE' && it.sync !== null) wrong(`${it.id} syncs after its recovery`);
    if (it.reservedBytes < 0) wrong(`${it.id} owes space`);
    const group = world.site(it.home).vappReplications.get(it.vappReplicationId);
    if (group?.replicationIds.has(it.id) !== true) wrong(`${it.id} belongs to no vApp replication`);
    const up = world.site(it.sourceSite).up && world.site(it.destinationSite).up;
    if (it.sync !== null && !it.isPaused && up !== (it.sync.transfer.joinedAt !== null)) wrong(`${it.id} is stuck`);
  }
  for (const vm of placed) {
    if (vm.replicationId !== null && known.get(vm.replicationId)?.vmId !== vm.id) wrong(`${vm.name} is held by nobody`);
    if (vm.testCopy && ![...known.values()].some((it) => it.recovery.vmId === vm.id))
      wrong(`${vm.name} is an orphaned test copy`);
  }
  for (const site of world.sites.values()) {
    for (const group of site.vappReplications.values()) {
      if (group.replicationIds.size === 0) wrong(`${group.id} is empty`);
      for (const id of group.replicationIds) if (!site.replications.has(id)) wrong(`${group.id} holds what is gone`);
    }
    for (const vdc of site.vdcs.values())
      for (const profile of vdc.storageProfiles) if (profile.usedBytes < 0) wrong('negative space');
  }
  checkLedger(world, openTasks);
}

function checkLedger(world: World, openTasks: Map<string, Task>): void {
  const recoveries = new Map<string, number>();
  for (const entry of world.ledger.entries) {
    if (entry.outcome === 'running' && !openTasks.has(entry.taskId ?? ''))
      throw new Error(`entry ${entry.seq} never ended`);
    const id = entry.replicationId ?? '';
    if (entry.kind === 'recovered' && entry.testCopy !== true) recoveries.set(id, (recoveries.get(id) ?? 0) + 1);
    // A reverse removes the original: what was recovered is the source now.
    if (entry.kind === 'reverse' && entry.outcome !== 'failed') recoveries.delete(id);
    if ((recoveries.get(id) ?? 0) > 1) throw new Error(`replication ${id} was recovered twice`);
  }
}
