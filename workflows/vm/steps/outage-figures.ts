/** Figures of an outage, from times that may be none: what cannot be is not known, and never nothing. Pure. */
import type { Notice } from '../../../contract/notice.js';
import type { Submitted } from '../../../contract/operation.js';
import { type ClockOffset, onOurClock } from '../../../contract/site-clock.js';

/**
 * When a task had ended at the latest: by the site's stamp where its clock is known, else when it was seen. Epoch ms. A stamp
 * from before our own submission is no time of this task.
 */
export function endedAtLatest(
  { endedAt, at }: Pick<Notice, 'endedAt' | 'at'>,
  clock: ClockOffset | null,
  { adopted, submittedAt }: Pick<Submitted, 'adopted' | 'submittedAt'>,
): number {
  const told = onOurClock(endedAt, clock);
  if (told === null) return at;
  const latest = Math.ceil(told.at + told.within);
  return !adopted && latest <= submittedAt ? at : Math.min(at, latest);
}

/** Seconds between two ISO times, in tenths and never less than it was; null: the end is not after the beginning. */
export function secondsDown(since: string, until: string): number | null {
  const ms = Date.parse(until) - Date.parse(since);
  return ms > 0 ? Math.ceil(ms / 100) / 10 : null;
}
