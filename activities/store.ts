/** What workflows keep in the store, and ask of it. */
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import {
  type Evidence,
  type LastWord,
  STORE_AWAY,
  type StoreAnswer,
  type StoreQuestion,
  type StoreState,
} from '../contract/evidence.js';
import { unitSaidSignal } from '../contract/messages.js';
import type { Moved, MovedBeforeInput } from '../contract/questions.js';
import type { FailureDetails } from '../contract/report.js';
import { type Store, StoreAway } from '../store/index.js';
import type { ActivityDeps } from './deps.js';
import { askTemporal } from './site-signals.js';

export function createStoreActivities(deps: Pick<ActivityDeps, 'store' | 'client'>) {
  const { store } = deps;
  return {
    /** Keeps the evidence of a unit, where there is any, and tells its run whether it could or not. @returns what of both was done */
    async leaveWord({ evidence, parent, word }: LastWord): Promise<{ kept: boolean; told: boolean }> {
      const kept = evidence !== null && (await isDone(orAway(() => store.keepEvidence(evidence))));
      const run = deps.client.workflow.getHandle(parent);
      const said = askTemporal(deps, () => run.signal(unitSaidSignal, { ...word, kept }));
      return { kept, told: await isDone(said) };
    },

    /** Keeps what it is given, once, however often it is told. @throws ApplicationFailure `StoreAway` */
    keepEvidence: (evidence: Evidence): Promise<void> => orAway(() => store.keepEvidence(evidence)),

    /** Fails, to be tried again, until the store keeps what it is given. @throws ApplicationFailure `StoreAway` */
    storeAnswers: (): Promise<void> => orAway(() => store.probe(), { nonRetryable: false }),

    /** What the store alone remembers of migrations. @throws ApplicationFailure `StoreAway` */
    movedByStore: (question: MovedBeforeInput): Promise<Moved[]> => orAway(() => store.movedFrom(question)),

    /** For people: one page at most. @throws ApplicationFailure `StoreAway` */
    askStore: (question: StoreQuestion): Promise<StoreAnswer> => orAway(() => answerOf(store, question)),
  };
}

async function isDone(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (cancellationSignal().aborted) throw error;
    return false;
  }
}

/** @throws ApplicationFailure `StoreAway`, which the asking workflow knows how to wait for */
export async function orAway<T>(ask: () => Promise<T>, { nonRetryable = true } = {}): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    const { message, advice } = error;
    const details: FailureDetails = { code: STORE_AWAY, message, operation: null, taskId: null, site: '', advice };
    throw ApplicationFailure.create({
      type: STORE_AWAY,
      message,
      details: [details],
      nonRetryable,
      // Said by what waits for it, not at every attempt.
      category: 'BENIGN',
    });
  }
}

async function answerOf(store: Store, question: StoreQuestion): Promise<StoreAnswer> {
  switch (question.ask) {
    case 'state':
      return { state: await stateOf(store) };
    case 'run':
      return { run: await store.run(question.run) };
    case 'runs':
      return { runs: await store.runs(question.before, question.limit) };
    case 'vms':
      return { vms: await store.vms(question) };
    case 'plan':
      return { plan: await store.plan(question) };
    case 'notes':
      return { notes: await store.notes(question.runs, question.after) };
    case 'drilled':
      return { drilled: await store.drilled(question.since, question.after) };
    case 'acts':
      return { acts: await store.acts(question.of, question.after) };
  }
}

async function stateOf(store: Store): Promise<StoreState> {
  const { where } = store;
  try {
    await store.probe();
    return { where, ok: true, detail: `keeps what it is given, id ${await store.open()}`, fix: null };
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    return { where, ok: false, detail: error.message, fix: error.advice };
  }
}
