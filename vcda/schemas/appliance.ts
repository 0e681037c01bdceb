/** The service itself: version, health, licence, configuration. */
import { z } from 'zod';
import { errorBody, maybeFlag, maybeText } from './common.js';
import { maybeTime } from './figures.js';
import type { Task } from './task.js';

/** [client PsychoBelka, powercli] */
export const about = z.looseObject({
  productName: maybeText,
  serviceType: maybeText,
  buildVersion: maybeText,
  /** a text or epoch ms, as the version likes */
  buildDate: z.unknown().optional(),
});
export type About = z.infer<typeof about>;

/** [client terraform-provider-vcda] `expirationDate` in epoch ms */
export const license = z.looseObject({ key: maybeText, isLicensed: maybeFlag, expirationDate: maybeTime });
export type License = z.infer<typeof license>;

const component = errorBody.nullish();

/** Result of a health task [doc OPI CloudHealthInfo]; each `…Error` is null when that part is well */
export const health = z.looseObject({
  productName: maybeText,
  buildVersion: maybeText,
  instanceId: maybeText,
  /** epoch ms */
  currentTime: maybeTime,
  address: maybeText,
  dbError: component,
  lsError: component,
  ntpError: component,
  vcdError: component,
  managerError: component,
  tunnelConnectivity: z.array(z.looseObject({})).nullish(),
  managerHealth: z
    .looseObject({
      onlineReplicators: z.array(z.unknown()).nullish(),
      offlineReplicators: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});
export type Health = z.infer<typeof health>;

/**
 * What a health task that has succeeded found; null for any other.
 * @example
 * ```ts
 * import { healthIn } from 'drover/vcda';
 *
 * const health = healthIn(await sites.get('lyon').task('task-id'));
 * ```
 */
export function healthIn(task: Task): Health | null {
  const isHealth = task.workflowInfo?.type === 'health' && task.state === 'SUCCEEDED';
  const result = health.safeParse(task.result);
  return isHealth && result.success ? result.data : null;
}

/** [client terraform-provider-vcda] */
export const configured = z.looseObject({ isConfigured: z.boolean() });
export const applianceConfig = z.looseObject({ site: maybeText, isConfigured: maybeFlag });
export type ApplianceConfig = z.infer<typeof applianceConfig>;
export const endpoints = z.looseObject({
  configured: z.looseObject({ apiPublicAddress: maybeText }).nullish(),
  effective: z.looseObject({ apiPublicAddress: maybeText }).nullish(),
});
export type Endpoints = z.infer<typeof endpoints>;
export const replicator = z.looseObject({ id: maybeText, site: maybeText, isInMaintenanceMode: maybeFlag });
export type Replicator = z.infer<typeof replicator>;
