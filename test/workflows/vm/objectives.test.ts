/** RTO and RPO from times that cannot be: pure. */
import { describe, expect, it } from '@jest/globals';
import { untouched } from '../../../contract/report.js';
import { measure, type Recovery } from '../../../workflows/vm/steps/objectives.js';

const TRIGGER = Date.parse('2026-11-28T19:00:00.000Z');
const MINUTE = 60_000;
const CLOCK = { least: -100, most: 100 };

interface Measured extends Partial<Omit<Recovery, 'instance'>> {
  instanceAt?: number;
}

function measured({ instanceAt, ...changes }: Measured, clock: typeof CLOCK | null = CLOCK) {
  const report = untouched({ id: 'vm-a', name: 'a' }, 'g1');
  const why = measure(
    report,
    {
      triggeredAt: TRIGGER,
      recoveredAt: TRIGGER + MINUTE,
      instance: { at: instanceAt ?? null, seenAt: TRIGGER + 2_000 },
      ...changes,
    },
    clock,
  );
  const { rtoSeconds, rpoSeconds, rpoUncertaintySeconds } = report;
  return { rtoSeconds, rpoSeconds, rpoUncertaintySeconds, why };
}

describe('an RPO', () => {
  it('is the age of the copy at the trigger', () => {
    expect(measured({ instanceAt: TRIGGER - MINUTE })).toMatchObject({ rpoSeconds: 60, rpoUncertaintySeconds: 0.1 });
  });

  it('of a rehearsal is that of the copy that there was then, where a newer one is recovered, or not known', () => {
    const [instanceAt, seenAt] = [TRIGGER + 1_000, TRIGGER - 5_000];
    const found = (at: number | null) => measured({ instanceAt, earlier: { at, seenAt } });
    expect(found(TRIGGER - 2 * MINUTE)).toMatchObject({ rpoSeconds: 120, why: null });
    const unknown = { rpoSeconds: null, why: expect.stringMatching(/RPO is not known: .* after the trigger/) };
    expect(found(null)).toMatchObject(unknown);
    expect(measured({ instanceAt })).toMatchObject(unknown);
  });

  it.each<[what: string, Measured, rpoSeconds: number]>([
    ['the trigger, where nothing shows that its source was at work since', { instanceAt: TRIGGER - MINUTE }, 60],
    [
      'when it was sent, where its source ran until then',
      { instanceAt: TRIGGER - MINUTE, sourceRan: true },
      60 * 60 + 60,
    ],
    ['when it was sent, where the copy was made since the trigger', { instanceAt: TRIGGER + 1_000 }, 60 * 60 - 1],
  ])('of a failover that waited for an hour counts to %s', (_, changes, rpoSeconds) => {
    expect(measured({ ...changes, sentAt: TRIGGER + 60 * MINUTE })).toMatchObject({ rpoSeconds, why: null });
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
