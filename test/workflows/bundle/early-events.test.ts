/** When a query may have shown a workflow events too early; test/replay/early-events.test.ts shows it with a server. */
import { describe, expect, it } from '@jest/globals';
import { EarlyEvents, type Portion } from '../../../workflows/bundle/early-events.js';

const live = (task: string, historyLength: number, change: Partial<Portion> = {}): Portion => ({
  task,
  historyLength,
  isReplaying: false,
  isFirst: false,
  ...change,
});
const replayed = (task: string, historyLength: number, change: Partial<Portion> = {}): Portion =>
  live(task, historyLength, { isReplaying: true, ...change });

/** Whether a query that comes after these portions is in doubt. */
function isInDoubtAfter(...portions: Portion[]): boolean {
  const seen = new EarlyEvents();
  for (const portion of portions) seen.saw(portion);
  return seen.isInDoubt;
}

describe('a workflow that this worker has begun', () => {
  it('answers from its first task on', () => {
    expect(isInDoubtAfter(live('t1', 3, { isFirst: true }))).toBe(false);
    expect(isInDoubtAfter(live('t1', 3, { isFirst: true }), live('t2', 8))).toBe(false);
  });
});

describe('a workflow that was replayed', () => {
  const replay = [replayed('t1', 3, { isFirst: true }), replayed('t2', 8)];

  it('answers while nothing new has come', () => {
    expect(isInDoubtAfter(...replay)).toBe(false);
  });

  it('does not when the query has brought events that belong to no task yet', () => {
    expect(isInDoubtAfter(...replay, live('t2', 20))).toBe(true);
  });

  it('does not in its first live task, which may be such a portion as well', () => {
    expect(isInDoubtAfter(...replay, live('t3', 12))).toBe(true);
  });

  it('does again from its second live task on', () => {
    expect(isInDoubtAfter(...replay, live('t3', 12), live('t4', 16))).toBe(false);
  });

  it('does not while portions of one task grow', () => {
    expect(isInDoubtAfter(...replay, live('t3', 12), live('t4', 16), live('t4', 18))).toBe(true);
    expect(isInDoubtAfter(...replay, live('t3', 12), live('t4', 16), live('t4', 18), live('t5', 24))).toBe(false);
  });

  it('answers when a task comes in portions of the same history', () => {
    expect(isInDoubtAfter(...replay, live('t3', 12), live('t4', 16), live('t4', 16))).toBe(false);
  });
});

it('a workflow of which nothing was seen is not in doubt', () => {
  expect(isInDoubtAfter()).toBe(false);
});
