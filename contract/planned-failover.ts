/** Whether a failover may be made while its source is dead: pure. */
import type { Plan } from '../plan/types.js';

/** It switches its sources off first and sends the rest, as a migration does, so that both sites must answer. */
export const isPlanned = ({ kind, recovery }: Pick<Plan, 'kind' | 'recovery'>): boolean =>
  kind === 'failover' && recovery.planned === true;

/** A failover, but for a planned one, does without its source. */
export const isWithoutSource = (plan: Pick<Plan, 'kind' | 'recovery'>): boolean =>
  plan.kind === 'failover' && !isPlanned(plan);
