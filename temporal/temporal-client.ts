/** Drover's client of Temporal: speaks its data converter, and asks again where a workflow must be read anew first. */
import {
  Client,
  type ConnectionLike,
  QueryNotRegisteredError,
  type WorkflowClient,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { HAS_ENDED, READ_ANEW } from '../contract/names.js';
import { dataConverter } from './data-converter.js';

/** A query that workflows/bundle/early-events.ts did not let through; the SDK gives every failed query this class. */
const mustAskAgain = (error: Error): boolean => error instanceof QueryNotRegisteredError && error.message === READ_ANEW;

/** The next query reads the workflow from its history; while signals keep coming, that one may be in doubt as well. */
const patience = retry(handleWhen(mustAskAgain), {
  maxAttempts: 10,
  backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 }),
});

type QueryInput = Parameters<NonNullable<WorkflowClientInterceptor['query']>>[0];

/** What was terminated with signals unread stays in doubt for ever, and needs no care any more. */
async function lookedUp(client: WorkflowClient, input: QueryInput): Promise<QueryInput> {
  const { workflowId, runId } = input.workflowExecution;
  const found = await client.getHandle(workflowId ?? '', runId ?? undefined).describe();
  if (found.status.name === 'RUNNING') return input;
  return {
    ...input,
    workflowExecution: { workflowId, runId: found.runId },
    headers: { ...input.headers, [HAS_ENDED]: defaultPayloadConverter.toPayload(true) },
  };
}

export function temporalClient(connection: ConnectionLike, namespace = 'default'): Client {
  const askingAgain: WorkflowClientInterceptor = {
    query: (input, next) =>
      patience.execute(async ({ attempt }) => next(attempt === 0 ? input : await lookedUp(client.workflow, input))),
  };
  const client = new Client({ connection, namespace, dataConverter, interceptors: { workflow: [askingAgain] } });
  return client;
}
