/**
 * The replication of a vApp, shown as that of one VM: what holds for all its VMs, and else the worst of them. So whoever works
 * with units need not know which of the two it is. Pure.
 */
import { isVappReplication } from '../contract/vapp.js';
import { vappUnit } from '../plan/types.js';
import { recoveryState, type Task, type VappReplication, type VmReplication } from '../vcda/index.js';

/** Of a unit; `members` only where that is a vApp. */
export interface UnitReplication extends VmReplication {
  members?: VmReplication[];
}

/** Of connections: the first that any VM is in is that of the vApp. One that is off, and was copied, is in nobody's way. */
const WORST = [
  'ERROR',
  'UNKNOWN',
  'PAUSED',
  'INITIAL_SYNCING',
  'OFF',
  'SYNCING',
  'PRUNING',
  'OK',
  'POWERED_OFF',
  'FINISHED',
];
const HEALTH = ['RED', 'YELLOW', 'GREEN'];

export function unitOf(vapp: VappReplication): UnitReplication {
  const { id, owner, source, destination, isMigration, overallHealth, lastUpdated } = vapp;
  const members = vapp.vmReplications ?? [];
  const [first] = members;
  const of = <T>(pick: (one: VmReplication) => T): T[] => members.map(pick);
  const from = source ?? first?.source;
  const health = of(({ overallHealth: its }) => its ?? 'UNKNOWN');
  const states = of(({ destinationState }) => destinationState);
  const failed = states.find((one) => one?.lastError?.code != null);
  const recovered = same(states.map((one) => one?.recoveryInfo?.vAppId ?? null));
  return {
    id,
    vmId: from?.vappId == null ? null : vappUnit(from.vappId),
    vmName: from?.vappName ?? vapp.descriptor?.name ?? null,
    owner: owner ?? first?.owner,
    vappReplicationId: id,
    isMigration: isMigration ?? first?.isMigration,
    isPaused: members.some((one) => one.isPaused === true),
    isReversed: members.length > 0 && members.every((one) => one.isReversed === true),
    overallHealth: overallHealth ?? HEALTH.find((one) => health.includes(one)),
    dataConnectionState: connectionOf(members),
    lastUpdated: lastUpdated ?? largest(of((one) => one.lastUpdated)),
    // Which disks are left out is of each VM.
    settings:
      first?.settings == null
        ? null
        : { ...first.settings, description: descriptionOf(members), excludedDiskKeys: null },
    slaProfile: first?.slaProfile,
    source: from,
    destination: destination ?? first?.destination,
    sourceState: { ...first?.sourceState, progress: progressOf(members) },
    destinationState: {
      ...first?.destinationState,
      currentRpoViolation: largest(states.map((one) => one?.currentRpoViolation)),
      isMovingReplica: states.some((one) => one?.isMovingReplica === true),
      spaceRequirement: sum(states.map((one) => one?.spaceRequirement)),
      lastError: failed?.lastError ?? null,
      latestInstance: oldestOf(members),
      recoveryInfo: {
        recoveryState: recoveryOf(of(recoveryState)),
        vAppId: recovered,
        vcdVmId: recovered === null ? null : vappUnit(recovered),
      },
    },
    storageProfile: same(of((one) => one.storageProfile ?? null)),
    storageProfileName: same(of((one) => one.storageProfileName ?? null)),
    members,
  };
}

/** What all say; null: they say several things, or nothing. */
function same<T>(all: (T | null)[]): T | null {
  const [first = null, ...others] = all;
  return others.every((one) => one === first) ? first : null;
}

function connectionOf(members: VmReplication[]): string {
  const states = members.map(({ dataConnectionState: state, destinationState }) =>
    state === 'POWERED_OFF' && !destinationState?.latestInstance?.key ? 'OFF' : (state ?? 'UNKNOWN'),
  );
  const worst = states.find((state) => !WORST.includes(state)) ?? WORST.find((state) => states.includes(state));
  return worst === 'OFF' ? 'POWERED_OFF' : (worst ?? 'UNKNOWN');
}

/** Where some are recovered and others are not, it is in a state of its own, which a person has to look at. */
function recoveryOf(states: string[]): string {
  const [first = 'UNKNOWN', ...others] = states;
  if (others.every((state) => state === first)) return first;
  if (states.includes('IN_PROGRESS')) return 'IN_PROGRESS';
  return [...new Set(states)]
    .sort()
    .map((state) => `${states.filter((one) => one === state).length} ${state}`)
    .join(', ');
}

/** All bear that of their start; of one that another has marked since, that is told. null: they bear none, or none is the rarest. */
function descriptionOf(members: VmReplication[]): string | null {
  const count = new Map<string, number>();
  for (const { settings } of members) {
    const text = settings?.description ?? '';
    count.set(text, (count.get(text) ?? 0) + 1);
  }
  const [rarest, next] = [...count].sort(([, a], [, b]) => a - b);
  // Which of them was there first nobody can tell: it is nobody's then, and a person is asked.
  return rarest === undefined || rarest[1] === next?.[1] ? null : rarest[0];
}

/** The newest moment that all VMs can be recovered at; null: some have none yet. */
function oldestOf(members: VmReplication[]) {
  const all = members.map(({ destinationState }) => destinationState?.latestInstance);
  if (all.some((one) => !one?.key)) return null;
  const [first, ...others] = all;
  const oldest = others.reduce((a, b) => ((b?.timestamp ?? 0) < (a?.timestamp ?? 0) ? b : a), first);
  return oldest == null ? null : { ...oldest, transferBytes: sum(all.map((one) => one?.transferBytes)) };
}

function progressOf(members: VmReplication[]) {
  const all = members.map(({ sourceState }) => sourceState?.progress);
  const [sent, total] = [sum(all.map((one) => one?.bytesTransferred)), sum(all.map((one) => one?.bytesToTransfer))];
  const known = all.flatMap((one) => one?.progress ?? []);
  const least = known.length === 0 ? null : Math.min(...known);
  const percent = sent === null || !total ? least : Math.floor((100 * sent) / total);
  return { progress: percent, bytesTransferred: sent, bytesToTransfer: total };
}

type Figure = number | null | undefined;

const known = (all: Figure[]): number[] => all.flatMap((one) => one ?? []);
const largest = (all: Figure[]): number | null => (known(all).length === 0 ? null : Math.max(...known(all)));

/** null: none is known */
const sum = (all: Figure[]): number | null =>
  known(all).length === 0 ? null : known(all).reduce((total, one) => total + one, 0);

/** What the task of an operation on a vApp has for its result; null: it is none of a vApp, or tells nothing. */
export function vappIn({ result }: Task): { id: string; vappId: string | null } | null {
  if (typeof result !== 'object' || result === null || !('id' in result)) return null;
  const { id } = result;
  if (typeof id !== 'string' || !isVappReplication(id)) return null;
  const source = 'source' in result && typeof result.source === 'object' ? result.source : null;
  const vappId = source !== null && 'vappId' in source && typeof source.vappId === 'string' ? source.vappId : null;
  return { id, vappId };
}
