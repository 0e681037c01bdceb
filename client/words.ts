/** Moments and counts in words; how long something took: contract/words.ts. */
import { two } from '../contract/words.js';

/** ms between two ISO moments; until `now` when the second has not come yet. */
export function between(from: string | null, to: string | null, now = Date.now()): number | null {
  return from === null ? null : (to === null ? now : Date.parse(to)) - Date.parse(from);
}

/** A moment in local time, `2026-12-05 22:00:13`; a dash for none. */
export function moment(iso: string | null): string {
  if (iso === null) {
    return '-';
  }
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(at)}`;
}

/** `22:00:13`, local time. */
export function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
