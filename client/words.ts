/** Moments and counts in words; how long something took: contract/words.ts. */
import { two } from '../contract/words.js';

/** ms between two ISO moments; until `now` when the second has not come yet. */
export function between(from: string | null, to: string | null, now = Date.now()): number | null {
  return from === null ? null : (to === null ? now : Date.parse(to)) - Date.parse(from);
}

/** A moment in local time, `2026-12-05 22:00:13 +01:00`; a dash for none. */
export function moment(iso: string | null): string {
  if (iso === null) {
    return '-';
  }
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(at)}`;
}

/** `22:00:13 +01:00`, local time. */
export function clock(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = offset === 0 ? 'UTC' : `${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${zone}`;
}

/** As {@link moment}, in the zone in which it was written, so that it reads the same wherever it is read. */
export function momentAsWritten(iso: string): string {
  const [, date, time, zone] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(iso) ?? [];
  return zone === undefined ? moment(iso) : `${date} ${time} ${zone === 'Z' ? 'UTC' : zone}`;
}

/** As {@link moment}, in a zone by its name, such as `Europe/Paris`. */
export function momentIn(iso: string, timeZone: string): string {
  const all = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(iso));
  const part = (type: Intl.DateTimeFormatPartTypes): string => all.find((one) => one.type === type)?.value ?? '';
  const zone = part('timeZoneName').replace(/^GMT(\+00:00)?/, '') || 'UTC';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')} ${zone}`;
}

/** `21:04 +01:00`: in local time, with its zone. */
export function clockWithZone(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${two(at.getHours())}:${two(at.getMinutes())} ${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 bytes`, `3.2 MiB`: in the largest unit of which there is one. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const unit = UNITS[power - 1];
  return unit === undefined ? plural(bytes, 'byte') : `${Math.round((bytes / 2 ** (10 * power)) * 10) / 10} ${unit}`;
}
