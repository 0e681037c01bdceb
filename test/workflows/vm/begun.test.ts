/** What is said of a VM whose cutover, or reverse, a site had accepted when it was told to stop or its window closed. */
import { describe, expect, it } from '@jest/globals';
import { advised } from '../../../client/advised.js';
import { type OperationRecord, untouched } from '../../../contract/report.js';
import { begunMove, copyRuns, sourceWords, stoppedAfter, withSource } from '../../../workflows/vm/steps/begun.js';
import { windowMissed } from '../../../workflows/vm/steps/preconditions.js';
import { NotAgain } from '../../../workflows/vm/steps/step-errors.js';

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

  it('is told by the site of the source where its task ended well and moved nothing', () => {
    const migrated = report(done('migrate', 'succeeded'));
    const source = { since: '2026-12-05T22:04:00Z', before: 'on' } as const;
    const on = { ...source, power: 'on', known: 'the inventory says POWERED_ON' } as const;
    expect(sourceWords({ ...migrated, source: on })).toBe('Its source is on: the inventory says POWERED_ON.');
    const unknown = { ...source, power: 'unknown', known: 'nobody answers' } as const;
    expect(sourceWords({ ...migrated, source: unknown })).toMatch(/not known: nobody answers/);
    const moved = { ...source, power: 'off', known: 'task task-migrate moved it' } as const;
    expect(sourceWords({ ...migrated, source: moved })).toMatch(/is off since .* at the latest.*task-migrate moved it/);
  });

  it('is told of the source of a failover, which is not touched, with what is known of it', () => {
    const failed = { ...report(done('failover', 'failed')), downSince: null };
    const source = { since: '2026-12-05T22:04:00Z', before: 'on', known: 'the inventory says so' } as const;
    expect(sourceWords({ ...failed, source: { ...source, power: 'on' } })).toBe(
      'Its source was not touched. Its source is on: the inventory says so.',
    );
    expect(sourceWords({ ...failed, source: { ...source, power: 'unknown' } })).toMatch(
      /not touched.*not known: the inv/,
    );
    expect(sourceWords(failed)).toBe('Its source was not touched.');
  });

  it('has advice for a copy that runs by what is known of the source', () => {
    const copy = { vmId: 'copy-1', site: 'lyon', home: 'paris' };
    expect(copyRuns(copy, 'off')).toBe('Its copy, VM copy-1, runs at lyon: use that, and leave its source off.');
    expect(copyRuns(copy, 'on')).toMatch(
      /^Its copy, VM copy-1, runs at lyon, and its source at paris is on as well: power one/,
    );
    expect(copyRuns(copy, 'unknown')).toMatch(
      /^Its copy, VM copy-1, runs at lyon: use that, .*its source at paris is off/,
    );
  });

  it('has one next step while its source may be off: to look at the copy before the source is powered on', () => {
    const failed = { code: 'X', message: 'migrate failed.', operation: 'migrate', taskId: 't', site: 'lyon' } as const;
    for (const advice of [null, "Read the site's message."]) {
      const down = withSource({ ...failed, advice }, report(done('migrate', 'failed'))).advice;
      expect(down).toMatch(/^It may be off since 2026-12-05T22:00:01Z: look first .* at lyon.*only where none does/);
    }
    const up = withSource({ ...failed, advice: null }, { ...report(done('migrate', 'failed')), downSince: null });
    expect(up.advice).toMatch(/^Look at source and copy/);
  });

  it('keeps its copy, and says so', () => {
    const stopped = stoppedAfter(done('migrate', 'failed'), report(done('migrate', 'failed')), 'lyon');
    expect(stopped).toMatchObject({ code: 'CutoverBegun', operation: 'migrate', taskId: 'task-migrate', site: 'lyon' });
    expect(stopped.message).toMatch(/web1 \(441a891a\).*C4-77 and its copy are kept\. Its source may be off/);
    // The next operation of a VM that was reversed would be sent elsewhere.
    const sent = { ...done('reverse', 'succeeded'), site: 'paris' };
    const reversed = stoppedAfter(sent, report(sent), 'lyon');
    expect(reversed.site).toBe('paris');
    expect(reversed.message).toMatch(/after its reverse was accepted at paris.*C4-77 stays.*removed already/);
  });

  it('is said once in what a person reads, with the next step after it', () => {
    const begun = {
      ...report(done('migrate', 'failed')),
      source: { power: 'off', since: '2026-12-05T22:01:00Z', known: 'POWERED_OFF', before: 'on' },
    } as const;
    const failed = { code: 'X', message: 'migrate failed.', operation: 'migrate', taskId: 't', site: 'lyon' } as const;
    const window = { closes: '2026-12-05T22:10:00Z', missed: 'fail' } as const;
    const texts = [
      withSource({ ...failed, advice: 'Look at the log.' }, begun),
      withSource({ ...failed, advice: null }, begun),
      windowMissed('migrate', begun, 'lyon', window),
      stoppedAfter(done('migrate', 'failed'), begun, 'lyon'),
    ].map((error) => advised(error));
    for (const text of texts) {
      expect(text.split('Its source is OFF, seen since 2026-12-05T22:01:00Z.')).toHaveLength(2);
      expect(text).toMatch(/Next: \S/);
    }
    // Nothing had begun: that is what there is to know of the source.
    const early = advised(windowMissed('migrate', report(), 'lyon', window));
    expect(early.split('Its source was not touched.')).toHaveLength(2);
  });

  it('keeps the next step once where what was seen asks for the same', () => {
    const error = {
      code: 'X',
      operation: 'migrate',
      taskId: null,
      site: 'lyon',
      advice: 'Look at it at lyon.',
    } as const;
    const { reason } = new NotAgain(
      { ...error, message: 'migrate failed.' },
      { ...error, message: 'its copy is in error.' },
    );
    expect(reason.advice).toBe('Look at it at lyon.');
    expect(advised({ message: 'It failed. Look at it at lyon.', advice: 'Look at it at lyon.' })).toBe(
      'It failed. Look at it at lyon.',
    );
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
