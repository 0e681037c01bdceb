/** The patience that a row of the error table has counts from the first answer of that row, over attempts. */
import { describe, expect, it } from '@jest/globals';
import { RowPatience } from '../../activities/row-patience.js';
import { errorRules } from '../../vcda/index.js';
import { withLab } from '../support/lab.js';
import { withBench } from './support/bench.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const rules = errorRules();
const failed = rules({ code: 'GeneralServerFailure' });
const away = rules({ code: 'x', status: 503 });

/** As the next attempt gets it. */
const next = (before: RowPatience): RowPatience => new RowPatience(JSON.parse(JSON.stringify({ rows: before.rows })));

describe('since when a row answers', () => {
  it('is its own first answer, whatever answered before', () => {
    let patience = new RowPatience(undefined);
    for (let at = 0; at < 2 * HOUR; at += MINUTE) {
      expect(patience.since(away, at)).toBe(0);
      patience = next(patience);
    }
    expect(patience.since(failed, 2 * HOUR)).toBe(2 * HOUR);
    expect(next(patience).since(failed, 2 * HOUR + MINUTE)).toBe(2 * HOUR);
  });

  it('is not put off by another row that answers in between', () => {
    const patience = new RowPatience(null);
    for (let at = 0; at < HOUR; at += 2 * MINUTE) {
      expect(patience.since(failed, at)).toBe(0);
      expect(patience.since(away, at + MINUTE)).toBe(MINUTE);
    }
  });

  it('is counted anew once something else was the matter for long', () => {
    const patience = new RowPatience({ rows: { nonsense: null, '503': 7 } });
    expect(patience.since(failed, 0)).toBe(0);
    for (let at = 0; at < 3 * HOUR; at += MINUTE) patience.since(away, at);
    expect(patience.since(failed, 3 * HOUR)).toBe(3 * HOUR);
  });
});

describe('an operation that is being submitted', () => {
  it.concurrent('survives one 500 after its site was away for longer than a 500 is waited for', () =>
    withLab(
      {
        vms: 1,
        // After each answer it is looked for in vain for so long: eight times.
        site: { reconcile: { settle: 200 } },
        errors: {
          503: { retry: { initial: 100, max: 200 } },
          '5xx': { retry: { initial: 100, max: 200, for: 500 } },
        },
      },
      async (lab) => {
        const operation = 'start';
        // Both count every call, so the last of all is answered by the second.
        lab.simulator.control.addFaults(
          { id: 'away', operation, kind: 'status', status: 503, times: 8 },
          { operation, kind: 'status', status: 500, times: 9, error: { code: 'Unheard', msg: 'once' } },
        );
        const report = await (await lab.start(lab.plan())).result();
        expect(report.vms.map(({ error }) => error)).toEqual([null]);
        const away = lab.simulator.control.faults().find(({ id }) => id === 'away');
        expect(away?.struck).toBe(8);
      },
    ));

  it.concurrent('is given up when the row has answered for so long, over attempts', () =>
    withBench({ vms: 1 }, async (bench) => {
      bench.simulator.control.addFaults({
        operation: 'delete',
        kind: 'status',
        status: 500,
        error: { code: 'GeneralServerFailure', msg: 'always' },
      });
      const request = bench.request({ kind: 'delete', replicationId: (await bench.protect()).id });
      let left: unknown;
      const submit = (attempt: number, heartbeatDetails?: unknown) =>
        bench
          .attempt(() => bench.activities.submitOperation(request), {
            attempt,
            heartbeatDetails,
            onHeartbeat: (details) => {
              left = details;
            },
          })
          .catch((error: unknown) => error);
      expect(await submit(1)).toMatchObject({ nonRetryable: false });
      const rows = Object.entries((left as { rows: Record<string, { first: number; last: number }> }).rows);
      expect(rows.map(([key]) => key)).toEqual(['GeneralServerFailure']);
      const longAgo = Object.fromEntries(rows.map(([key, row]) => [key, { ...row, first: row.first - 2 * HOUR }]));
      expect(await submit(2, { ...(left as object), rows: longAgo })).toMatchObject({
        nonRetryable: true,
        message: expect.stringContaining('Gave up after 2 h.'),
      });
    }));
});
