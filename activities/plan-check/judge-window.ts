/** Whether the cutovers of a plan fit into its window, by what its destination was measured to do: pure. */
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import { inWords } from '../../contract/words.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';

/** Where nothing was measured yet nothing is said. */
export function judgeWindowLength(
  { cutover: { window }, limits, waves, destination: { site } }: PlanHead,
  { cutover }: Pick<PlanFacts, 'cutover'>,
  now: number,
): PlanFinding[] {
  if (window === null || cutover === null) return [];
  const left = Date.parse(window.closes) - Math.max(now, Date.parse(window.opens));
  const vms = waves.reduce((sum, wave) => sum + wave.vms, 0);
  const atOnce = Math.min(limits.cutovers ?? cutover.atOnce, cutover.atOnce);
  // A cutover must begin in its window, and may end after it, unless the plan says otherwise.
  const rounds = Math.ceil(vms / atOnce) - (window.mustEnd === true ? 0 : 1);
  const each = window.mustEnd === true ? cutover.each.p95 : cutover.each.p50;
  const needed = rounds * each;
  if (left <= 0 || needed <= left) return [];
  const message =
    `its window is open for ${inWords(left)}; ${vms} cutovers, ${atOnce} at once, of about ${inWords(each)} each need ` +
    `${inWords(needed)} until the last has ${window.mustEnd === true ? 'ended' : 'begun'}.`;
  return [about(null, site).warning('WindowTooShort', message, 'Widen the window, or allow more cutovers at once.')];
}
