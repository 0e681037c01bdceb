/** What a site is asked next, and by which of its moments. */
import { describe, expect, it } from '@jest/globals';
import { EndedSince } from '../../activities/ended-since.js';
import { PollTurns } from '../../activities/poll-turns.js';
import { UsualLengths } from '../../activities/usual-lengths.js';
import type { Watch } from '../../contract/watch.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 11, 5);

const watchOf = (id: string, change: Partial<Watch> = {}): Watch => ({
  operationId: id,
  workflowId: `vm/${id}`,
  run: 'run',
  vm: { id, name: id },
  kind: 'migrate',
  taskId: id,
  replicationId: `C4-${id}`,
  peer: 'paris',
  until: 'task',
  phase: 'task',
  slot: null,
  since: NOW,
  ...change,
});

const ids = (watches: Watch[]): string[] => watches.map(({ operationId }) => operationId);

describe('the next turn', () => {
  const turnsOf = (lengths = new UsualLengths()) => new PollTurns(5 * SECOND, lengths);

  it('asks at once for what was there before, and need not for what has just been sent', () => {
    const turns = turnsOf();
    const watches = [
      watchOf('new'),
      watchOf('found', { adopted: true }),
      watchOf('old', { since: NOW - HOUR }),
      watchOf('copy', { phase: 'sync' }),
    ];
    expect(ids(turns.next(watches, NOW + SECOND, true).ask)).toEqual(['found', 'old', 'copy']);
    expect(ids(turnsOf().next(watches, NOW + SECOND, false).ask)).toEqual(['new', 'found', 'old', 'copy']);
  });

  it.each([
    [SECOND, 5 * SECOND],
    [10 * MINUTE, 6 * SECOND],
    [10 * HOUR, 6 * MINUTE],
  ])('after %i ms is later by a hundredth, and never by less than the interval', (age, wait) => {
    const turns = turnsOf();
    const watch = watchOf('vm');
    turns.asked(watch, NOW + age, false);
    expect(turns.dueAt([watch], NOW + age, false)).toBe(NOW + age + wait);
    expect(turns.next([watch], NOW + age + wait - SECOND, false).ask).toEqual([]);
    expect(ids(turns.next([watch], NOW + age + wait, false).ask)).toEqual(['vm']);
  });

  it('is later where what is waited for takes long at this site, and soon where one of late was short', () => {
    const lengths = new UsualLengths();
    const turns = turnsOf(lengths);
    const watch = watchOf('vm');
    for (let n = 0; n < 5; n += 1) lengths.add('migrate task', HOUR);
    expect(turns.wait(watch, NOW)).toBe(36 * SECOND);
    expect(turns.wait(watchOf('copy', { phase: 'sync' }), NOW)).toBe(5 * SECOND);
    lengths.add('migrate task', MINUTE);
    expect(turns.wait(watch, NOW)).toBe(5 * SECOND);
    expect(turns.wait(watch, NOW + MINUTE)).toBe(36 * SECOND);
  });

  it('asks in one for all that ended since the one that was heard of last, and for each now and then', () => {
    const turns = turnsOf();
    const watches = [watchOf('a'), watchOf('b', { since: NOW + SECOND })];
    expect(turns.next(watches, NOW + 6 * SECOND, true)).toEqual({ endsSince: NOW, ask: [] });
    turns.goesOn(watches, NOW + 6 * SECOND);
    expect(turns.next(watches, NOW + 7 * SECOND, true)).toEqual({ endsSince: null, ask: [] });
    turns.goesOn(watches, NOW + 6 * MINUTE);
    expect(ids(turns.next(watches, NOW + 6 * MINUTE, true).ask)).toEqual(['a', 'b']);
  });

  it('asks again at every interval for what is odd', () => {
    const turns = turnsOf();
    const watch = watchOf('odd', { since: NOW - 10 * HOUR });
    turns.asked(watch, NOW, true);
    expect(turns.next([watch], NOW + 5 * SECOND, true)).toEqual({ endsSince: null, ask: [watch] });
    expect(turns.isHeard(watch, NOW)).toBe(false);
  });

  it('fills its requests with those that are due soon, and makes no further one for them', () => {
    const turns = turnsOf();
    const due = watchOf('due', { since: NOW - 10 * HOUR });
    const soon = Array.from({ length: 150 }, (_, n) => watchOf(`soon-${n}`, { since: NOW - 10 * HOUR }));
    turns.asked(due, NOW, false);
    for (const watch of soon) turns.asked(watch, NOW + 3 * MINUTE, false);
    expect(turns.next([due, ...soon], NOW + 361 * SECOND, false).ask).toHaveLength(100);
  });

  it('sees a copy that stands still before that must be said', () => {
    const copy = watchOf('copy', { phase: 'sync', since: NOW - 100 * HOUR, stalledAfter: 4 * MINUTE });
    expect(turnsOf().wait(copy, NOW)).toBe(MINUTE);
  });

  it('knows what a VM need not ask by itself, until it is over', () => {
    const turns = turnsOf();
    const watch = watchOf('vm');
    expect(turns.isHeard(watch, NOW)).toBe(false);
    turns.asked(watch, NOW, false);
    expect(turns.isHeard(watch, NOW + 10 * SECOND)).toBe(true);
    expect(turns.isHeard(watch, NOW + 11 * SECOND)).toBe(false);
    turns.over(watch);
    expect(turns.isHeard(watch, NOW)).toBe(false);
  });
});

describe('the moment that a site is asked with', () => {
  it('is of its own clock, and two minutes earlier than it need be', () => {
    const ends = new EndedSince(MINUTE);
    expect(ends.momentFor(NOW)).toBeNull();
    ends.saw(NOW + 3 * HOUR, NOW);
    expect(ends.momentFor(NOW + MINUTE)).toBe(NOW + 3 * HOUR - MINUTE);
  });

  it('is not moved by an end that can be no time, nor by one among several that is far off', () => {
    const ends = new EndedSince(MINUTE);
    for (const [n, end] of [NOW, NOW / 1_000, NOW + 9e9, null, NOW + 2, -1, NOW + 4].entries()) ends.saw(end, NOW + n);
    expect(Math.abs((ends.momentFor(NOW) ?? 0) - (NOW - 2 * MINUTE))).toBeLessThan(10);
  });

  it('is believed until the site keeps an end back, and tried again ever later', () => {
    const ends = new EndedSince(MINUTE);
    expect([ends.isProven, ends.mayProve(NOW)]).toEqual([false, true]);
    ends.saw(NOW, NOW);
    ends.proven();
    expect([ends.hid(NOW - SECOND, NOW), ends.hid(NOW + SECOND, NOW), ends.hid(undefined, NOW)]).toEqual([
      true,
      false,
      true,
    ]);
    ends.failed(NOW);
    expect([ends.isProven, ends.mayProve(NOW + MINUTE - 1), ends.mayProve(NOW + MINUTE)]).toEqual([false, false, true]);
    ends.failed(NOW);
    expect([ends.mayProve(NOW + 2 * MINUTE - 1), ends.mayProve(NOW + 2 * MINUTE)]).toEqual([false, true]);
    expect(ends.momentFor(NOW)).toBeNull();
  });
});
