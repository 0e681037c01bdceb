/** Whether a copy may be cut over, recovered or reversed as it is now: pure. Weeks may lie between the copy and its gate. */
import { CODES } from '../../../contract/codes.js';
import { silentState } from '../../../contract/look.js';
import { isMarkedByOthers } from '../../../contract/marks.js';
import type { VmRef } from '../../../contract/operation.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { differenceInWords, vappDifference } from '../../../contract/vapp.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { otherOrg, otherThanSeen, otherVdc } from './place.js';
import {
  obstacleElsewhere,
  obstacleToRecovery,
  obstacleToReverse,
  type Recovering,
  reasonFor,
  recoveryUnderWay,
  replicationPaused,
} from './preconditions.js';

/** What is sent only after a look. */
export type Irreversible = Recovering | 'reverse';

/** A copy in error may get well by itself, for so long: ms. */
const ERROR_PATIENCE = 5 * 60_000;

/** `waiting`: it passes by itself; `held`: a person must act, and it goes on then; `over`: it will never be fit. */
export interface Unfit {
  is: 'waiting' | 'held' | 'over';
  why: VmError;
  /** set when Drover does not know what the state means, so that a person may say to go on with it */
  unknownState?: string;
}

export interface CopyAt {
  site: string;
  peer: string;
  replicationId: string;
  /** null: the site has none by that id */
  replication: ReplicationSummary | null;
  /** ms after which it is believed to be gone */
  missingFor: number;
  /** of a run that made or took over the replication: marks that it may bear; absent: any */
  own?: { run: string; marks: string[] };
  /** by which the VM is known; absent: any */
  ids?: readonly string[];
  /** VDC of the plan, by id or name; absent: any */
  vdc?: string;
  /** VDC that it went to when it was first looked at, by id, and that the plan wants; absent: any, as after a recovery */
  seen?: { vdc: string | null; wants: string | null };
  /** organization that it went to when its run began it; absent: any */
  org?: string;
  /** the site that it went to when it was last seen; absent: any */
  towards?: string;
  /** of a vApp: its VMs, by the plan; absent: any */
  members?: readonly VmRef[];
}

/** In words; null: it is of the VMs of the plan. Once it was reversed they have other ids, and all are turned round as one. */
function otherMembers(
  { id }: VmRef,
  planned: readonly VmRef[],
  { vmId, members = [] }: ReplicationSummary,
): string | null {
  if (vmId !== id) return null;
  const now = members.map((one) => ({ id: one.vmId ?? one.id, name: one.vmName ?? one.vmId ?? one.id }));
  const difference = vappDifference(planned, now);
  return difference === null ? null : differenceInWords(difference);
}

/**
 * null: it is fit.
 * @param unfitFor ms since it was first seen not to be
 * @param accepted a state that Drover does not know, and that a person has said to go on with
 */
export function unfitness(
  kind: Irreversible,
  vm: { id: string; name: string },
  { site, peer, replicationId, replication, missingFor, own, ids, vdc, seen, org, towards, members }: CopyAt,
  unfitFor: number,
  accepted: string | null = null,
): Unfit | null {
  const because = reasonFor(kind, vm, site, replicationId);
  if (replication === null) {
    const gone = because(CODES.replicationGone, `${site} lists its replication no more`, 'Find out who removed it.');
    return { is: unfitFor < missingFor ? 'waiting' : 'over', why: gone };
  }
  if (own !== undefined && isMarkedByOthers(replication.mark, own.marks)) {
    const their = replication.markedRun == null ? '' : ` (run ${replication.markedRun})`;
    const whose = `it bears the mark of another installation of Drover by now${their}, and no longer that of run ${own.run}`;
    const advice = `Find out who works with it at ${site}; drover cancel leaves it to them, and it goes on when its mark is this run's again.`;
    return { is: 'held', why: because(CODES.notOurs, whose, advice) };
  }
  const { vmId, vmName, sourceSite, destinationSite } = replication;
  // A site may list a replication that was turned round where it was.
  if (towards !== undefined && sourceSite === towards && destinationSite !== null && destinationSite !== towards) {
    const turned = { site: destinationSite, peer: towards, replication };
    return { is: 'over', why: obstacleElsewhere(kind, vm, turned.peer, turned) };
  }
  if (ids !== undefined && vmId !== null && !ids.includes(vmId)) {
    const whose = `it is of another VM by now, ${vmName ?? 'without a name'} (${vmId})`;
    const advice = `Find out what was done to it at ${site}; it goes on when it is of ${nameWithId(vm)} again.`;
    return { is: 'held', why: because('WrongReplication', whose, advice) };
  }
  const changed = members === undefined ? null : otherMembers(vm, members, replication);
  if (changed !== null) {
    const advice = `Find out at ${site} who has changed it; it goes on when it is of these VMs again.`;
    return { is: 'held', why: because(CODES.vappChanged, `its replication is not of its VMs: ${changed}`, advice) };
  }
  const elsewhere =
    otherVdc(replication, vdc) ??
    otherOrg(replication, org) ??
    (seen === undefined ? null : otherThanSeen(replication, seen.vdc, seen.wants));
  if (elsewhere !== null) {
    const advice = `Correct the plan, or that replication; then run the VM again.`;
    return { is: 'over', why: because('ReplicatedElsewhere', `its replication ${elsewhere}`, advice) };
  }
  const { recoveryState, dataConnectionState, isMovingReplica, lastError } = replication;
  if (recoveryState === 'IN_PROGRESS') return { is: 'waiting', why: recoveryUnderWay(because, site) };
  const strange = replication.unknownState ?? null;
  if (strange !== null && strange !== accepted) {
    const advice = `Look at it at ${site}; drover resume sends it all the same.`;
    const why = because('UnknownState', `its replication is in a state that Drover does not know (${strange})`, advice);
    return { is: 'held', why, unknownState: strange };
  }
  const at = { site, peer, replication };
  const obstacle = kind === 'reverse' ? obstacleToReverse(vm, at) : obstacleToRecovery(kind, vm, at);
  if (obstacle !== null && !(kind === 'reverse' && strange !== null)) {
    const isOver = obstacle.code === CODES.alreadyRecovered || obstacle.code === CODES.notRecovered;
    return { is: isOver ? 'over' : 'held', why: obstacle };
  }
  if (isMovingReplica) {
    const advice = `Nothing: it goes on when ${site} has moved it.`;
    return { is: 'waiting', why: because('ReplicaMoving', `${site} moves its disks to another storage`, advice) };
  }
  if (kind === 'reverse') return null;
  if (dataConnectionState === 'PAUSED') return { is: 'held', why: replicationPaused(because, site, replicationId) };
  // A failover is made for the very case that the source sends nothing any more; so is what rehearses it.
  if (kind !== 'migrate') return null;
  const silent = silentState(replication);
  if (silent !== null && silent !== accepted) {
    const advice = `Look at it at ${site}, and at the connection of both sites; drover resume sends it all the same.`;
    const state = `neither side reports on its replication, and it is not healthy (${silent})`;
    return { is: 'held', why: because('ReplicationUnhealthy', state, advice), unknownState: silent };
  }
  if (dataConnectionState === 'INITIAL_SYNCING') {
    const advice = 'Nothing: it goes on when the copy is complete.';
    return { is: 'waiting', why: because('CopyNotComplete', 'all of it is being copied once more', advice) };
  }
  if (dataConnectionState === 'ERROR') {
    const told = lastError === null ? 'the site gives no reason' : `${lastError.code}: ${lastError.message}`;
    const why = because('ReplicationError', `its replication is in error: ${told}`, `Look at it at ${site}.`);
    return { is: unfitFor < ERROR_PATIENCE ? 'waiting' : 'held', why };
  }
  return null;
}
