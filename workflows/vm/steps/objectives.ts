/** Recovery time and point of a VM: what a disaster at the trigger would have cost. */
import type { VmReport } from '../../../contract/report.js';
import { type ClockOffset, onOurClock } from '../../../contract/site-clock.js';
import { inWords } from '../../../contract/words.js';

export interface Recovery {
  triggeredAt: number;
  /** null: what was recovered was left off, so that nothing shows that it works */
  recoveredAt: number | null;
  /** of what was recovered, by the clock of the site that keeps it; null: the site does not say */
  instanceAt: number | null;
  /** when that instance was seen: it was made before */
  seenAt: number;
}

/**
 * Moments in epoch ms, all but the instance's by our clock. An instance made after the trigger loses nothing; one whose age
 * cannot be told, since the site's clock was not measured, or shows it as made after it was seen, has no RPO: an objective is
 * not met by it.
 *
 * @returns why a figure is not known although there are times for it; null: nothing contradicts itself
 */
export function measure(report: VmReport, recovery: Recovery, clock: ClockOffset | null): string | null {
  const { triggeredAt, recoveredAt, instanceAt, seenAt } = recovery;
  const took = recoveredAt === null ? null : inSeconds(recoveredAt - triggeredAt);
  const isUpBefore = took !== null && took < 0;
  report.rtoSeconds = isUpBefore ? null : took;
  const made = onOurClock(instanceAt, clock);
  const isFromFuture = made !== null && made.at - made.within > seenAt;
  const isKnown = made !== null && !isFromFuture;
  report.rpoSeconds = isKnown ? Math.max(0, inSeconds(triggeredAt - made.at)) : null;
  report.rpoUncertaintySeconds = isKnown ? Math.ceil(made.within / 100) / 10 : null;
  if (isFromFuture)
    return `Its RPO is not known: by the clock of its site, what was recovered was made ${inWords(made.at - seenAt, 'one unit')} after it was seen. Was that clock set back?`;
  return isUpBefore ? 'Its RTO is not known: it was up before the trigger, by the clocks of the workers.' : null;
}

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10;
