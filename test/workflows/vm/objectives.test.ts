/** RTO and RPO from times that cannot be: pure. */
import { describe, expect, it } from '@jest/globals';
import { untouched } from '../../../contract/report.js';
import { measure, type Recovery } from '../../../workflows/vm/steps/objectives.js';

const TRIGGER = Date.parse('2026-11-28T19:00:00.000Z');
const MINUTE = 60_000;
const CLOCK = { least: -100, most: 100 };

function measured(changes: Partial<Recovery>, clock: typeof CLOCK | null = CLOCK) {
  const report = untouched({ id: 'vm-a', name: 'a' }, 'g1');
  const why = measure(
    report,
    { triggeredAt: TRIGGER, recoveredAt: TRIGGER + MINUTE, instanceAt: null, seenAt: TRIGGER + 2_000, ...changes },
    clock,
  );
  const { rtoSeconds, rpoSeconds, rpoUncertaintySeconds } = report;
  return { rtoSeconds, rpoSeconds, rpoUncertaintySeconds, why };
}

describe('an RPO', () => {
  it('is the age of the copy at the trigger; one that was made since has lost nothing', () => {
    expect(measured({ instanceAt: TRIGGER - MINUTE })).toMatchObject({ rpoSeconds: 60, rpoUncertaintySeconds: 0.1 });
    expect(measured({ instanceAt: TRIGGER + 1_000 })).toMatchObject({ rpoSeconds: 0, why: null });
  });

  it.each([2_101, 12 * MINUTE, 60 * MINUTE])(
    'is not known, and that is said, of a copy from %d ms after the trigger, seen before that',
    (ahead) => {
      expect(measured({ instanceAt: TRIGGER + ahead })).toMatchObject({
        rpoSeconds: null,
        rpoUncertaintySeconds: null,
        why: expect.stringMatching(/RPO is not known: .* after it was seen/),
      });
    },
  );

  it('is not known without a word where the clock or the time of the copy is not', () => {
    expect(measured({ instanceAt: TRIGGER - MINUTE }, null)).toMatchObject({ rpoSeconds: null, why: null });
    expect(measured({})).toMatchObject({ rpoSeconds: null, why: null });
  });
});

describe('an RTO', () => {
  it('is not known, and not 0, of a VM that was up before the trigger', () => {
    expect(measured({ recoveredAt: TRIGGER - MINUTE })).toMatchObject({
      rtoSeconds: null,
      why: expect.stringContaining('RTO is not known'),
    });
  });
});
