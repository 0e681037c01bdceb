import type { Notice } from '../../../contract/notice.js';
import type { Submitted } from '../../../contract/operation.js';
import { type ClockOffset, onOurClock } from '../../../contract/site-clock.js';

/**
 * When a sync of our own had ended: epoch ms; null: it is not known. Where the site does not tell, it is when that was seen; of
 * one that was found, which may have ended long before that, nothing.
 */
export function syncEndedAt(
  { endedAt, at }: Pick<Notice, 'endedAt' | 'at'>,
  { adopted }: Pick<Submitted, 'adopted'>,
  clock: ClockOffset | null,
): number | null {
  const told = onOurClock(endedAt, clock);
  if (told !== null) return Math.min(told.at - told.within, at);
  return adopted ? null : at;
}
