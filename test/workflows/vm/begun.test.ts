/** What is said of a VM whose cutover, or reverse, a site had accepted when it was told to stop or its window closed. */
import { describe, expect, it } from '@jest/globals';
import { type OperationRecord, untouched } from '../../../contract/report.js';
import { begunMove, sourceWords, stoppedAfter } from '../../../workflows/vm/steps/begun.js';
import { windowMissed } from '../../../workflows/vm/steps/preconditions.js';

const done = (kind: OperationRecord['kind'], result: OperationRecord['result']): OperationRecord => ({
  kind,
  operationId: `drover/r/v/${kind}/1`,
  taskId: `task-${kind}`,
  adopted: false,
  submittedAt: '2026-12-05T22:00:01Z',
  finishedAt: result === null ? null : '2026-12-05T22:03:00Z',
  result,
});

const report = (...operations: OperationRecord[]) => ({
  ...untouched({ id: '441a891a', name: 'web1' }, 'all'),
  replicationId: 'C4-77',
  downSince: operations.some(({ kind }) => kind === 'migrate') ? '2026-12-05T22:00:01Z' : null,
  operations,
});

describe('what has begun', () => {
  it('is a cutover or a reverse that was accepted, also when its task failed; a copy and a test are not', () => {
    const kinds = ['start', 'sync', 'failover-test', 'cleanup', 'delete'] as const;
    expect(begunMove(report(...kinds.map((kind) => done(kind, 'succeeded'))))).toBeUndefined();
    for (const kind of ['migrate', 'failover', 'reverse'] as const) {
      for (const result of ['failed', 'succeeded', null] as const)
        expect(begunMove(report(done('start', 'succeeded'), done(kind, result)))?.kind).toBe(kind);
    }
  });

  it('is told with what is known of the source, since when and how', () => {
    expect(sourceWords(report())).toBe('Its source was not touched.');
    expect(sourceWords(report(done('migrate', 'failed')))).toMatch(
      /may be off since 2026-12-05T22:00:01Z.*task-migrate/,
    );
    expect(sourceWords(report(done('migrate', 'failed'), done('migrate', 'succeeded')))).toMatch(
      /is off since 2026-12-05T22:03:00Z.*task-migrate/,
    );
    expect(sourceWords({ ...report(done('migrate', 'failed')), downSince: null })).toMatch(/was off before/);
  });

  it('keeps its copy, and says so', () => {
    const stopped = stoppedAfter(done('migrate', 'failed'), report(done('migrate', 'failed')), 'lyon');
    expect(stopped).toMatchObject({ code: 'CutoverBegun', operation: 'migrate', taskId: 'task-migrate', site: 'lyon' });
    expect(stopped.message).toMatch(/web1 \(441a891a\).*C4-77 and its copy are kept\. Its source may be off/);
    const reversed = stoppedAfter(done('reverse', 'succeeded'), report(done('reverse', 'succeeded')), 'lyon');
    expect(reversed.message).toMatch(/after its reverse.*C4-77 stays.*removed already/);
  });

  it.each(['hold', 'fail'] as const)(
    'is not told as a source that was not touched, when the window closes (%s)',
    (missed) => {
      const closes = '2026-12-05T22:10:00Z';
      const { message, advice } = windowMissed('migrate', report(done('migrate', 'failed')), 'lyon', {
        closes,
        missed,
      });
      expect(message).toMatch(/could be done again\. Its source may be off since/);
      expect(`${message} ${advice}`).not.toContain('not touched');
    },
  );
});
