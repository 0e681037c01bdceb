import type { Instance } from '../world/model.js';

export type Rules = readonly { numberOfInstances: number; distance: number }[];

const MINUTE = 60_000;

/**
 * Instances that stay, oldest first. The newest and the stored ("pinned") ones always do [doc UG47 GUID-7CAAA23D]; each
 * rule keeps up to `numberOfInstances`, at least `distance` minutes apart. The documents name the rule's fields, not its
 * arithmetic: spacing counted from the oldest kept one is an assumption, chosen because spacing counted from the
 * newest would drop every instance before it could grow old.
 */
export function retain(instances: readonly Instance[], rules: Rules): Instance[] {
  const newest = instances[instances.length - 1];
  if (newest === undefined) return [];
  const kept = new Set<Instance>([newest, ...instances.filter((instance) => instance.isPinned)]);
  for (const rule of rules) {
    const spaced: Instance[] = [];
    for (const instance of instances) {
      const last = spaced[spaced.length - 1];
      if (last === undefined || instance.at - last.at >= rule.distance * MINUTE) spaced.push(instance);
    }
    for (const instance of spaced.slice(-Math.max(1, rule.numberOfInstances))) kept.add(instance);
  }
  return instances.filter((instance) => kept.has(instance));
}
