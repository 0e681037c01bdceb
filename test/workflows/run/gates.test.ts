/** The gate that a run keeps for its units: what is waited for, until when, and what is missed. */
import { describe, expect, it } from '@jest/globals';
import { type GateFacts, gateOf, lastMomentOf } from '../../../workflows/run/gates.js';

const AT = Date.parse('2026-12-05T21:00:00Z');
const window = {
  opens: '2026-12-05T22:00:00Z',
  closes: '2026-12-06T05:00:00Z',
  missed: 'hold',
  begun: 'finish',
} as const;
const [opens, closes] = [Date.parse(window.opens), Date.parse(window.closes)];
const open: GateFacts = {
  isPaused: false,
  isUntilSynced: false,
  isItsTurn: true,
  needsApproval: false,
  window: null,
  lastMoment: null,
};

describe('a gate', () => {
  it('is open where nothing is asked for', () => {
    expect(gateOf(open, AT)).toBeNull();
  });

  it.each([
    ['pause', { isPaused: true }],
    ['until', { isUntilSynced: true }],
    ['dependency', { isItsTurn: false }],
    ['approval', { needsApproval: true }],
  ] as const)('names %s, which time alone does not change', (waitingFor, facts) => {
    expect(gateOf({ ...open, ...facts }, AT)).toEqual({ waitingFor, until: null });
  });

  it('names the first of all that is missing', () => {
    const all: GateFacts = {
      isPaused: true,
      isUntilSynced: true,
      isItsTurn: false,
      needsApproval: true,
      window,
      lastMoment: closes,
    };
    expect(gateOf(all, AT)?.waitingFor).toBe('pause');
    expect(gateOf({ ...all, isPaused: false }, AT)?.waitingFor).toBe('until');
    expect(gateOf({ ...all, isPaused: false, isUntilSynced: false }, AT)?.waitingFor).toBe('dependency');
    expect(gateOf({ ...open, needsApproval: true, window, lastMoment: closes }, AT)?.waitingFor).toBe('approval');
  });

  it('with a window opens with it, to the millisecond, and is missed with its end', () => {
    expect(gateOf({ ...open, window, lastMoment: closes }, opens - 1)).toEqual({ waitingFor: 'window', until: opens });
    expect(gateOf({ ...open, window, lastMoment: closes }, opens)).toBeNull();
    expect(gateOf({ ...open, window, lastMoment: closes }, closes - 1)).toBeNull();
    expect(gateOf({ ...open, window, lastMoment: closes }, closes)).toEqual({
      waitingFor: 'window',
      until: null,
      missed: window,
    });
  });

  it('whose window closes while something else is waited for is looked at then', () => {
    expect(gateOf({ ...open, needsApproval: true, window, lastMoment: closes }, AT)).toEqual({
      waitingFor: 'approval',
      until: closes,
    });
    expect(gateOf({ ...open, isPaused: true, window, lastMoment: closes }, closes)?.missed).toEqual(window);
  });
});

describe('the last moment for a cutover', () => {
  it('is the end of the window', () => {
    expect(lastMomentOf(null, 60_000)).toBeNull();
    expect(lastMomentOf(window, 60_000)).toBe(closes);
  });

  it('is so long before as the longest cutover has taken, where all must have ended by then', () => {
    expect(lastMomentOf({ ...window, mustEnd: true }, null)).toBe(closes);
    expect(lastMomentOf({ ...window, mustEnd: true }, 60_000)).toBe(closes - 60_000);
  });
});
