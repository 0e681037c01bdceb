import { setMaxListeners } from 'node:events';
import { type Client, type ConnectionLike, isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import type { Author } from '../contract/act.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';

/** An open connection to Temporal and the task queue on which Drover's workers listen. */
export interface Session {
  client: Client;
  connection: ConnectionLike;
  /** host and port, for messages */
  address: string;
  namespace: string;
  taskQueue: string;
  /** who acts, as runs are told; absent: they are told nobody */
  author?: Author;
}

/** ms that one question to Temporal or to a workflow may take */
export const ANSWER_WITHIN = 10_000;

/** gRPC status codes that Drover tells apart */
const GRPC = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  /** nobody has polled the task queue lately */
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * One question to Temporal's server itself. No answer within ten seconds, and a refused login, are a
 * {@link TemporalUnreachable}; what the server answers otherwise is thrown as it is.
 */
export async function askTemporal<T>(session: Session, ask: () => Promise<T>): Promise<T> {
  try {
    return await within(session, ANSWER_WITHIN, ask);
  } catch (error) {
    throw unreachable(session, error) ?? error;
  }
}

/** Calls `ask`; it fails with gRPC's DEADLINE_EXCEEDED when it has not answered within `ms`. */
export function within<T>(session: Session, ms: number, ask: () => Promise<T>): Promise<T> {
  return session.connection.withDeadline(Date.now() + ms, ask);
}

/** Whether nobody answered: of a query or an update, no worker did, or it died over it. */
export function isUnanswered(error: unknown): boolean {
  const code = grpcCode(error);
  return code === GRPC.deadlineExceeded || code === GRPC.cancelled || code === GRPC.failedPrecondition;
}

/** Whether the server gave no answer, so that it may have what it was sent. */
export function isLost(error: unknown): boolean {
  const code = grpcCode(error);
  return code === GRPC.deadlineExceeded || code === GRPC.cancelled || code === GRPC.unavailable;
}

/** null: not for want of an answer, nor for a login that it refuses. */
export function unreachable(where: Pick<Session, 'address' | 'namespace'>, error: unknown): TemporalUnreachable | null {
  if (isOfNamespace(error))
    return new TemporalUnreachable(
      where,
      'this namespace is gone',
      'Check TEMPORAL_NAMESPACE, and that this is the server that was meant',
      error,
    );
  switch (grpcCode(error)) {
    case GRPC.cancelled:
    case GRPC.deadlineExceeded:
    case GRPC.unavailable:
      return new TemporalUnreachable(
        where,
        'does not answer',
        'Check that it runs and is reachable from here; what it runs goes on when it is back',
        error,
      );
    case GRPC.unauthenticated:
    case GRPC.permissionDenied:
      return new TemporalUnreachable(
        where,
        'refuses the request',
        'Check TEMPORAL_API_KEY, the client certificate and the rights on the namespace',
        error,
      );
    default:
      return null;
  }
}

/** It was there when the connection was made: the server is another by now, or somebody has deleted it. */
function isOfNamespace(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof NamespaceNotFoundError) return true;
    if (isGrpcServiceError(at) && Number(at.code) === GRPC.notFound) return /^namespace\b.*not found/i.test(at.details);
  }
  return false;
}

/** The gRPC status of an error or of its cause, which the SDK wraps. */
function grpcCode(error: unknown): number | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at)) {
      return Number(at.code);
    }
  }
  return null;
}

/** A signal that follows the caller's and may be listened to by as many calls as are open at once. */
export function callSignal(given: AbortSignal): AbortSignal {
  const signal = AbortSignal.any([given]);
  setMaxListeners(0, signal);
  return signal;
}
