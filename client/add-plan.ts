/** A plan whose VMs are to become VMs of a run that goes on, as the run is told of it. */

import { headOf } from '../contract/pieces.js';
import type { AddVms } from '../contract/shard.js';
import { planDigest } from '../plan/digest.js';
import type { Plan } from '../plan/types.js';

/** @param plan with ids for its names */
export function addOf(plan: Plan): Pick<AddVms, 'plan' | 'waves' | 'digest'> {
  const waves = plan.waves.filter(({ vms }) => vms.length > 0);
  return { plan: headOf(plan), waves, digest: planDigest(plan) };
}
