/** Why a VM cannot be recovered or reversed as its replication is: pure, so that a check before a run and the run say the same. */
import { CODES } from './codes.js';
import type { OperationKind } from './operation.js';
import type { Located } from './questions.js';
import type { VmError } from './report.js';
import { nameWithId } from './vm-identity.js';

export type Recovering = 'failover' | 'failover-test' | 'migrate';

/** Why a VM cannot be recovered now; null when it can. */
export function obstacleToRecovery(kind: Recovering, vm: { id: string; name: string }, at: Located): VmError | null {
  const { recoveryState, isPaused, latestInstance, id } = at.replication;
  const because = reasonFor(kind, vm, at.site, at.replication.id);
  switch (recoveryState) {
    case 'COMPLETE':
      return because(
        CODES.alreadyRecovered,
        'it was recovered already',
        'Look at the recovered VM; kind reverse replicates it the other way, after which it can be recovered again.',
      );
    case 'TEST':
      return because(
        CODES.testCopyExists,
        `a test copy of it exists at ${at.site}, and VCDA takes one at a time`,
        `Clean the test up in VCDA, or drover drill sweep ${at.site} when a drill has left it.`,
      );
    case 'IN_PROGRESS':
      return recoveryUnderWay(because, at.site);
  }
  if (isPaused) return replicationPaused(because, at.site, id);
  if (latestInstance === null && kind !== 'migrate') {
    return because('NoInstance', 'there is no complete copy yet', 'Wait for its first sync to end.');
  }
  return null;
}

/** Why a VM cannot be reversed now; null when it can. */
export function obstacleToReverse(vm: { id: string; name: string }, at: Located): VmError | null {
  const { recoveryState } = at.replication;
  if (recoveryState === 'COMPLETE') return null;
  const because = reasonFor('reverse', vm, at.site, at.replication.id);
  return because(
    CODES.notRecovered,
    `it is not recovered (its replication says ${recoveryState}), and only what was failed over or migrated can be reversed`,
    'Fail it over or migrate it first, with keepReplication: true.',
  );
}

export const noReplication = (
  operation: OperationKind,
  vm: { id: string; name: string },
  source: string,
  destination: string,
): VmError => ({
  code: 'NoReplication',
  message: `${nameWithId(vm)} has no replication between ${source} and ${destination}.`,
  operation,
  taskId: null,
  site: destination,
  advice: 'Correct its id, name its replicationId in the plan, or protect it first (kind: protect).',
});

/** Why something was not sent for a VM, as an error that names all that a person needs to find it. */
type Because = (code: string, why: string, advice: string) => VmError;

export const reasonFor =
  (operation: OperationKind, vm: { id: string; name: string }, site: string, replicationId: string): Because =>
  (code, why, advice) => ({
    code,
    message: `${operation} of ${nameWithId(vm)} at ${site} was not sent: ${why} [replication ${replicationId}].`,
    operation,
    taskId: null,
    site,
    advice,
  });

export const recoveryUnderWay = (because: Because, site: string): VmError =>
  because('RecoveryUnderWay', 'a recovery of it is under way', `Wait for its task at ${site} to end.`);

export const replicationPaused = (because: Because, site: string, replicationId: string): VmError =>
  because('ReplicationPaused', 'its replication is paused', `Resume replication ${replicationId} at ${site}.`);
