/** What a replication shows of an operation: pure. */
import type { Watch } from '../contract/watch.js';
import { recoveryState, type VmReplication } from '../vcda/index.js';
import { isAsAsked } from './replication-differences.js';

export type Effect = 'done' | 'under way' | 'none';

/** What the replication's own state says of an operation whose task is unknown; `null`: the site has no such replication. */
export function effectOf(
  { kind, recoveredVmId, reconfigure, newOwner }: Pick<Watch, 'kind' | 'recoveredVmId' | 'reconfigure' | 'newOwner'>,
  replication: VmReplication | null,
): Effect {
  if (kind === 'delete') return replication === null ? 'done' : 'none';
  if (replication === null) return 'none';
  const recovery = recoveryState(replication);
  const recovered = (wanted: string): Effect =>
    recovery === wanted ? 'done' : recovery === 'IN_PROGRESS' ? 'under way' : 'none';
  switch (kind) {
    case 'start':
      return 'done';
    case 'migrate':
    case 'failover':
      return recovered('COMPLETE');
    case 'failover-test':
      return recovered('TEST');
    case 'cleanup':
      return recovered('NOT_STARTED');
    case 'reverse':
      // It may have been recovered anew since; the VM that it replicates tells whether it was reversed.
      if (recoveredVmId == null || replication.vmId == null) return recovered('NOT_STARTED');
      return replication.vmId === recoveredVmId ? 'done' : recovery === 'IN_PROGRESS' ? 'under way' : 'none';
    case 'pause':
      return replication.isPaused === true ? 'done' : 'none';
    case 'resume':
      return replication.isPaused === false ? 'done' : 'none';
    case 'reconfigure':
      return reconfigure !== undefined && isAsAsked(replication, reconfigure) ? 'done' : 'none';
    case 'chown':
      return newOwner !== undefined && replication.owner?.toLowerCase() === newOwner.toLowerCase() ? 'done' : 'none';
    case 'sync':
      // Doing it again does no harm, and no state tells one sync from another.
      return 'none';
  }
}
