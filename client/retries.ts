/** What a VM's workflow tries again, and why: it says nothing of that itself, Temporal does. */
import type { WorkflowExecutionDescription } from '@temporalio/client';

/** One activity that has failed and will be tried again. */
export interface Retry {
  /** its name in Drover's code, such as `submitOperation` */
  activity: string;
  /** of the try that is under way, or comes next */
  attempt: number;
  /** why the last one failed */
  message: string;
}

export function retriesOf({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): Retry[] {
  return (raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure }) =>
    lastFailure?.message
      ? [{ activity: activityType?.name ?? 'activity', attempt: attempt ?? 1, message: lastFailure.message }]
      : [],
  );
}
