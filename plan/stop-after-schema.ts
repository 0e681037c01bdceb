import { isMapping, type Json, parsed } from './source/schema-tools.js';

/** After what a run pauses itself; each member by itself is enough. */
export interface StopAfter {
  /** failures */
  count?: number;
  /** failures, as a share of its VMs */
  percent?: number;
  /** cutovers in a row that failed with the same code */
  sameCode?: number;
}

const FAILURES: Json[] = [
  { type: 'integer', minimum: 1 },
  { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*%$' },
];

export const stopAfter = parsed(
  'a count of failures such as 5, a share of the VMs such as 10%, above 0 and at most 100%, or { failures: one of these, sameCode: a count }',
  {
    anyOf: [
      ...FAILURES,
      {
        type: 'object',
        properties: { failures: { anyOf: FAILURES }, sameCode: { type: 'integer', minimum: 1 } },
        additionalProperties: false,
        minProperties: 1,
      },
    ],
  },
  (value): StopAfter | undefined => (isMapping(value) ? both(value) : failures(value)),
);

function both(value: object): StopAfter | undefined {
  const { failures: written, sameCode, ...others } = value as { failures?: unknown; sameCode?: unknown };
  if (Object.keys(others).length > 0) return undefined;
  const most = written == null ? {} : failures(written);
  const inRow = sameCode == null ? {} : isCount(sameCode) ? { sameCode } : undefined;
  if (most === undefined || inRow === undefined || (written == null && sameCode == null)) return undefined;
  return { ...most, ...inRow };
}

function failures(value: unknown): StopAfter | undefined {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(value));
  if (share) {
    const percent = Number(share[1]);
    return percent > 0 && percent <= 100 ? { percent } : undefined;
  }
  return isCount(value) ? { count: value } : undefined;
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1;
