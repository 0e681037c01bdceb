/** Replications of vApps [doc V30, B45 VappReplicationInfo]. */
import { z } from 'zod';
import { id, maybeFlag, maybeText } from './common.js';
import { maybeTime } from './figures.js';
import { leniently } from './lenient.js';
import { end, vmReplication } from './replication.js';
import type { Task } from './task.js';

export const vappReplication = z.looseObject({
  /** `C4VAPP-…` */
  id,
  /** `org@site` */
  owner: maybeText,
  source: end.nullish(),
  destination: end.nullish(),
  descriptor: z.looseObject({ name: maybeText, description: maybeText, isGolden: maybeFlag }).nullish(),
  isMigration: maybeFlag,
  overallHealth: maybeText,
  /** epoch ms */
  lastUpdated: maybeTime,
  vmReplications: z.array(vmReplication).nullish(),
});
export type VappReplication = z.infer<typeof vappReplication>;

/** Dashboard counters; their names were not visible. */
export const vappSummary = z.looseObject({});
export type VappSummary = z.infer<typeof vappSummary>;

/**
 * The vApp replication that a task has worked on; null when its result is none.
 * @example
 * ```ts
 * import { vappReplicationIn } from 'drover/vcda';
 *
 * const started = vappReplicationIn(await sites.get('lyon').task('task-id'));
 * ```
 */
export function vappReplicationIn(task: Task): VappReplication | null {
  const result = leniently(vappReplication, task.result);
  return result.success ? result.data : null;
}
