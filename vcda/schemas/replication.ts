/** VM replications and what hangs off one [doc B42/B44 SingleVmReplicationInfo, OPI VmReplicationInfo]. */
import { z } from 'zod';
import { anyError, id, maybeFlag, maybeNumber, maybeText, maybeVcdId, text } from './common.js';
import { maybeAmount, maybePercent, maybeTime } from './figures.js';
import { leniently } from './lenient.js';
import type { Task } from './task.js';

/** One end of a replication; ids are uuids. */
export const end = z.looseObject({
  site: maybeText,
  org: maybeText,
  vdcId: maybeVcdId,
  vdcName: maybeText,
  vappId: maybeVcdId,
  vappName: maybeText,
  /** destination, once it is recovered */
  recoveredVappId: maybeVcdId,
  /** destination of a template's replication, 4.6 and later [seed] */
  destinationCatalogItemId: maybeVcdId,
});

/** Epoch ms, bytes, seconds; `key` is what recoveries take as `instanceId` [doc B41, B45 instances]. */
export const instance = z.looseObject({
  key: text,
  sequenceNumber: maybeNumber,
  timestamp: maybeTime,
  transferBytes: maybeAmount,
  transferSeconds: maybeAmount,
  /** `none`, `applicationQuiesced`, `fileSystemQuiesced` */
  quiescedType: maybeText,
  /** kept until somebody removes it */
  isPinned: maybeFlag,
});
export type Instance = z.infer<typeof instance>;

export const instanceDetails = instance.extend({
  disksInfo: z.array(z.looseObject({ diskKey: maybeNumber })).nullish(),
});
export type InstanceDetails = z.infer<typeof instanceDetails>;

export const vmReplication = z.looseObject({
  id,
  vmId: maybeVcdId,
  vmName: maybeText,
  /** `org@site` */
  owner: maybeText,
  vappReplicationId: maybeText,
  isMigration: maybeFlag,
  isPaused: maybeFlag,
  isReversed: maybeFlag,
  /** `GREEN`, `YELLOW`, `RED` */
  overallHealth: maybeText,
  /** one of {@link CONNECTION_STATES} */
  dataConnectionState: maybeText,
  /** epoch ms */
  lastUpdated: maybeTime,
  settings: z
    .looseObject({
      description: maybeText,
      /** minutes */
      rpo: maybeAmount,
      dataConnectionType: maybeText,
      quiesced: maybeFlag,
      /** distance in minutes */
      retentionPolicy: z
        .looseObject({
          rules: z.array(z.looseObject({ numberOfInstances: maybeNumber, distance: maybeNumber })).nullish(),
        })
        .nullish(),
      /** epoch ms */
      initialSyncTime: maybeNumber,
      excludedDiskKeys: z.array(z.number()).nullish(),
      targetDiskType: maybeText,
    })
    .nullish(),
  slaProfile: z.looseObject({ id: maybeText, displayName: maybeText }).nullish(),
  source: end.nullish(),
  destination: end.nullish(),
  /** `stateAge` in ms, `progress` in percent, the rest in bytes */
  sourceState: z
    .looseObject({
      state: maybeText,
      stateAge: maybeAmount,
      progress: z
        .looseObject({ progress: maybePercent, bytesToTransfer: maybeAmount, bytesTransferred: maybeAmount })
        .nullish(),
    })
    .nullish(),
  destinationState: z
    .looseObject({
      state: maybeText,
      stateAge: maybeAmount,
      /** minutes over the RPO; 0: none */
      currentRpoViolation: maybeAmount,
      isMovingReplica: maybeFlag,
      /** bytes */
      spaceRequirement: maybeAmount,
      lastError: anyError.nullish(),
      latestInstance: instance.partial().nullish(),
      recoveryInfo: z.looseObject({ recoveryState: maybeText, vAppId: maybeVcdId, vcdVmId: maybeVcdId }).nullish(),
    })
    .nullish(),
  storageProfile: maybeText,
  storageProfileName: maybeText,
  placementPolicy: maybeText,
  placementPolicyName: maybeText,
});
export type VmReplication = z.infer<typeof vmReplication>;

/**
 * `NOT_STARTED`, `IN_PROGRESS`, `TEST`, `COMPLETE` [doc S45 RecoveryState], or what the site says instead; `UNKNOWN` when nothing.
 * @example
 * ```ts
 * import { recoveryState } from 'drover/vcda';
 *
 * const ready = (await sites.get('lyon').replications({})).filter((one) => recoveryState(one) === 'NOT_STARTED');
 * ```
 */
export const recoveryState = (r: VmReplication): string => r.destinationState?.recoveryInfo?.recoveryState ?? 'UNKNOWN';

/** [doc S45 RecoveryState], and `UNKNOWN` for a site that says nothing */
const RECOVERY_STATES = new Set(['NOT_STARTED', 'IN_PROGRESS', 'TEST', 'COMPLETE', 'UNKNOWN']);

/** [doc VSP DataConnectionState] */
export const CONNECTION_STATES = [
  'OK',
  'INITIAL_SYNCING',
  'SYNCING',
  'PAUSED',
  'POWERED_OFF',
  'PRUNING',
  'FINISHED',
  'ERROR',
  'UNKNOWN',
] as const;

/**
 * The state of the connection; null when the site tells none, or one that nobody knows.
 * @example
 * ```ts
 * import { connectionState } from 'drover/vcda';
 *
 * console.log((await sites.get('lyon').replications({})).map(connectionState));
 * ```
 */
export const connectionState = ({ dataConnectionState: told }: VmReplication): string | null =>
  CONNECTION_STATES.find((state) => state === told) ?? null;

/**
 * A state that the documents do not have, of the recovery or else of the connection; null: there is none.
 * @example
 * ```ts
 * import { unknownState } from 'drover/vcda';
 *
 * const odd = (await sites.get('lyon').replications({})).filter((one) => unknownState(one) !== null);
 * ```
 */
export function unknownState(r: VmReplication): string | null {
  const recovery = recoveryState(r);
  if (!RECOVERY_STATES.has(recovery)) return recovery;
  return connectionState(r) === null ? (r.dataConnectionState ?? null) : null;
}

/**
 * The replication that a task has worked on; null when its result is none, as of a deletion.
 * @example
 * ```ts
 * import { replicationIn } from 'drover/vcda';
 *
 * const started = replicationIn(await sites.get('lyon').task('task-id'));
 * ```
 */
export function replicationIn(task: Task): VmReplication | null {
  const result = leniently(vmReplication, task.result);
  return result.success ? result.data : null;
}
