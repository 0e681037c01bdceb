/** How long a drill undoes what it has begun: no stop reaches that, and nothing is awaited for ever. Pure. */

/** One that comes too late for the drill's time has as long again as that is, but no longer than this: ms. */
const MOST = 2 * 60 * 60_000;

/** @param began when undoing began, and @param until when the drill's time is over: epoch ms @param timeout that time: ms @returns when it is given up: epoch ms */
export const undoUntil = (began: number, until = began, timeout = MOST): number =>
  Math.max(until, began + Math.min(timeout, MOST));
