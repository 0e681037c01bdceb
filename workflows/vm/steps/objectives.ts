/** Recovery time and point of a VM: what a disaster at the trigger would have cost. */
import type { VmReport } from '../../../contract/report.js';
import { type ClockOffset, onOurClock } from '../../../contract/site-clock.js';
import { inWords } from '../../../contract/words.js';

export interface Recovery {
  triggeredAt: number;
  /** null: what was recovered was left off, so that nothing shows that it works */
  recoveredAt: number | null;
  /** what was recovered */
  instance: SeenInstance;
  /** of a rehearsal: what there was to recover before its trigger, for a copy made since says nothing of a disaster then */
  earlier?: SeenInstance;
  /** of a real recovery: when it was sent. A source that was at work after the trigger has lost what it wrote until then */
  sentAt?: number;
  /** whether the source was seen to be on before that */
  sourceRan?: boolean;
}

interface SeenInstance {
  /** by the clock of the site that keeps it; null: the site does not say */
  at: number | null;
  /** when it was seen: it was made before */
  seenAt: number;
}

/** An instance on our clock; or why it is not known. */
type Made = { at: number; within: number } | { why: string | null };

/**
 * Moments in epoch ms, all but the instance's by our clock. What cannot be told has no RPO, so that no objective is met by it:
 * the age of an instance whose site's clock was not measured, or shows it as made after it was seen, or of which all that is
 * known is that it was made after the trigger.
 *
 * @returns why a figure is not known although there are times for it; null: nothing contradicts itself
 */
export function measure(report: VmReport, recovery: Recovery, clock: ClockOffset | null): string | null {
  const { triggeredAt, recoveredAt } = recovery;
  const took = recoveredAt === null ? null : inSeconds(recoveredAt - triggeredAt);
  const isUpBefore = took !== null && took < 0;
  report.rtoSeconds = isUpBefore ? null : took;
  const lost = lostBy(recovery, clock);
  const isKnown = 'ms' in lost;
  report.rpoSeconds = isKnown ? Math.max(0, inSeconds(lost.ms)) : null;
  report.rpoUncertaintySeconds = isKnown ? Math.ceil(lost.within / 100) / 10 : null;
  if (!isKnown && lost.why !== null) return `Its RPO is not known: ${lost.why}`;
  return isUpBefore ? 'Its RTO is not known: it was up before the trigger, by the clocks of the workers.' : null;
}

function lostBy(
  { triggeredAt, instance, earlier, sentAt, sourceRan = false }: Recovery,
  clock: ClockOffset | null,
): { ms: number; within: number } | { why: string | null } {
  const made = madeAt(instance, clock);
  if (!('at' in made)) return made;
  const isSince = made.at - made.within > triggeredAt;
  if (sentAt !== undefined) {
    const until = isSince || sourceRan ? sentAt : triggeredAt;
    return { ms: until - made.at, within: made.within };
  }
  if (!isSince) return { ms: triggeredAt - made.at, within: made.within };
  const before = earlier === undefined ? made : madeAt(earlier, clock);
  if ('at' in before && before.at - before.within <= triggeredAt)
    return { ms: triggeredAt - before.at, within: before.within };
  return { why: 'what was recovered was made after the trigger, and how old a copy was then is not known.' };
}

function madeAt({ at, seenAt }: SeenInstance, clock: ClockOffset | null): Made {
  const made = onOurClock(at, clock);
  if (made === null) return { why: null };
  if (made.at - made.within <= seenAt) return made;
  const late = inWords(made.at - seenAt, 'one unit');
  return {
    why: `by the clock of its site, what was recovered was made ${late} after it was seen. Was that clock set back?`,
  };
}

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10;
