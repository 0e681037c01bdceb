/** How long what is left of a run is expected to take, in words. */
import type { Forecast } from '../../client/forecast.js';
import { plural } from '../../client/words.js';
import { ENOUGH_MEASURED, type Span } from '../../contract/lengths.js';
import { inWords } from '../../contract/words.js';

/** `12 min, at most 25 min` */
export function spanText({ p50, p95 }: Span): string {
  const [usual, most] = [inWords(p50), inWords(p95)];
  return usual === most ? usual : `${usual}, at most ${most}`;
}

/** In sentences; nothing where nothing is left. */
export function forecastText(forecast: Forecast | null): string[] {
  const lines = forecast === null ? [] : [...copiesText(forecast), ...cutoversText(forecast)];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function copiesText({ copies }: Forecast): string[] {
  if (copies === null) return [];
  const { vms, unknown, left } = copies;
  const why = 'how long that takes is not known before it has begun and its size is known';
  if (left === null) return [`Left to copy: ${plural(vms, 'VM')}; ${why}.`];
  return [
    `Left to copy: ${plural(vms, 'VM')}, the last of those of which it is known in ${inWords(left)}${unknown === 0 ? '' : `; of ${unknown} ${why}`}.`,
  ];
}

function cutoversText({ cutovers }: Forecast): string[] {
  if (cutovers === null) return [];
  const { vms, site, estimate } = cutovers;
  if (estimate === null) {
    const where = site === null ? 'where they are made' : `at ${site}`;
    const why =
      site === null
        ? `fewer than ${ENOUGH_MEASURED} were measured ${where}`
        : `${where} nobody says how many run at once`;
    return [`Left to cut over: ${plural(vms, 'VM')}; how long that takes is not known, since ${why}.`];
  }
  const { each, atOnce } = estimate;
  return [
    `Left to cut over: ${plural(vms, 'VM')}, expected to take ${spanText(estimate)}: ${atOnce} at once, each as the last ` +
      `${each.count} at ${site} (half of them, 95 of 100).`,
  ];
}

/** On one line, for what is drawn anew each second; empty: nothing is known. */
export function forecastLine(forecast: Forecast | null): string {
  const { copies = null, cutovers = null } = forecast ?? {};
  const parts = [
    ...(copies?.left == null ? [] : [`copies ${inWords(copies.left)}`]),
    ...(cutovers?.estimate == null ? [] : [`cutovers ${spanText(cutovers.estimate)}`]),
  ];
  return parts.length === 0 ? '' : `left: ${parts.join('; ')}`;
}
