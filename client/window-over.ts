import { isWindowOver } from '../plan/check-window.js';
import type { Plan } from '../plan/types.js';
import { WindowOver } from './errors.js';

/** @throws WindowOver when nothing could be cut over any more */
export function refuseWindowOver(plan: Plan): void {
  if (isWindowOver(plan, new Date())) throw new WindowOver(plan.name, plan.cutover.window?.closes ?? '');
}
