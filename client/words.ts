/** Times and counts in words. */

/** `1 h 02 min`, `3 min 05 s`, `12 s`; a dash for what is not known. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) {
    return '-';
  }
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${two(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

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

function two(part: number): string {
  return String(part).padStart(2, '0');
}
