/**
 * Bodies of the VCDA API, as far as Drover reads them. Tolerant on purpose: unknown members pass, unknown values of
 * enumerations stay strings, members that only some versions send may be absent or null.
 */
import { z } from 'zod';

const text = z.string();
const maybeText = z.string().nullish();
const maybeNumber = z.number().nullish();
const maybeFlag = z.boolean().nullish();

/** [seed] body of every answer from 400 up, and `task.error` */
export const errorBody = z.looseObject({
  code: text,
  msg: maybeText,
  args: z.array(z.unknown()).nullish(),
});
export type ErrorBody = z.infer<typeof errorBody>;

/** [doc B45 C4SessionDetails] */
export const session = z.looseObject({
  user: maybeText,
  roles: z.array(text).nullish(),
  authenticatedSites: z.array(z.looseObject({ site: text, org: maybeText })).nullish(),
});
export type Session = z.infer<typeof session>;

/** [seed] times are epoch ms; `endTime` is -1 until the task ends */
export const task = z.looseObject({
  id: text,
  state: maybeText,
  progress: maybeNumber,
  user: maybeText,
  startTime: maybeNumber,
  endTime: maybeNumber,
  lastUpdated: maybeNumber,
  site: maybeText,
  error: errorBody.nullish(),
  result: z.unknown().optional(),
  resultType: maybeText,
  warnings: z.array(z.unknown()).nullish(),
  workflowInfo: z
    .looseObject({ type: maybeText, resourceType: maybeText, resourceId: maybeText, resourceName: maybeText })
    .nullish(),
});
export type Task = z.infer<typeof task>;

const end = z.looseObject({
  site: maybeText,
  org: maybeText,
  vdcId: maybeText,
  vdcName: maybeText,
  vappName: maybeText,
  recoveredVappId: maybeText,
});

/** SingleVmReplicationInfo [doc B42/B44, OPI VmReplicationInfo] */
export const vmReplication = z.looseObject({
  id: text,
  vmId: maybeText,
  vmName: maybeText,
  owner: maybeText,
  vappReplicationId: maybeText,
  isMigration: maybeFlag,
  isPaused: maybeFlag,
  isReversed: maybeFlag,
  overallHealth: maybeText,
  dataConnectionState: maybeText,
  source: end.nullish(),
  destination: end.nullish(),
  sourceState: z
    .looseObject({ state: maybeText, progress: z.looseObject({ progress: maybeNumber }).nullish() })
    .nullish(),
  destinationState: z
    .looseObject({
      state: maybeText,
      lastError: errorBody.nullish(),
      latestInstance: z.looseObject({ key: maybeText, timestamp: maybeNumber, sequenceNumber: maybeNumber }).nullish(),
      recoveryInfo: z.looseObject({ recoveryState: maybeText, vAppId: maybeText, vcdVmId: maybeText }).nullish(),
    })
    .nullish(),
});
export type VmReplication = z.infer<typeof vmReplication>;

/** [doc OPI sites/get] */
export const site = z.looseObject({
  site: text,
  description: maybeText,
  apiVersion: maybeText,
  buildVersion: maybeText,
  isLocal: maybeFlag,
  state: z.looseObject({ incomingCommError: errorBody.nullish(), outgoingCommError: errorBody.nullish() }).nullish(),
});
export type Site = z.infer<typeof site>;

/** [client PsychoBelka, powercli] */
export const about = z.looseObject({ productName: maybeText, serviceType: maybeText, buildVersion: maybeText });
export type About = z.infer<typeof about>;

/** Only `id` and `name` are proven [client PsychoBelka]; the rest is assumed. */
export const inventoryVm = z.looseObject({
  id: text,
  name: text,
  vappName: maybeText,
  vdcName: maybeText,
  org: maybeText,
  powerState: maybeText,
});
export type InventoryVm = z.infer<typeof inventoryVm>;

/** [client terraform-provider-vcda] `expirationDate` in epoch ms */
export const license = z.looseObject({ isLicensed: maybeFlag, expirationDate: maybeNumber });
export type License = z.infer<typeof license>;

/** [doc V35] envelope of paged lists */
export const page = <T extends z.ZodType>(item: T) =>
  z.looseObject({ items: z.array(item), offset: maybeNumber, limit: maybeNumber, total: maybeNumber });

/**
 * Whether and how a task has ended. A state that Drover does not know and that has no end time means: still running
 * [client terraform-provider-vcda loops on QUEUED].
 */
export function taskEnd(t: Task): 'succeeded' | 'failed' | null {
  if (t.state === 'SUCCEEDED') return 'succeeded';
  if (t.state === 'FAILED') return 'failed';
  if (t.state === 'RUNNING' || t.state === 'QUEUED') return null;
  return typeof t.endTime === 'number' && t.endTime > 0 ? 'failed' : null;
}

/** `NOT_STARTED`, `IN_PROGRESS`, `TEST`, `COMPLETE` [doc S45 RecoveryState], or what the site says instead. */
export const recoveryState = (r: VmReplication): string =>
  r.destinationState?.recoveryInfo?.recoveryState ?? 'NOT_STARTED';
