import { upsertMemo, workflowInfo } from '@temporalio/workflow';
import { loginsIn, loginsKey, loginsMemo } from '../contract/logins.js';
import { type Logins, loginsOf } from '../plan/types.js';

/** With which this workflow works: its memo says so, over continue-as-new as well. */
export const ownLogins = (): Logins => loginsIn(workflowInfo().memo);

/** Of a run or drill, whose plan says it, whoever has begun it. */
export function workWith(plan: Parameters<typeof loginsOf>[0]): void {
  const logins = loginsOf(plan);
  if (loginsKey(logins) !== loginsKey(ownLogins())) upsertMemo({ logins });
}

/** For the memo of what it begins for the same plan, and for what it tells of itself. */
export const sameLogins = (): { logins?: Logins } => loginsMemo(ownLogins());
