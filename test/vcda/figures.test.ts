/** Figures of a site that can be none: unknown to all that reads them, and no reason to fail. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { summaryOf } from '../../activities/replication-summary.js';
import { toldAtEnd } from '../../activities/task-end.js';
import { taskEnd } from '../../vcda/index.js';
import { withFake } from './support/client.js';

const NOW = Date.UTC(2026, 10, 28);
/** As JSON, since some of them are no values of this language. */
const NO_TIMES = [
  ['seconds', `${NOW / 1000}`],
  ['nanoseconds', `${NOW}000000`],
  ['nanoseconds in quotes', `"${NOW}000000"`],
  ['a negative time', '-62135596800000'],
  ['zero', '0'],
  ['more than a calendar holds', '8640000000000001'],
  ['more than a number holds', '1e999'],
  ['NaN in quotes', '"NaN"'],
  ['a word', '"yesterday"'],
  ['null', 'null'],
  ['an object', '{"epoch":1}'],
  ['a flag', 'true'],
] as const;

const replication = (time: string, figure: string): string =>
  `{"id":"C4-1","vmId":"x","dataConnectionState":"OK","lastUpdated":${time},
    "sourceState":{"stateAge":${figure},"progress":{"progress":${figure},"bytesToTransfer":${figure}}},
    "destinationState":{"currentRpoViolation":${figure},"latestInstance":{"key":"k","timestamp":${time}}}}`;

describe('a time of a site', () => {
  it.each(NO_TIMES)('that is %s is unknown, and the rest is read', async (_name, json) => {
    const task = `{"id":"t1","state":"RUNNING","startTime":${json},"lastUpdated":${json},"endTime":-1}`;
    await withFake(
      ({ path }) =>
        path === '/tasks/t1'
          ? { body: task }
          : path === '/vm-replications/C4-1'
            ? { body: replication(json, json) }
            : null,
      async ({ lyon }) => {
        const seen = await lyon.task('t1');
        expect([seen.state, seen.startTime ?? null, seen.lastUpdated ?? null]).toEqual(['RUNNING', null, null]);
        const found = await lyon.findReplication('C4-1');
        expect(found === null ? null : summaryOf(found)).toMatchObject({
          dataConnectionState: 'OK',
          latestInstance: { key: 'k', timestamp: null },
        });
      },
    );
  });

  it.each(NO_TIMES.filter(([, json]) => !/^(0|null|-.*|"NaN"|"yesterday"|\{.*|true)$/.test(json)))(
    'that is %s ends a task all the same, at a moment that is unknown',
    async (_name, json) => {
      await withFake(
        ({ path }) => (path === '/tasks/t1' ? { body: `{"id":"t1","state":"ABORTED","endTime":${json}}` } : null),
        async ({ lyon }) => {
          const task = await lyon.task('t1');
          expect(taskEnd(task)).toBe('failed');
          expect(toldAtEnd({ phase: 'task' }, task, NOW)).toEqual({ at: NOW, endedAt: null });
        },
      );
    },
  );
});

describe('a figure of a site', () => {
  it.each(['300', '-1', '-0.5', '1e999', '"half"', '{}', '[]'])('of %s percent is unknown', async (json) => {
    await withFake(
      ({ path }) => (path === '/vm-replications/C4-1' ? { body: replication(`${NOW}`, json) } : null),
      async ({ lyon }) => {
        const found = await lyon.findReplication('C4-1');
        expect(found === null ? 'unread' : summaryOf(found).progress).toBeNull();
        expect(found?.destinationState?.latestInstance?.timestamp).toBe(NOW);
      },
    );
  });

  it('never makes what a workflow is told anything but a plausible time', async () => {
    let json = 'null';
    await withFake(
      ({ path }) => (path === '/vm-replications/C4-1' ? { body: replication(json, json) } : null),
      async ({ lyon }) => {
        await fc.assert(
          fc.asyncProperty(fc.oneof(fc.double(), fc.maxSafeInteger(), fc.jsonValue()), async (drawn) => {
            json = JSON.stringify(drawn) ?? 'null';
            const found = await lyon.findReplication('C4-1');
            const at = found === null ? null : summaryOf(found).latestInstance?.timestamp;
            expect(at == null || new Date(at).getUTCFullYear() >= 2000).toBe(true);
          }),
          { numRuns: 100 },
        );
      },
    );
  });
});
