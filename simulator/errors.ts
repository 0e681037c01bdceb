/** The body of every answer ≥ 400 and of `task.error` [seed]. */
export interface ErrorBody {
  code: string;
  msg: string;
  args: string[];
  stacktrace: string;
}

export function errorBody(code: string, msg: string, args: string[] = []): ErrorBody {
  return { code, msg, args, stacktrace: `com.vmware.h4.api.error.exceptions.${code}Exception: ${msg}` };
}

/** A call that is refused at once. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly args: string[];
  /** value of WWW-Authenticate; tells "log in again" from "extend" [client powercli] */
  readonly challenge: string | undefined;

  constructor(status: number, code: string, msg: string, args: string[] = [], challenge?: string) {
    super(msg);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.args = args;
    this.challenge = challenge;
  }

  body(): ErrorBody {
    return errorBody(this.code, this.message, this.args);
  }
}

/** An accepted operation that comes to nothing: its task ends FAILED with this. */
export class TaskFailure extends Error {
  readonly code: string;
  readonly args: string[];

  constructor(code: string, msg: string, args: string[] = []) {
    super(msg);
    this.name = 'TaskFailure';
    this.code = code;
    this.args = args;
  }

  body(): ErrorBody {
    return errorBody(this.code, this.message, this.args);
  }
}

// The seven codes that are documented (vcda-api.md §5) …
export const badRequest = (msg: string, args: string[] = []) => new ApiError(400, 'BadRequest', msg, args);
export const notLicensed = () => new ApiError(400, 'ServiceNotLicensed', 'The service is not licensed.');
export const notAuthenticated = () =>
  new ApiError(401, 'NotAuthenticated', 'Authentication required.', [], 'Authentication Token Required');
export const remoteAuthenticationFailure = (site: string) =>
  new ApiError(401, 'RemoteAuthenticationFailure', `Authentication to site '${site}' is required.`, [site]);
export const forbidden = () => new ApiError(403, 'Forbidden', 'Permission denied.');
export const siteNotFound = (site: string) => new ApiError(404, 'SiteNotFound', `Site '${site}' not found.`, [site]);
export const serverFailure = (msg: string) => new ApiError(500, 'GeneralServerFailure', msg);

// … and the assumed ones (vcda-api.md §5, "Proposed simulator codes").
export const replicationNotFound = (id: string) =>
  new ApiError(404, 'ReplicationNotFound', `Replication '${id}' not found.`, [id]);
export const taskNotFound = (id: string) => new ApiError(404, 'TaskNotFound', `Task '${id}' not found.`, [id]);
export const notFound = (what: string, id: string) => new ApiError(404, 'NotFound', `${what} '${id}' not found.`, [id]);

export const invalidState = (msg: string) => new TaskFailure('InvalidReplicationState', msg);
export const operationInProgress = (id: string) =>
  new TaskFailure('OperationInProgress', `Another operation is running on replication '${id}'.`, [id]);
export const siteUnreachable = (site: string) =>
  new TaskFailure('RemoteSiteUnreachable', `Site '${site}' cannot be reached.`, [site]);
export const policyViolation = (msg: string) => new TaskFailure('PolicyViolation', msg);
