/**
 * Keeps a query from breaking a workflow. A query that reaches a worker which does not have the workflow cached (after a
 * crash, say) brings the whole history along, and the SDK's core (1.24) hands the workflow also those events that no workflow
 * task has begun with yet. The next task then brings only what came later: the workflow has seen in two portions what every
 * replay shows it in one, and may have decided differently, which no retry fixes (TMPRL1100). See docs/decisions/0009.
 *
 * So such a query is not answered: the worker forgets the workflow, reads its history from the start for the next task, and
 * whoever asked asks again. A module of the workflow bundle.
 */
import type { ActivateInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { HAS_ENDED, READ_ANEW } from '../../contract/names.js';

/** One activation that is no query; `task` is the time at which its workflow task began. */
export interface Portion {
  task: string;
  historyLength: number;
  isReplaying: boolean;
  /** the workflow begins with it */
  isFirst: boolean;
}

/** Pure: told of every portion in order, it knows whether a query may have shown the workflow too much. */
export class EarlyEvents {
  #last: Portion | null = null;
  #isEarly = false;
  /** tasks seen live; what began here rather than by replay has missed none */
  #liveTasks = 0;

  saw(portion: Portion): void {
    const isSameTask = this.#last?.task === portion.task;
    // More of the history than the task had when it began belongs to none.
    this.#isEarly = isSameTask && !portion.isReplaying && portion.historyLength > (this.#last?.historyLength ?? 0);
    if (!portion.isReplaying && !isSameTask) this.#liveTasks += portion.isFirst ? 2 : 1;
    this.#last = portion;
  }

  /**
   * For a query that comes now. The first live task after a replay is doubtful as well: its time may be that of a task that
   * had failed, and then it cannot be told from what a query has brought along.
   */
  get isInDoubt(): boolean {
    return this.#isEarly || this.#liveTasks === 1;
  }
}

/** What the core calls a query that comes by itself. One that comes beside a task is about that task's own events, and refusing it would fail the task. */
const ALONE = 'legacy_query';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

/** @returns whether it may break the workflow: an execution that has ended has no tasks to come */
const isAboutOpen = ({ queryWorkflow }: Job): boolean =>
  queryWorkflow?.queryId === ALONE && queryWorkflow.headers?.[HAS_ENDED] === undefined;

export const interceptors: WorkflowInterceptorsFactory = () => {
  const seen = new EarlyEvents();
  return {
    internals: [
      {
        activate(input, next) {
          const { jobs, timestamp, historyLength, isReplaying } = input.activation;
          const { seconds, nanos } = timestamp ?? {};
          const queries = jobs?.filter((job) => job.queryWorkflow != null) ?? [];
          if (queries.length === 0) {
            seen.saw({
              task: `${seconds?.toString()}.${nanos}`,
              historyLength: historyLength ?? 0,
              isReplaying: isReplaying ?? false,
              isFirst: jobs?.some((job) => job.initializeWorkflow != null) ?? false,
            });
          } else if (seen.isInDoubt && queries.some(isAboutOpen)) {
            throw new Error(READ_ANEW);
          }
          next(input);
        },
      },
    ],
  };
};
