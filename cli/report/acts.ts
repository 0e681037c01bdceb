/** What persons have told a run, with what came of it. */
import { moment } from '../../client/words.js';
import { type ActRecord, actsBefore } from '../../contract/act.js';
import { filled } from '../text/run-text.js';
import { table } from '../text/table.js';

/** Nothing where nobody has told it anything. */
export function actsText(acts: ActRecord[] = []): string[] {
  if (acts.length === 0) return [];
  const rows = acts.map((act) => [
    moment(act.at),
    act.actor,
    act.act,
    act.target ?? '',
    act.reference ?? '',
    act.note ?? '',
    effectOf(act),
  ]);
  const missing = actsBefore(acts);
  const head = missing === 0 ? 'Acts:' : `Acts, but for the first ${missing}, of which the store does not tell:`;
  return [`${head}\n${table(...filled(['AT', 'WHO', 'ACT', 'FOR', 'REF', 'NOTE', 'EFFECT'], rows))}`];
}

function effectOf({ after, refused }: ActRecord): string {
  if (refused !== null) return `refused: ${refused}`;
  const isSaid = typeof after === 'object' && after !== null && 'message' in after;
  return isSaid ? String(after.message) : '';
}
