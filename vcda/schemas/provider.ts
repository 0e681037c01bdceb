/** What a provider allows and offers: policies and SLA profiles. */
import { z } from 'zod';
import { id, maybeFlag, maybeNumber, maybeText, text } from './common.js';

const retentionPolicy = z.looseObject({
  rules: z.array(z.looseObject({ numberOfInstances: maybeNumber, distance: maybeNumber })).nullish(),
});

/** [doc OPI] `rpo` and distances in minutes, `initialSyncTime` in epoch ms */
export const slaProfile = z.looseObject({
  id,
  displayName: maybeText,
  description: maybeText,
  rpo: maybeNumber,
  dataConnectionType: maybeText,
  quiesced: maybeFlag,
  retentionPolicy: retentionPolicy.nullish(),
  initialSyncTime: maybeNumber,
  orgs: z.array(z.unknown()).nullish(),
});
export type SlaProfile = z.infer<typeof slaProfile>;

/** ReplicationPolicyInfo [doc B45 policies/{id}/get, OPI, B40]; `default` is the built-in one */
export const policy = z.looseObject({
  id,
  displayName: maybeText,
  allowIncomingMigrations: maybeFlag,
  allowOutgoingMigrations: maybeFlag,
  /** 4.5 and later */
  allowOutgoingOnpremMigrations: maybeFlag,
  allowIncomingProtections: maybeFlag,
  allowOutgoingProtections: maybeFlag,
  /** 4.7 */
  allowOutgoingOnpremProtections: maybeFlag,
  allowCustomSlaSettings: maybeFlag,
  allowAdvancedRetentionRules: maybeFlag,
  allowNotificationConfiguration: maybeFlag,
  /** incoming replications: negative: unlimited, 0: no destination */
  maxIncoming: maybeNumber,
  /** per replication, at most 24 */
  maxInstances: maybeNumber,
  maxPinnedInstances: maybeNumber,
  /** minutes */
  minRpo: maybeNumber,
  orgs: z.array(z.unknown()).nullish(),
});
export type Policy = z.infer<typeof policy>;

/** What uses a policy; the members are undocumented. */
export const policyStatus = z.looseObject({ id: text.nullish() });
export type PolicyStatus = z.infer<typeof policyStatus>;
