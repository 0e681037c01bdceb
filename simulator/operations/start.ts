import { keptDescription } from '../assumptions.js';
import type { Process } from '../engine/process.js';
import { nudge, syncEstimate, untilSynced } from '../engine/sync.js';
import { badRequest, notLicensed, siteUnreachable, TaskFailure } from '../errors.js';
import { uuid } from '../random.js';
import { replicationInfo } from '../views/replication.js';
import type { Replication, Vdc, Vm } from '../world/model.js';
import { letGo } from '../world/second.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import { accept, refuse, taskType } from './accept.js';
import type { StartSettings, StartVmBody } from './bodies.js';
import { type Caller, sees } from './caller.js';
import { joinVapp, leaveVapp, vappNetworks } from './groups.js';
import type { Operation } from './operation.js';
import { refusedByPolicy, wantedSettings } from './settings.js';

/** What is checked at once, before anything is accepted: everything the destination knows by itself. */
export function checkStart(world: World, caller: Caller, sourceSite: string, body: StartSettings): Vdc {
  const site = world.site(caller.site);
  if (!site.licensed) throw notLicensed();
  const { destination } = body;
  world.site(destination.site);
  world.site(sourceSite);
  if (destination.site !== site.name) {
    throw badRequest(`A replication is started at its destination: site '${destination.site}' is not '${site.name}'.`);
  }
  if (sourceSite === site.name) throw badRequest('Source and destination are the same site.');
  const vdc = world.vdc(site.name, destination.vdc);
  if (!sees(caller, vdc.org)) throw badRequest(`Org VDC '${vdc.id}' not found at site '${site.name}'.`, [vdc.id]);
  const profile = destination.storageProfile;
  if (profile != null && profile !== '*' && !vdc.storageProfiles.some((it) => it.id === profile)) {
    throw badRequest(`Storage profile '${profile}' not found in org VDC '${vdc.name}'.`, [profile]);
  }
  return vdc;
}

export function startVm(world: World, caller: Caller, body: StartVmBody): Task {
  const vdc = checkStart(world, caller, body.source.site, body);
  const vm = sourceOf(world, caller, body.source.site, body.source.vmId);
  if (vm === undefined && world.assumptions.unknownVm === 'immediate') {
    throw badRequest(`VM '${body.source.vmId}' not found at site '${body.source.site}'.`, [body.source.vmId]);
  }
  const prepared = prepare(world, caller, body, vdc, vm, body.source);
  const it = prepared instanceof TaskFailure ? undefined : prepared;
  const resource = { null: null, vmId: body.source.vmId, replicationId: it?.id ?? null };
  return accept(
    world,
    caller,
    {
      kind: 'start',
      type: taskType('start'),
      resourceType: 'vmReplication',
      resourceId: resource[world.assumptions.startTaskResource ?? 'null'],
      resourceName: (world.assumptions.startTaskNamesVm && vm?.name) || null,
      sourceOrg: vm?.org ?? null,
      destinationOrg: vdc.org,
      vmId: body.source.vmId,
      vmName: vm?.name ?? null,
      replicationId: it?.id ?? null,
      claims: it === undefined ? [] : [it],
      resultType: 'SingleVmReplicationInfo',
      result: () => replicationInfo(world, it as Replication),
    },
    (op) => (it === undefined ? refuse(op, prepared as TaskFailure) : configure(op, it, body)),
  );
}

/** Nothing preconfigured yet; the members are there all the same [doc B45 network-settings]. */
const vmNetworks = () => ({ ...vappNetworks(), vmNetworkSettings: { primaryNicIndex: 0, nics: [] } });

/** The source VM as far as the caller may see it over there. */
export function sourceOf(world: World, caller: Caller, site: string, vmId: string): Vm | undefined {
  const vm = world.site(site).vms.get(vmId);
  return vm !== undefined && !vm.testCopy && (caller.provider || vm.org === caller.org) ? vm : undefined;
}

/** Makes the replication object, or tells why its task will fail. */
export function prepare(
  world: World,
  caller: Caller,
  body: StartSettings,
  vdc: Vdc,
  vm: Vm | undefined,
  source: { site: string; vmId: string; excludedDiskKeys?: number[] | null | undefined },
): Replication | TaskFailure {
  const wanted = wantedSettings(world.site(caller.site), vdc.org, body, source.excludedDiskKeys ?? []);
  const from = world.site(source.site);
  if (!from.up) return siteUnreachable(source.site);
  if (vm === undefined) return new TaskFailure('VmNotFound', `VM '${source.vmId}' not found.`, [source.vmId]);
  if (vm.replicationId !== null && world.assumptions.secondReplication === 'refused') {
    return new TaskFailure('VmAlreadyReplicated', `VM '${vm.name}' is already replicated.`, [vm.id, vm.replicationId]);
  }
  const refused = refusedByPolicy(
    world,
    { site: from, org: vm.org },
    { site: world.site(caller.site), org: vdc.org },
    wanted,
  );
  if (refused !== undefined) return refused;

  const profile = body.destination.storageProfile;
  const it: Replication = {
    id: `C4-${uuid(world.seed, 'replication', vm.id, world.count('replication', vm.id))}`,
    vappReplicationId: '',
    home: caller.site,
    owner: { org: caller.org, site: caller.site },
    sourceSite: source.site,
    vmId: vm.id,
    vmName: vm.name,
    destinationSite: caller.site,
    destinationVdcId: vdc.id,
    storageProfileId: profile == null || profile === '*' ? (vdc.storageProfiles[0]?.id ?? '') : profile,
    placementPolicy: body.destination.placementPolicy ?? null,
    slaProfileId: wanted.slaProfileId,
    isMigration: wanted.isMigration,
    isPaused: false,
    isReversed: false,
    settings: {
      ...wanted.settings,
      description: keptDescription(world.assumptions, wanted.settings.description),
    },
    isMovingReplica: false,
    isStalled: false,
    plantedError: null,
    vanished: null,
    lastSeen: vm,
    configured: false,
    busyWith: null,
    recovery: { state: 'NOT_STARTED', vappId: null, vmId: null },
    sync: null,
    compareDue: false,
    instances: [],
    latest: null,
    sequence: 0,
    lastError: null,
    lastUpdated: world.now,
    reservedBytes: 0,
    epoch: 0,
    waiting: [],
    networkSettings: { failoverSettings: vmNetworks(), failoverTestSettings: vmNetworks() },
    traffic: [],
  };
  vm.replicationId ??= it.id;
  world.site(it.home).replications.set(it.id, it);
  joinVapp(world, it, vm);
  return it;
}

/** The start itself: both sides are configured, then the initial sync begins by itself and the task is over. */
export function* configure(op: Operation, it: Replication, body: StartSettings): Process {
  const { world } = op;
  try {
    yield* op.stage('validate', 15, op.seconds(2, 6));
    op.requireUp(it.sourceSite);
    op.requireAuthenticated(it.sourceSite);
    const seed = seedOf(world, it, body.destination.seedVmId);
    yield* op.stage('configure-destination', 60, op.seconds(4, 12));
    yield* op.stage('configure-source', 99, op.seconds(4, 12));
    op.requireUp(it.sourceSite);
    op.requireAuthenticated(it.sourceSite);
    if (seed !== undefined) {
      // Only its disks live on, as the replica's [doc OPI ReplicationDestination_VcloudVmDestination].
      world.note('removed', seed, op.task, it.id);
      world.removeVm(seed);
      it.compareDue = true;
    }
    it.configured = true;
    it.lastUpdated = world.now;
    nudge(world, it);
    if (op.task.odd?.lastsUntil === 'synced' && it.sync !== null)
      yield* op.awaiting('sync', 99, syncEstimate(world, it), untilSynced(it));
  } catch (failure) {
    world.site(it.home).replications.delete(it.id);
    letGo(world, it);
    leaveVapp(world, it);
    throw failure;
  }
}

function seedOf(world: World, it: Replication, seedVmId: string | null | undefined): Vm | undefined {
  if (seedVmId == null) return undefined;
  const seed = world.site(it.destinationSite).vms.get(seedVmId);
  if (seed === undefined) throw new TaskFailure('VmNotFound', `Seed VM '${seedVmId}' not found.`, [seedVmId]);
  if (seed.replicationId !== null) throw new TaskFailure('SeedVmInUse', `Seed VM '${seed.name}' is replicated itself.`);
  const sizes = (vm: Vm | undefined) => JSON.stringify(vm?.disks.map((disk) => disk.bytes).sort((a, b) => a - b));
  if (sizes(seed) !== sizes(world.vm(it.vmId))) {
    // text [doc UG40 GUID-1CF2A10A]; the code is an assumption
    throw new TaskFailure('SeedMismatch', "Disks of provided seed VM don't match the disks of the source VM");
  }
  return seed;
}
