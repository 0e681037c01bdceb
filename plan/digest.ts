import { createHash } from 'node:crypto';
import type { Drill, Plan } from './types.js';

export const planDigest = (plan: Plan): string => digest(plan);

export const drillDigest = (drill: Drill): string => digest(drill);

/** SHA-256, in hex, of what a file says: how it was laid out, and the order of its keys, make no difference. */
function digest(value: Plan | Drill): string {
  const sorted = (_: string, part: unknown): unknown =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
}
