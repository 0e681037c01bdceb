/**
 * Waiting for the store. What a unit keeps at its end is a local activity: its answer costs one event, and what it is given
 * none. Only while the store is away does an activity of the usual kind ask until it answers, so that an outage costs a few
 * events however long it lasts.
 */
import { ActivityFailure, ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/common';
import { isCancellation, sleep } from '@temporalio/workflow';
import { type Evidence, type LastWord, STORE_AWAY } from '../../contract/evidence.js';
import { growing } from '../../contract/growing.js';
import { keepEvidence, leaveWord, storeAnswers } from '../activities.js';

/** Between two tries of what fails though the store answers: ms. */
const PAUSES = { first: 1_000, longest: 60_000 };

/** How evidence is given to the store. */
type Keep = (evidence: Evidence) => Promise<void>;

/** Whether an activity failed since the store gave no answer. Of a local one the SDK throws the cause itself. */
export function isStoreAway(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === STORE_AWAY);
}

/** Tries once. Evidence is no reason for a workflow to fail: whatever went wrong, it is not kept yet. */
export async function isKept(evidence: Evidence, keep: Keep = keepEvidence): Promise<boolean> {
  try {
    await keep(evidence);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    return false;
  }
}

/**
 * Tries once to keep the evidence of a unit, where there is any, and tells its run: one event, where a signal of the workflow and its answer are
 * five more. @returns what of both was done
 */
export async function isWordLeft(word: LastWord): Promise<{ kept: boolean; told: boolean }> {
  try {
    return await leaveWord(word);
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    return { kept: false, told: false };
  }
}

/** Returns when it is kept. @param waits is told each time that it takes longer */
export async function whenKept(evidence: Evidence, keep: Keep = keepEvidence, waits = () => {}): Promise<void> {
  for (const pause of growing(PAUSES)) {
    if (await isKept(evidence, keep)) return;
    waits();
    await storeAnswers();
    if (await isKept(evidence, keep)) return;
    await sleep(pause);
  }
}
