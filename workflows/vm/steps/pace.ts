/** When a step whose task has failed is done again: at the pace that its row of the error table has for answers as well. */

import { iso } from '../../../contract/moment.js';
import type { NoticeError } from '../../../contract/notice.js';
import { inWords } from '../../../contract/words.js';
import { StepFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** Each try costs the VM's workflow history, unlike one of a call: at a pause of a minute this begins to tell after an hour. */
const PAUSES_IN_WHAT_HAS_PASSED = 60;

interface Next {
  /** ms */
  pause: number;
  tries: number;
  /** when this row first ended a task of the step: epoch ms */
  since: number;
}

export class Pace {
  readonly #rows = new Map<string, { since: number; tries: number }>();

  /**
   * Each row has a patience of its own, which counts from the first task that it ended; null once that is over.
   * @param now epoch ms
   */
  next({ code, retry }: Pick<NoticeError, 'code' | 'retry'>, now: number): Next | null {
    const row = this.#rows.get(code) ?? { since: now, tries: 0 };
    this.#rows.set(code, row);
    row.tries += 1;
    const left = row.since + retry.for - now;
    if (left <= 0) return null;
    const growing = retry.initial * 2 ** Math.min(row.tries - 1, 20);
    const pause = Math.max(Math.min(growing, retry.max), (now - row.since) / PAUSES_IN_WHAT_HAS_PASSED);
    return { ...row, pause: Math.min(Math.round(pause), left) };
  }
}

/**
 * Waits as the row says, and says so in the report meanwhile; a stop ends the wait, and so does the moment after which
 * nothing may be sent: what is due then is decided where it is sent.
 * @param isOver ends it as well
 * @throws StepFailed when the row's time is over
 */
export async function pauseBeforeNext(
  vm: VmControl,
  pace: Pace,
  error: Pick<NoticeError, 'code' | 'retry'>,
  failed: StepFailed,
  {
    notAfter = null,
    atMost = Number.POSITIVE_INFINITY,
    isOver = () => false,
  }: { notAfter?: number | null; atMost?: number; isOver?: () => boolean },
): Promise<void> {
  const now = Date.now();
  const retry = { ...error.retry, for: Math.min(error.retry.for, atMost) };
  const next = pace.next({ code: error.code, retry }, now);
  const { code, message, advice } = failed.reason;
  if (next === null) {
    const given = `${message} Gave up after ${inWords(retry.for, 'one unit')}.`;
    throw new StepFailed({ ...failed.reason, message: given });
  }
  const pause = Math.max(0, Math.min(next.pause, notAfter === null ? next.pause : notAfter - now));
  const { tries, since } = next;
  vm.report.retrying = { code, message, advice, since: iso(since), tries, until: iso(since + retry.for) };
  await vm.waitQuietly(() => vm.stop.isRequested || isOver(), pause);
  vm.report.retrying = null;
}
