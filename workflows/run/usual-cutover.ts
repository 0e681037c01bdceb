/** How long cutovers take where a run makes them, by what earlier runs have left in the store. */
import { cutoversOf, type Expected } from '../../contract/lengths.js';
import type { PlanHead } from '../../contract/shard.js';
import { cutoverLengths } from '../activities.js';

/** null: too few are known, or the store is away, for which a run does not wait here */
export async function usualCutover(plan: PlanHead): Promise<Omit<Expected, 'share'> | null> {
  const of = cutoversOf(plan);
  if (of === null) return null;
  try {
    const known = await cutoverLengths(of);
    if (known === null) return null;
    const { each, atOnce } = known;
    return { site: of.site, count: each.count, p50Seconds: each.p50 / 1_000, p95Seconds: each.p95 / 1_000, atOnce };
  } catch {
    return null;
  }
}
