import { check, quote, valueAt } from '../source/check.js';
import { formatDuration } from '../source/durations.js';
import { didYouMean } from '../source/nearest.js';
import type { Problem } from '../source/problem.js';
import type { Source } from '../source/yaml-document.js';
import type { DrillSchedule } from '../types.js';
import { CRON, cronFault, normalCron } from './cron.js';
import * as schema from './drill-schema.js';
import { shortestGap } from './schedule-times.js';

/**
 * Reads when a drill runs by itself; null: never, undefined: something is wrong with it, which is a problem.
 *
 * @param hold how long the drill keeps up what it recovered, in ms
 */
export function readSchedule(
  source: Source,
  hold: number | undefined,
  problems: Problem[],
): DrillSchedule | null | undefined {
  if ((valueAt(source.value, ['schedule']) ?? null) === null) return null;
  const read = check(schema.schedule, source, ['schedule'], problems);
  if (typeof valueAt(source.value, ['schedule']) !== 'object') return undefined;
  const cron = readCron(source, problems);
  const timezone = readZone(source, problems);
  if (!read || !cron || timezone === undefined) return undefined;
  const schedule = { ...read, cron, timezone };
  checkGap(source, schedule, hold ?? 0, problems);
  return schedule;
}

function readCron(source: Source, problems: Problem[]): string[] | undefined {
  const path = ['schedule', 'cron'];
  const written = valueAt(source.value, path);
  const texts: unknown[] = Array.isArray(written) ? written : [written];
  const before = problems.length;
  for (const [index, text] of texts.entries()) {
    const where = { file: source.file, ...source.at(Array.isArray(written) ? [...path, index] : path) };
    const fault =
      typeof text === 'string' ? cronFault(text) : { message: 'schedule.cron is missing, or no text', expected: CRON };
    if (fault) problems.push({ ...where, ...fault });
  }
  if (texts.length === 0) {
    problems.push({ file: source.file, ...source.at(path), message: 'schedule.cron is an empty list', expected: CRON });
  }
  return problems.length > before ? undefined : texts.map((text) => normalCron(String(text)));
}

/** Temporal's server takes names letter by letter as the IANA database has them. */
function readZone(source: Source, problems: Problem[]): string | undefined {
  const path = ['schedule', 'timezone'];
  const written = valueAt(source.value, path);
  const zone = typeof written === 'string' ? ianaName(written) : undefined;
  if (zone !== undefined && zone === written) return zone;
  const found =
    typeof written === 'string' ? `is ${quote(written)}` : written === undefined ? 'is missing' : 'is no text';
  const hint = typeof written === 'string' ? didYouMean(written, [...Intl.supportedValuesOf('timeZone'), 'UTC']) : {};
  const message = `schedule.timezone ${found}`;
  const expected = 'a zone of the IANA database, such as Europe/Paris or UTC';
  problems.push({ file: source.file, ...source.at(path), message, expected, ...hint });
  return undefined;
}

/** A name as the database spells it; undefined when it has no such zone. */
function ianaName(name: string): string | undefined {
  // Offsets such as +01:00 are zones for some versions of Node, and none of the database.
  if (!/^[a-z]/i.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    if (timeZone.toLowerCase() === name.toLowerCase()) return timeZone;
    // An older name of a zone, such as Asia/Kolkata for Node's Asia/Calcutta.
    return name.split('/').every((part) => /^[A-Z]/.test(part)) ? name : undefined;
  } catch {
    return undefined;
  }
}

function checkGap(source: Source, schedule: DrillSchedule, hold: number, problems: Problem[]): void {
  const gap = shortestGap(schedule);
  if (gap === null) return;
  const runs = `the schedule runs every ${formatDuration(gap)} at its closest`;
  if (hold >= gap) {
    const message = `hold is ${formatDuration(hold)}, while ${runs}`;
    problems.push({
      file: source.file,
      ...source.at(['hold']),
      message,
      expected: 'a drill that ends before the next',
    });
  }
  if (schedule.jitter > gap) {
    const message = `schedule.jitter is ${formatDuration(schedule.jitter)}, while ${runs}`;
    problems.push({ file: source.file, ...source.at(['schedule', 'jitter']), message, expected: 'less than that' });
  }
}
