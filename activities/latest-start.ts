/**
 * What began at a site so late that it is of no try of ours which may have arrived: whoever has Drover's login may have
 * begun it. Pure. A try is accepted, if at all, by the end of its attempt and as long after that as a request may take.
 */
import type { OperationRequest } from '../contract/operation.js';
import type { ClockOffset } from '../contract/site-clock.js';
import { plausibleTime, type Task } from '../vcda/index.js';
import { MEASURED } from './task-match.js';

/**
 * After which, by the site's clock, no task can be of an operation's tries: epoch ms.
 * @param triedUntil end of the last that may have arrived, by our clock; undefined: it is not known
 * @param request how long one may be under way: ms
 * @param clock of the site; null or undefined: it was not measured, and nothing can be told
 */
export function latestStart(
  triedUntil: number | undefined,
  request: number,
  clock: ClockOffset | null | undefined,
): number | undefined {
  return triedUntil === undefined || clock == null ? undefined : triedUntil + request + clock.most + MEASURED;
}

/** Whether a task that bears Drover's login, and no operation id, may be of somebody else who has it. */
export function mayBeAnybodys({ startTime }: Pick<Task, 'startTime'>, { mayBeSent }: Asked): boolean {
  // It was looked for in vain since, so that what is there now has come later.
  if (mayBeSent?.cleared === true) return true;
  const at = plausibleTime(startTime);
  return at !== null && mayBeSent?.latestStart !== undefined && at > mayBeSent.latestStart;
}

type Asked = Pick<OperationRequest, 'mayBeSent'>;
