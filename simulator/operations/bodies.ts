import { z } from 'zod';

/**
 * Request bodies. Unknown members are tolerated, as the server evidently does (3.x clients send fields that are gone
 * since); known ones must have their type. Optional fields may be null, which means the same as absent [seed].
 */

const uuid = z.guid();
const text = z.string().max(4096);

export const rules = z.looseObject({
  rules: z
    .array(
      z.looseObject({
        numberOfInstances: z.int().min(1).max(24),
        distance: z.int().min(0).max(525_600),
      }),
    )
    .max(24),
});

export const dataConnectionType = z.enum(['PLAIN', 'ENCRYPTED', 'ENCRYPTED_COMPRESSED']);

// 1 min to 24 h [doc Rackspace, UG46 GUID-221A6901]
const rpo = z.int().min(1).max(1440);

const settings = {
  description: text.nullish(),
  rpo: rpo.nullish(),
  slaProfileId: uuid.nullish(),
  dataConnectionType: dataConnectionType.nullish(),
  quiesced: z.boolean().nullish(),
  retentionPolicy: rules.nullish(),
  initialSyncTime: z.number().min(-8.64e15).max(8.64e15).nullish(),
};

const destination = z.looseObject({
  type: z.enum(['vcloud', 'vm']),
  site: text,
  vdc: uuid,
  storageProfile: z.union([uuid, z.literal('*')]).nullish(),
  placementPolicy: text.nullish(),
  sizingPolicy: text.nullish(),
  seedVmId: uuid.nullish(),
});

const start = {
  ...settings,
  destination,
  targetDiskType: z.enum(['THIN', 'PREALLOCATED', 'PREALLOCATED_ZEROS']).nullish(),
  isMigration: z.boolean().nullish(),
};

export const startVmBody = z.looseObject({
  ...start,
  source: z.looseObject({
    type: z.literal('vm'),
    site: text,
    vmId: uuid,
    excludedDiskKeys: z.array(z.int()).nullish(),
  }),
});
export type StartVmBody = z.infer<typeof startVmBody>;

export const startVappBody = z.looseObject({
  ...start,
  source: z.looseObject({ type: z.literal('vapp'), site: text, vappId: uuid }),
});
export type StartVappBody = z.infer<typeof startVappBody>;
const startSettings = z.looseObject(start);
/** what starts of VMs and of vApps have in common */
export type StartSettings = z.infer<typeof startSettings>;

export const reconfigureBody = z.looseObject(settings);
export type ReconfigureBody = z.infer<typeof reconfigureBody>;

const networkSettings = z.looseObject({});

const recovery = {
  type: z.enum(['vcloud', 'vcenter']).nullish(),
  powerOn: z.boolean().nullish(),
  placementPolicy: text.nullish(),
  sizingPolicy: text.nullish(),
  copySecurityTags: z.boolean().nullish(),
  vAppNetworkSettings: networkSettings.nullish(),
  vmNetworkSettings: networkSettings.nullish(),
  snapshotOptions: text.nullish(),
};

export const failoverBody = z.looseObject({
  ...recovery,
  consolidate: z.boolean().nullish(),
  instanceId: text.nullish(),
  instanceMap: z.record(z.string(), z.string()).nullish(),
});
export type FailoverBody = z.infer<typeof failoverBody>;

export const migrateBody = z.looseObject({ ...recovery, consolidate: z.boolean().nullish() });
export type MigrateBody = z.infer<typeof migrateBody>;

export const failoverTestBody = z
  .looseObject({
    ...recovery,
    sync: z.boolean().nullish(),
    instanceId: text.nullish(),
    instanceMap: z.record(z.string(), z.string()).nullish(),
  })
  // mutually exclusive [doc S45 failover test settings]
  .refine((body) => body.sync !== true || (body.instanceId == null && body.instanceMap == null), {
    error: 'sync and instanceId exclude each other',
  });
export type FailoverTestBody = z.infer<typeof failoverTestBody>;

export const storageProfileBody = z.looseObject({ storageProfileId: uuid });
export const chownBody = z.looseObject({ owner: text.nullish() });
export const networkSettingsBody = z.looseObject({
  failoverSettings: networkSettings.nullish(),
  failoverTestSettings: networkSettings.nullish(),
});
