/** Recovery time and point of a VM: what a disaster at the trigger would have cost. */
import type { VmReport } from '../../../contract/report.js';
import { type ClockOffset, onOurClock } from '../../../contract/site-clock.js';

export interface Recovery {
  triggeredAt: number;
  /** null: what was recovered was left off, so that nothing shows that it works */
  recoveredAt: number | null;
  /** of what was recovered, by the clock of the site that keeps it; null: the site does not say */
  instanceAt: number | null;
}

/**
 * Moments in epoch ms, all but the instance's by our clock. An instance made after the trigger loses nothing; one whose age
 * cannot be told, since the site's clock was not measured, has no RPO: an objective is not met by it.
 */
export function measure(report: VmReport, recovery: Recovery, clock: ClockOffset | null): void {
  const { triggeredAt, recoveredAt, instanceAt } = recovery;
  report.rtoSeconds = recoveredAt === null ? null : Math.max(0, inSeconds(recoveredAt - triggeredAt));
  const made = onOurClock(instanceAt, clock);
  report.rpoSeconds = made === null ? null : Math.max(0, inSeconds(triggeredAt - made.at));
  report.rpoUncertaintySeconds = made === null ? null : Math.ceil(made.within / 100) / 10;
}

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10;
