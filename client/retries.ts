/** What a VM's workflow tries again, and why: it says nothing of that itself, Temporal does. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { iso } from '../contract/moment.js';
import type { FailureDetails, Retrying } from '../contract/report.js';
import { doing } from './doing.js';

/** One activity that has failed and will be tried again. */
export interface Retry {
  /** its name in Drover's code, such as `submitOperation` */
  activity: string;
  /** what it does, in words: `looking for its replication` */
  doing: string;
  /** of the site or of Drover; null: not said */
  code: string | null;
  /** of the try that is under way, or comes next */
  attempt: number;
  /** ISO time when it first failed so; null: not said */
  since: string | null;
  /** ISO time when it is given up; null: not said */
  until: string | null;
  /** why the last one failed */
  message: string;
  /** the next step for a person; null: there is none */
  advice: string | null;
}

export function retriesOf({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): Retry[] {
  return (raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure }) =>
    lastFailure?.message
      ? [
          {
            activity: activityType?.name ?? 'activity',
            doing: doing(activityType?.name ?? 'activity'),
            attempt: attempt ?? 1,
            message: lastFailure.message,
            ...toldIn(lastFailure),
          },
        ]
      : [],
  );
}

type Failure = NonNullable<
  NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number]['lastFailure']
>;

type Told = Pick<Retry, 'code' | 'advice' | 'since' | 'until'>;

function toldIn({ applicationFailureInfo }: Failure): Told {
  const nothing: Told = { code: null, advice: null, since: null, until: null };
  const payload = applicationFailureInfo?.details?.payloads?.[0];
  if (!payload) {
    return nothing;
  }
  try {
    const details = defaultPayloadConverter.fromPayload<Partial<FailureDetails> | null>(payload);
    const { code = null, advice = null, since = null, until = null } = details ?? {};
    return { code, advice, since, until };
  } catch {
    // Of a failure that is not Drover's own; its message says what there is to say.
    return nothing;
  }
}

/** As a report says what keeps a VM from going on; the one that has been tried most often. */
export function retryingOf(retries: Retry[], now: number): Retrying | null {
  const [worst] = [...retries].sort((a, b) => b.attempt - a.attempt);
  if (worst === undefined) return null;
  const { code, message, advice, since, attempt, until } = worst;
  // What Drover itself could not do, such as a worker that was killed over it, has no moment of its own.
  const seen = since ?? iso(now);
  return { code: code ?? 'Retried', message, advice, since: seen, tries: Math.max(1, attempt - 1), until };
}
