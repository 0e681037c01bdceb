/** Outages of sites whose times contradict each other: pure rules. */
import { describe, expect, it } from '@jest/globals';
import { toldAtEnd } from '../../../activities/task-end.js';
import type { Task } from '../../../vcda/index.js';
import { endedAtLatest, secondsDown } from '../../../workflows/vm/steps/outage-figures.js';

const SENT = Date.parse('2026-11-28T19:00:00.000Z');
const SEEN = SENT + 5_000;
const CLOCK = { least: -20, most: 20 };
const ours = { adopted: false, submittedAt: SENT };
const ended = (endedAt: number | null) => endedAtLatest({ endedAt, at: SEEN }, CLOCK, ours);

describe('the end of a task', () => {
  it('is as the site stamps it, as late as its clock allows, and never later than it was seen', () => {
    expect(ended(SENT + 900)).toBe(SENT + 920);
    expect(ended(SENT + 60_000)).toBe(SEEN);
  });

  it.each([30_000, 60_000, 21])('is when it was seen where the site stamps it %d ms before it was sent', (before) => {
    expect(ended(SENT - before)).toBe(SEEN);
  });

  it('of one that was adopted may lie before that', () => {
    expect(endedAtLatest({ endedAt: SENT - 60_000, at: SEEN }, CLOCK, { ...ours, adopted: true })).toBe(SENT - 59_980);
  });

  it.each([0, 30_000, 60_000])('is none where it lies %d ms before its own start', (before) => {
    const task = { id: 't', state: 'SUCCEEDED', startTime: SENT, endTime: SENT - before } as unknown as Task;
    expect(toldAtEnd({ phase: 'task' }, task, SEEN)).toEqual({ at: SEEN, endedAt: null });
  });
});

describe('an outage', () => {
  const at = (ms: number) => new Date(SENT + ms).toISOString();

  it('is at most as long as from one to the other, in tenths', () => {
    expect(secondsDown(at(0), at(910))).toBe(1);
    expect(secondsDown(at(0), at(20))).toBe(0.1);
  });

  it('that ends before or at its beginning is not known, and not 0', () => {
    expect(secondsDown(at(0), at(0))).toBeNull();
    expect(secondsDown(at(0), at(-30_000))).toBeNull();
  });
});
