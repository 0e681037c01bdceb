/** Drover's client of Temporal: speaks its data converter, and asks again where a workflow must be read anew first. */
import {
  Client,
  type ConnectionLike,
  QueryNotRegisteredError,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { READ_ANEW } from '../contract/names.js';
import { dataConverter } from './data-converter.js';

/** A query that workflows/early-events.ts did not let through; the SDK gives every failed query this class. */
const mustAskAgain = (error: Error): boolean => error instanceof QueryNotRegisteredError && error.message === READ_ANEW;

/** The next query reads the workflow from its history; while signals keep coming, that one may be in doubt as well. */
const patience = retry(handleWhen(mustAskAgain), {
  maxAttempts: 10,
  backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 2_000 }),
});

const askingAgain: WorkflowClientInterceptor = {
  query: (input, next) => patience.execute(() => next(input)),
};

export const temporalClient = (connection: ConnectionLike, namespace = 'default'): Client =>
  new Client({ connection, namespace, dataConverter, interceptors: { workflow: [askingAgain] } });
