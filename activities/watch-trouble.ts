/** What a VM is told of its operation while that can neither end nor go on: it may by itself. Pure. */

import { CODES } from '../contract/codes.js';
import type { OperationTrouble } from '../contract/notice.js';
import type { OperationKind } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { Watch } from '../contract/watch.js';
import { inWords } from '../contract/words.js';
import type { Site, Task, VmReplication } from '../vcda/index.js';
import { NO_REASON } from './notices.js';
import { ERROR_PATIENCE, isHeldUp, isRecovered } from './sync-outcome.js';

/** ms, where no plan says otherwise */
const STALLED_AFTER = 60 * 60_000;

/** What waits for a copy. */
const COPYING = new Set<OperationKind>(['start', 'reverse', 'sync']);

interface Seen {
  /** null: not found; undefined: not asked */
  replication: VmReplication | null | undefined;
  /** ms for which its task, or in the sync phase its replication, has been amiss */
  amissFor: number;
  /** ms for which its replication has not been found */
  goneFor: number;
  /** ms for which its copy has shown the same */
  quietFor: number;
}

/** @param now epoch ms */
export function troubleOf(
  watch: Watch,
  { replication, amissFor, goneFor, quietFor }: Seen,
  { name, config: { missingFor, reconcile } }: Pick<Site, 'name' | 'config'>,
  now: number,
): OperationTrouble['trouble'] {
  const { vm, kind, replicationId } = watch;
  if (replication === null && replicationId !== null) {
    return {
      code: 'ReplicationMissing',
      message: `replication ${replicationId} of ${nameWithId(vm)} is not to be found at ${name} while its ${kind} is waited for`,
      advice: 'See whether somebody has removed it, or taken it over.',
      since: now - goneFor,
      until: now - goneFor + missingFor,
    };
  }
  if (watch.phase === 'sync' && amissFor > 0 && replication != null && isRecovered(watch, replication)) {
    return {
      code: CODES.alreadyRecovered,
      message: `replication ${replicationId} of ${nameWithId(vm)} at ${name} shows as recovered while its ${kind} is waited for`,
      advice: 'Look whether somebody has failed it over or migrated it: the VM may run at both sites.',
      since: now - amissFor,
      until: now - amissFor + reconcile.settle,
    };
  }
  if (watch.phase === 'sync' && amissFor > 0) {
    const { code, msg } = replication?.destinationState?.lastError ?? {};
    return {
      code: code ?? 'ReplicationError',
      message: `replication ${replicationId} of ${nameWithId(vm)} at ${name} is in error: ${msg ?? NO_REASON}`,
      advice: 'It may get well by itself.',
      since: now - amissFor,
      until: now - amissFor + ERROR_PATIENCE,
    };
  }
  if (replication != null && COPYING.has(watch.kind) && isHeldUp(replication)) {
    return {
      code: CODES.replicationPaused,
      message: `the ${watch.kind} of ${nameWithId(vm)} to ${name} waits: replication ${replication.id} is paused, and sends nothing`,
      advice: `Resume replication ${replication.id} at ${name}; it goes on then.`,
      since: now - quietFor,
      until: null,
    };
  }
  const { stalledAfter = STALLED_AFTER } = watch;
  if (quietFor >= stalledAfter) {
    const state = replication?.dataConnectionState ?? 'running';
    return {
      code: CODES.copyStalled,
      message: `the copy of ${nameWithId(vm)} to ${name} has sent no byte for ${inWords(stalledAfter, 'one unit')}; it is ${state} [replication ${replicationId}]`,
      advice: 'Look at the network between the sites, at the source VM, and at the appliances.',
      since: now - quietFor,
      until: null,
    };
  }
  return null;
}

/**
 * What a copy shows of its going on; null: no copy is to be seen. A site that gives no figures shows nothing, which is the
 * same for as long as it lasts.
 */
export function shownOf({ kind, phase }: Watch, task: Task | undefined, copy: VmReplication | null | undefined) {
  if (phase === 'task') return kind === 'sync' && task !== undefined ? JSON.stringify([task.progress ?? null]) : null;
  if (copy == null) return null;
  const { progress, bytesToTransfer, bytesTransferred } = copy.sourceState?.progress ?? {};
  const key = copy.destinationState?.latestInstance?.key ?? null;
  const shown = [copy.dataConnectionState, progress, bytesToTransfer, bytesTransferred, key];
  return JSON.stringify(copy.isPaused === true ? [...shown, 'paused'] : shown);
}
