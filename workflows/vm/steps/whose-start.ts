/** Whose a replication is that is found for a start which was never confirmed: pure. */
import type { ReplicationSummary } from '../../../contract/replication.js';

interface Start {
  /** of the plan */
  vmId: string;
  /** that it was sent with; absent: it is not known */
  mark: string | undefined;
  /** replications that an answer has named as what it made */
  named: (string | null | undefined)[];
  /** its task has not ended, so that the site takes no other for the VM */
  isRunning: boolean;
}

/** A mark decides, then what an answer has named, then the time. `unknown`: somebody may have made it since. */
export function whoseStart(
  { id, vmId, mark }: Pick<ReplicationSummary, 'id' | 'vmId' | 'mark'>,
  start: Start,
): 'own' | 'others' | 'unknown' {
  if (vmId !== null && vmId !== start.vmId) return 'others';
  if (mark !== null) return mark === start.mark ? 'own' : 'others';
  return start.isRunning || start.named.includes(id) ? 'own' : 'unknown';
}
