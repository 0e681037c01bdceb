/**
 * Objects as they are documented. Members that the documents show always are required; those of which they say "when",
 * or which some versions lack, may be absent or null. Words outside an enumeration are a difference, though Drover
 * itself tolerates them.
 */
import { z } from 'zod';

const text = z.string();
const maybeText = z.string().nullish();
const flag = z.boolean();
const count = z.number().min(0);
/** int64 epoch milliseconds [seed]; -1 and 0 mean "not yet" where they are documented */
const moment = z.int().refine((value) => value > 1e11, 'is no epoch in ms');
const momentOr = (...others: number[]) => z.int().refine((v) => v > 1e11 || others.includes(v), 'is no epoch in ms');

/** [seed]; `stacktrace` is absent in the overview's sample [doc VSP overview] */
export const errorObject = z.looseObject({ code: text.min(1), msg: text, args: z.array(text), stacktrace: maybeText });

export const envelope = z.looseObject({ items: z.array(z.unknown()), offset: count, limit: count, total: count });

/** C4SessionDetails [doc B45] */
export const session = z.looseObject({
  user: text,
  roles: z.array(text),
  authenticatedSites: z.array(z.looseObject({ site: text, org: text })),
});

export const TASK_STATES = ['RUNNING', 'SUCCEEDED', 'FAILED'] as const;

/** [seed]; `lastUpdated` -1 on very short tasks [doc S45 InlineCloudHealthInfo1] */
export const task = z.looseObject({
  id: text,
  user: text,
  workflowInfo: z.looseObject({
    type: maybeText,
    resourceType: maybeText,
    resourceId: maybeText,
    resourceName: maybeText,
  }),
  progress: z.int().min(0).max(100),
  state: z.enum(TASK_STATES),
  lastUpdated: momentOr(-1),
  startTime: moment,
  endTime: momentOr(-1),
  resultType: maybeText,
  result: z.unknown().optional(),
  error: errorObject.nullish(),
  warnings: z.array(z.looseObject({ error: errorObject.nullish(), cause: errorObject.nullish() })).nullish(),
  site: text,
});

/** What of a 202's body a client needs in order to go on. */
export const acceptedTask = z.looseObject({ id: text.min(1), state: text });

const retentionPolicy = z.looseObject({
  rules: z.array(z.looseObject({ numberOfInstances: z.int().min(1), distance: z.int().min(0) })),
});
const dataConnectionType = z.enum(['PLAIN', 'ENCRYPTED', 'ENCRYPTED_COMPRESSED']);
const settings = z.looseObject({
  description: maybeText,
  rpo: z.int().min(1).max(1440).nullish(),
  dataConnectionType: dataConnectionType.nullish(),
  quiesced: flag.nullish(),
  retentionPolicy: retentionPolicy.nullish(),
  initialSyncTime: z.int().nullish(),
  excludedDiskKeys: z.array(z.int()).nullish(),
  targetDiskType: z.enum(['THIN', 'PREALLOCATED', 'PREALLOCATED_ZEROS']).nullish(),
});

/** [doc B41, B45 instances] */
export const instance = z.looseObject({
  key: text.min(1),
  sequenceNumber: z.int(),
  timestamp: moment,
  transferBytes: count,
  transferSeconds: count,
  quiescedType: z.enum(['none', 'applicationQuiesced', 'fileSystemQuiesced']),
  isPinned: flag.nullish(),
});
/** [doc B45, OPI instances/{instanceId}] */
export const instanceDetails = instance.extend({ disksInfo: z.array(z.looseObject({ diskKey: z.int() })) });

const place = z.looseObject({ site: text, org: maybeText, vdcId: maybeText, vdcName: maybeText });
const destination = place.extend({ recoveredVappId: maybeText, destinationCatalogItemId: maybeText });
const health = z.enum(['GREEN', 'YELLOW', 'RED']);

/** SingleVmReplicationInfo [doc B42, B44, B45, OPI, V35]; words of states [doc S45, VSP DataConnectionState] */
export const vmReplication = z.looseObject({
  id: text.regex(/^C4-/, 'does not begin with C4-'),
  owner: text.regex(/.@./, 'is no org@site'),
  vmId: text,
  vmName: text,
  vappReplicationId: z
    .string()
    .regex(/^C4VAPP-/, 'does not begin with C4VAPP-')
    .nullish(),
  isMigration: flag,
  isPaused: flag,
  isReversed: flag.nullish(),
  overallHealth: health,
  dataConnectionState: z.enum([
    'OK',
    'INITIAL_SYNCING',
    'SYNCING',
    'PAUSED',
    'POWERED_OFF',
    'PRUNING',
    'FINISHED',
    'ERROR',
    'UNKNOWN',
  ]),
  lastUpdated: moment,
  settings,
  slaProfile: z.looseObject({ id: text, displayName: text }).nullish(),
  source: place.extend({ vappId: maybeText, vappName: maybeText }),
  destination,
  sourceState: z.looseObject({
    state: z.enum(['none', 'paused', 'syncing', 'idle', 'active', 'error']),
    stateAge: count.nullish(),
    progress: z
      .looseObject({
        progress: z.number().min(0).max(100),
        bytesToTransfer: count,
        bytesTransferred: count,
        checksumTotalBytes: count.nullish(),
        checksumComparedBytes: count.nullish(),
      })
      .nullish(),
  }),
  destinationState: z.looseObject({
    state: z.enum(['idle', 'passive', 'opened', 'fullsync', 'lwd', 'prune', 'paused', 'unknown']),
    stateAge: count.nullish(),
    currentRpoViolation: count,
    isMovingReplica: flag.nullish(),
    spaceRequirement: count.nullish(),
    lastError: errorObject.nullish(),
    latestInstance: instance.nullish(),
    recoveryInfo: z.looseObject({
      recoveryState: z.enum(['NOT_STARTED', 'IN_PROGRESS', 'TEST', 'COMPLETE']),
      vAppId: maybeText,
      vcdVmId: maybeText,
    }),
  }),
});

/** VappReplicationInfo [doc V30, B45] */
export const vappReplication = z.looseObject({
  id: text.regex(/^C4VAPP-/, 'does not begin with C4VAPP-'),
  owner: text,
  source: place.extend({ vappId: maybeText }),
  destination,
  descriptor: z.looseObject({ name: text, description: maybeText }),
  isMigration: flag,
  overallHealth: health,
  lastUpdated: moment,
  vmReplications: z.array(vmReplication),
});

/** [doc B45] */
const networks = z.looseObject({ vAppNetworkSettings: z.looseObject({}).nullable() });
export const vappNetworkSettings = z.looseObject({ failoverSettings: networks, failoverTestSettings: networks });
const vmNetworks = networks.extend({ vmNetworkSettings: z.looseObject({}).nullable() });
export const networkSettings = z.looseObject({ failoverSettings: vmNetworks, failoverTestSettings: vmNetworks });

/** [client PsychoBelka] start and end in ms, resolution in seconds */
export const traffic = z.looseObject({
  label: text,
  resolution: z.int(),
  start: moment,
  end: moment,
  samples: z.array(z.looseObject({ timestamp: moment })),
});

/** [doc OPI sites/get] */
export const site = z.looseObject({
  site: text,
  description: maybeText,
  apiUrl: text,
  apiPublicUrl: maybeText,
  apiThumbprint: text.regex(/^SHA-256:/, 'does not begin with SHA-256:'),
  apiVersion: text,
  buildVersion: text,
  isLocal: flag,
  state: z.looseObject({ incomingCommError: errorObject.nullable(), outgoingCommError: errorObject.nullable() }),
});

/** [client PsychoBelka]: only these two are proven */
export const named = z.looseObject({ id: text.min(1), name: text });

/** [doc OPI sla-profiles/get] */
export const slaProfile = z.looseObject({
  id: text,
  displayName: text,
  description: maybeText,
  rpo: z.int(),
  dataConnectionType,
  quiesced: flag,
  retentionPolicy,
  initialSyncTime: z.int().nullish(),
  orgs: z.array(text).nullish(),
});

/** ReplicationPolicyInfo [doc B45 policies/{id}/get]; members of 4.5 and 4.7 may be absent */
export const policy = z.looseObject({
  id: text,
  displayName: text,
  allowIncomingMigrations: flag,
  allowOutgoingMigrations: flag,
  allowOutgoingOnpremMigrations: flag.nullish(),
  allowIncomingProtections: flag,
  allowOutgoingProtections: flag,
  allowOutgoingOnpremProtections: flag.nullish(),
  allowCustomSlaSettings: flag,
  allowAdvancedRetentionRules: flag.nullish(),
  allowNotificationConfiguration: flag.nullish(),
  maxIncoming: z.int(),
  maxInstances: z.int().max(24),
  minRpo: z.int(),
});

/** [client PsychoBelka, powercli] */
export const about = z.looseObject({
  serviceType: text,
  productName: text,
  buildVersion: text,
  buildDate: z.unknown(),
});
/** [client terraform-provider-vcda] */
export const license = z.looseObject({ isLicensed: flag, expirationDate: z.number().nullish() });

const maybeError = errorObject.nullish();
/** CloudHealthInfo [doc OPI, client terraform-provider-vcda] */
export const healthInfo = z.looseObject({
  productName: text,
  buildVersion: text,
  dbError: maybeError,
  lsError: maybeError,
  ntpError: maybeError,
  vcdError: maybeError,
  managerError: maybeError,
});

/** [doc B46, VSP RecoveryPlanState] */
export const recoveryPlan = z.looseObject({
  displayName: text,
  description: maybeText,
  executionInfo: z.looseObject({}).nullish(),
  state: z.enum(['NOT_STARTED', 'RUNNING', 'SUSPENDED', 'COMPLETE']).nullish(),
});
/** [doc B46] `delay` in ms after the step */
export const recoveryStep = z.looseObject({
  id: text,
  recoveryPlanId: text,
  name: text,
  sequence: z.int(),
  delay: count,
  prompt: maybeText,
  replications: z.array(z.unknown()),
  isRecovered: flag,
});
