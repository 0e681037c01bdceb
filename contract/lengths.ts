/** How long cutovers take at a site, by what was measured there, and what that makes of a whole run: pure. Times are ms. */

import type { Plan, RunKind } from '../plan/types.js';
import { isPlanned } from './planned-failover.js';

/** Fewer say nothing of the next. */
export const ENOUGH_MEASURED = 5;
/** What is older says little of today. */
export const MOST_MEASURED = 50;

export interface Lengths {
  /** of how many */
  count: number;
  /** half of them took no longer */
  p50: number;
  /** 95 of 100 took no longer */
  p95: number;
}

/** @returns null: too few are known */
export function lengthsOf(seconds: number[], enough: number = ENOUGH_MEASURED): Lengths | null {
  const sorted = seconds.filter((one) => one >= 0).sort((a, b) => a - b);
  const at = (share: number): number => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 1_000;
  return sorted.length < enough ? null : { count: sorted.length, p50: at(0.5), p95: at(0.95) };
}

export interface Span {
  p50: number;
  p95: number;
}

/** What the cutovers of a run take. */
export interface Estimate extends Span {
  each: Lengths;
  /** that may run at once */
  atOnce: number;
  /** cut over one after the other */
  waves: ({ name: string; vms: number } & Span)[];
}

/** From when the first may begin, with nothing to wait for but places. */
export function estimateOf(waves: { name: string; vms: number }[], each: Lengths, atOnce: number): Estimate {
  const all = waves.map(({ name, vms }) => {
    const rounds = Math.ceil(vms / Math.max(1, atOnce));
    return { name, vms, p50: rounds * each.p50, p95: rounds * each.p95 };
  });
  const sum = (of: keyof Span): number => all.reduce((total, wave) => total + wave[of], 0);
  return { each, atOnce, waves: all, p50: sum('p50'), p95: sum('p95') };
}

/** How long cutovers take at a site, and how many it lets run at once. */
export interface CutoverLengths {
  each: Lengths;
  /** as its limit is now; null: not known */
  atOnce: number | null;
}

/** What a run was told of its cutovers when it began. */
export interface Expected {
  /** where it makes them */
  site: string;
  /** of how many that were measured there */
  count: number;
  p50Seconds: number;
  p95Seconds: number;
  /** that the site lets run at once, over all runs, as it was then; null: not known */
  atOnce: number | null;
  /** that the run itself lets run at once, as it is now; null: as many as the site */
  share: number | null;
}

/** By which operation, and where, VMs are cut over; null: none is. */
export function cutoversOf(
  plan: Pick<Plan, 'kind' | 'source' | 'destination' | 'recovery'>,
): { site: string; kind: 'migrate' | 'failover' } | null {
  const { kind, source, destination } = plan;
  const at: Partial<Record<RunKind, ReturnType<typeof cutoversOf>>> = {
    migrate: { site: destination.site, kind: 'migrate' },
    failover: { site: destination.site, kind: isPlanned(plan) ? 'migrate' : 'failover' },
    failback: { site: source.site, kind: 'migrate' },
  };
  return at[kind] ?? null;
}
