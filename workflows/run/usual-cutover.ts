/** How long cutovers take where a run makes them, by what earlier runs have left in the store. */
import { cutoversOf } from '../../contract/lengths.js';
import type { PlanHead } from '../../contract/shard.js';
import { askStore } from '../activities.js';

/** ms within which 95 of 100 have ended; null: too few are known, or the store is away, for which a run does not wait here */
export async function usualCutover(plan: PlanHead): Promise<number | null> {
  const of = cutoversOf(plan);
  if (of === null) return null;
  try {
    const { lengths } = await askStore({ ask: 'lengths', ...of });
    return lengths?.p95 ?? null;
  } catch {
    return null;
  }
}
