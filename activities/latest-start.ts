/**
 * What began at a site so late that it is of no try of ours which may have arrived: whoever has Drover's login may have
 * begun it. Pure. A try is accepted, if at all, by the end of its attempt and as long after that as a request may take. Where
 * the site's clock was not measured, only what is seen by then is known to have begun by then.
 */
import type { OperationRequest } from '../contract/operation.js';
import type { ClockOffset } from '../contract/site-clock.js';
import { plausibleTime, type Task } from '../vcda/index.js';
import { MEASURED } from './task-match.js';

interface Latest {
  /** after which nothing that is seen for the first time is known to be of them, by our clock: epoch ms */
  latestSeen?: number;
  /** after which no task can be of them, by the site's clock: epoch ms; absent: that was not measured */
  latestStart?: number;
}

/**
 * Of an operation's tries.
 * @param triedUntil end of the last that may have arrived, by our clock; undefined: it is not known
 * @param request how long one may be under way: ms
 * @param clock of the site; null or undefined: it was not measured
 */
export function latestOf(
  triedUntil: number | undefined,
  request: number,
  clock: ClockOffset | null | undefined,
): Latest {
  if (triedUntil === undefined) return {};
  const latestSeen = triedUntil + request;
  return { latestSeen, ...(clock == null ? {} : { latestStart: latestSeen + clock.most + MEASURED }) };
}

/**
 * Whether a task that bears Drover's login, and no operation id, may be of somebody else who has it.
 * @param now when it was seen: epoch ms
 */
export function mayBeAnybodys({ startTime }: Pick<Task, 'startTime'>, { mayBeSent }: Asked, now = Date.now()): boolean {
  // It was looked for in vain since, so that what is there now has come later.
  if (mayBeSent?.cleared === true) return true;
  const at = plausibleTime(startTime);
  if (at !== null && mayBeSent?.latestStart !== undefined) return at > mayBeSent.latestStart;
  return mayBeSent?.latestSeen !== undefined && now > mayBeSent.latestSeen;
}

type Asked = Pick<OperationRequest, 'mayBeSent'>;
