import { createHash } from 'node:crypto';
import type { Plan } from './types.js';

/** SHA-256, in hex, of what a plan says: how its file was laid out, and the order of its keys, make no difference. */
export function planDigest(plan: Plan): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(plan, sorted)).digest('hex');
}
