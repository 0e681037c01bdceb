/** What a VM is told of its operation while that can neither end nor go on: it may by itself. Pure. */
import type { OperationTrouble, Watch } from '../contract/operation.js';
import type { Site, VmReplication } from '../vcda/index.js';
import { ERROR_PATIENCE } from './outcome.js';

interface Seen {
  /** null: not found; undefined: not asked */
  replication: VmReplication | null | undefined;
  /** ms for which its task, or in the sync phase its replication, has been amiss */
  amissFor: number;
  /** ms for which its replication has not been found */
  goneFor: number;
}

/** @param now epoch ms */
export function troubleOf(
  watch: Watch,
  { replication, amissFor, goneFor }: Seen,
  { name, config: { missingFor } }: Pick<Site, 'name' | 'config'>,
  now: number,
): OperationTrouble['trouble'] {
  const { vm, kind, replicationId } = watch;
  if (replication === null && replicationId !== null) {
    return {
      code: 'ReplicationMissing',
      message: `replication ${replicationId} of ${vm.name} (${vm.id}) is not to be found at ${name} while its ${kind} is waited for`,
      advice: 'See whether somebody has removed it, or taken it over.',
      since: now - goneFor,
      until: now - goneFor + missingFor,
    };
  }
  if (watch.phase === 'sync' && amissFor > 0) {
    const { code, msg } = replication?.destinationState?.lastError ?? {};
    return {
      code: code ?? 'ReplicationError',
      message: `replication ${replicationId} of ${vm.name} (${vm.id}) at ${name} is in error: ${msg ?? 'the site gave no reason'}`,
      advice: 'It may get well by itself.',
      since: now - amissFor,
      until: now - amissFor + ERROR_PATIENCE,
    };
  }
  return null;
}
