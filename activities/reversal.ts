/**
 * Where a replication is after its reverse. The documents leave open whether it lives at its new destination or where it
 * was, and under which id; what is certain is the VM that it replicates from then on: the one that was recovered.
 */

import type { OperationRequest } from '../contract/operation.js';
import { isVappReplication } from '../contract/vapp.js';
import {
  type CallOptions,
  replicationIn,
  type Site,
  type Sites,
  type Task,
  type VmReplication,
  vappReplicationIn,
} from '../vcda/index.js';
import { effectOf } from './effect.js';
import { replicationsOfVm } from './passed-over.js';
import { unitOf } from './vapp-replication.js';

type Reverse = Pick<OperationRequest, 'kind' | 'peer' | 'replicationId' | 'recoveredVmId'>;

/**
 * The replication in which the reverse shows; else as it was before, where it still is so; null: neither site has it.
 * @throws VcdaError when one of the two cannot be asked
 */
export async function findReversed(
  sites: Sites,
  site: Site,
  reverse: Reverse,
  options: CallOptions,
): Promise<VmReplication | null> {
  const peer = sites.names.includes(reverse.peer) ? [sites.get(reverse.peer)] : [];
  // Each with the login of the other, where the caller was told that it takes one.
  const optionsAt = ({ name }: Site): CallOptions =>
    name === site.name || options.peer === undefined ? options : { ...options, peer: site.name };
  let before: VmReplication | null = null;
  for (const home of [site, ...peer]) {
    const found =
      reverse.replicationId === null ? null : await home.findReplication(reverse.replicationId, optionsAt(home));
    if (found !== null && effectOf(reverse, found) !== 'none') return found;
    before ??= found;
  }
  const { recoveredVmId } = reverse;
  if (recoveredVmId == null) return before;
  for (const home of [...peer, site]) {
    const all = await replicationsOfVm(home, recoveredVmId, optionsAt(home));
    const between = all.filter((r) => isBetween(r, site.name, reverse.peer));
    // What somebody made of the recovered VM anew was not turned around.
    const reversed = between.find((r) => r.isReversed === true) ?? between[0];
    if (reversed !== undefined) return reversed;
  }
  return before;
}

/** As the task of a reverse that ended well tells it; null when that is no replication, or the one from before. */
export function reversedIn(task: Task | undefined, reverse: Reverse): VmReplication | null {
  const vapp = task === undefined ? null : vappReplicationIn(task);
  const isVapp = vapp !== null && isVappReplication(vapp.id);
  const told = isVapp ? unitOf(vapp) : task === undefined ? null : replicationIn(task);
  return told !== null && effectOf(reverse, told) === 'done' ? told : null;
}

/** Whichever way it goes; what a site does not tell is no objection. */
export function isBetween(replication: VmReplication, ...sites: [string, string]): boolean {
  const ends = [replication.source?.site, replication.destination?.site];
  return ends.every((name) => name == null || sites.includes(name));
}
