import { z } from 'zod';
import { didYouMean } from '../source/nearest.js';
import { duration } from '../source/schema-parts.js';
import { choose, strict } from '../source/schema-tools.js';
import { CRON, cronFault, normalCron } from './cron.js';

const cronText = choose({ text: z.string().transform(normalCron) }, (value, report) => {
  const missing = { message: 'schedule.cron is missing, or no text', expected: CRON };
  const fault = typeof value === 'string' ? cronFault(value) : missing;
  if (fault) report(fault);
  return fault ? undefined : 'text';
});

const cron = choose({ one: cronText, list: z.array(cronText).min(1, CRON) }, (value) =>
  Array.isArray(value) ? 'list' : 'one',
).transform((value) => (Array.isArray(value) ? value : [value]));

/** Temporal's server takes names letter by letter as the IANA database has them. */
const timezone = choose({ zone: z.string() }, (value, report) => {
  if (typeof value === 'string' && ianaName(value) === value) return 'zone';
  const names = () => [...Intl.supportedValuesOf('timeZone'), 'UTC'];
  return report({
    expected: 'a zone of the IANA database, such as Europe/Paris or UTC',
    ...(typeof value === 'string' ? didYouMean(value, names()) : {}),
  });
});

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

/** When a drill runs by itself; a Temporal Schedule. Durations in ms. */
export const schedule = strict({
  cron: cron.meta({ description: 'a cron expression, or a list of them' }),
  timezone: timezone.meta({ description: 'zone of the IANA database, spelt as there: `Europe/Paris`, `UTC`' }),
  overlap: z.enum(['skip', 'bufferOne']).prefault('skip').meta({
    description: 'a time that comes while the drill still runs: `skip`, or `bufferOne` (once more after it)',
  }),
  catchup: duration().prefault('1h').meta({
    description: 'how late a time that was missed is still made up for; a late drill can be worse than none',
  }),
  jitter: duration(0).prefault('0s').meta({
    description: 'up to so much later, at random; less than the time between two runs',
  }),
  pauseOnFailure: z.boolean().prefault(true).meta({
    description: 'a drill that failed pauses its schedule, until a person has looked',
  }),
});
