/** Whether a replication is in the state that an operation needs: pure, so that a refusal comes before anything is sent. */
import type { Located } from '../../../contract/operation.js';
import type { VmError } from '../../../contract/report.js';

export type Recovering = 'failover' | 'failover-test' | 'migrate';

/** Why a VM cannot be recovered now; null when it can. */
export function obstacleToRecovery(kind: Recovering, vm: { id: string; name: string }, at: Located): VmError | null {
  const { recoveryState, isPaused, latestInstance, id } = at.replication;
  const because = reasonFor(kind, vm, at);
  switch (recoveryState) {
    case 'COMPLETE':
      return because(
        'AlreadyRecovered',
        'it was recovered already',
        'look at the recovered VM; kind reverse replicates it the other way, after which it can be recovered again',
      );
    case 'TEST':
      return because(
        'TestCopyExists',
        `a test copy of it exists at ${at.site}, and VCDA takes one at a time`,
        `clean the test up in VCDA, or drover drill sweep ${at.site} when a drill has left it`,
      );
    case 'IN_PROGRESS':
      return because('RecoveryUnderWay', 'a recovery of it is under way', `wait for its task at ${at.site} to end`);
  }
  if (isPaused)
    return because('ReplicationPaused', 'its replication is paused', `resume replication ${id} at ${at.site}`);
  if (latestInstance === null && kind !== 'migrate') {
    return because('NoInstance', 'there is no complete copy yet', 'wait for its first sync to end');
  }
  return null;
}

/** Why a VM cannot be reversed now; null when it can. */
export function obstacleToReverse(vm: { id: string; name: string }, at: Located): VmError | null {
  const { recoveryState } = at.replication;
  if (recoveryState === 'COMPLETE') return null;
  return reasonFor('reverse', vm, at)(
    'NotRecovered',
    `it is not recovered (its replication says ${recoveryState}), and only what was failed over or migrated can be reversed`,
    'fail it over or migrate it first, with keepReplication: true',
  );
}

export const noReplication = (vm: { id: string; name: string }, source: string, destination: string): VmError => ({
  code: 'NoReplication',
  operation: null,
  taskId: null,
  message:
    `${vm.name} (${vm.id}) has no replication between ${source} and ${destination}. Next: correct its id, name its ` +
    'replicationId, or protect it first (kind: protect).',
});

const reasonFor =
  (operation: string, vm: { id: string; name: string }, { site, replication }: Located) =>
  (code: string, why: string, next: string): VmError => ({
    code,
    operation,
    taskId: null,
    message: `${operation} of ${vm.name} (${vm.id}) at ${site} was not sent: ${why} [replication ${replication.id}]. Next: ${next}.`,
  });
