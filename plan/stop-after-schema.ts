import { z } from 'zod';
import { choose, isMapping, parsed, strict, withRule } from './source/schema-tools.js';

/** After what a run pauses itself; each member by itself is enough. */
export interface StopAfter {
  /** failures */
  count?: number;
  /** failures, as a share of its VMs */
  percent?: number;
  /** cutovers in a row that failed with the same code */
  sameCode?: number;
}

const FAILURES = 'a count of failures such as 5, or a share of the VMs such as 10%, above 0 and at most 100%';

/** More VMs no plan has. */
const MOST = 1_000_000;

const failures = parsed(
  FAILURES,
  {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*%$' },
    ],
  },
  readStopAfter,
);

/** A count of failures, or a share of the VMs; undefined: neither. */
export function readStopAfter(value: unknown): StopAfter | undefined {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(value));
  if (share) {
    const percent = Number(share[1]);
    return percent > 0 && percent <= 100 ? { percent } : undefined;
  }
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST
    ? { count: value }
    : undefined;
}

const SAME_CODE = 'a count of cutovers, at least 1';

const both = withRule(
  strict({ failures: failures.exactOptional(), sameCode: z.int(SAME_CODE).min(1, SAME_CODE).exactOptional() }),
  (_, report, written) => {
    if (Object.keys(written).length === 0)
      report({ message: 'stopAfter says nothing', expected: 'failures, sameCode, or both' });
  },
).transform(({ failures: most, ...inRow }): StopAfter => ({ ...most, ...inRow }));

/** A plain count or share means failures alone. */
export const stopAfter = choose({ plain: failures, both }, (value) => (isMapping(value) ? 'both' : 'plain'));
