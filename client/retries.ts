/** What a VM's workflow tries again, and why: it says nothing of that itself, Temporal does. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { FailureDetails } from '../contract/report.js';

/** One activity that has failed and will be tried again. */
export interface Retry {
  /** its name in Drover's code, such as `submitOperation` */
  activity: string;
  /** of the try that is under way, or comes next */
  attempt: number;
  /** ISO time when it was tried first; null: Temporal does not say */
  since: string | null;
  /** ISO time when it is given up; null: never, or not said */
  until: string | null;
  /** why the last one failed */
  message: string;
  /** the next step for a person; null: there is none */
  advice: string | null;
}

export function retriesOf({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): Retry[] {
  return (raw.pendingActivities ?? []).flatMap(
    ({ activityType, attempt, lastFailure, scheduledTime, expirationTime }) =>
      lastFailure?.message
        ? [
            {
              activity: activityType?.name ?? 'activity',
              attempt: attempt ?? 1,
              since: isoOf(scheduledTime),
              until: isoOf(expirationTime),
              message: lastFailure.message,
              advice: adviceIn(lastFailure),
            },
          ]
        : [],
  );
}

type Failure = NonNullable<
  NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]['lastFailure']
>;

function adviceIn({ applicationFailureInfo }: Failure): string | null {
  const payload = applicationFailureInfo?.details?.payloads?.[0];
  if (!payload) {
    return null;
  }
  try {
    return defaultPayloadConverter.fromPayload<Partial<FailureDetails> | null>(payload)?.advice ?? null;
  } catch {
    // Of a failure that is not Drover's own; its message says what there is to say.
    return null;
  }
}

type Moment = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]['scheduledTime'];

const isoOf = (moment: Moment): string | null =>
  moment?.seconds ? new Date(Number(moment.seconds) * 1000).toISOString() : null;
