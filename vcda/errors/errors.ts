/**
 * Whether the site may have acted on a request that failed. `no`: it never arrived, or was refused; `unknown`: the
 * answer was lost or came from something in between, so a write must be reconciled before it is sent again.
 */
export type Acted = 'no' | 'unknown';

export interface VcdaErrorFields {
  site: string;
  /** VCDA's code, or one of {@link OWN_CODES} for what carries none */
  code: string;
  /** VCDA's `msg`, or what the network said */
  detail: string;
  /** HTTP status; null, as by default, when no answer arrived */
  status?: number | null | undefined;
  method: string;
  path: string;
  operationId?: string | null | undefined;
  acted: Acted;
  /** ms the site asked to wait; null, as by default, when it did not */
  retryAfter?: number | null | undefined;
  /** the site asks for a token [client powercli]: the session is gone, not just its extension; default false */
  challenged?: boolean | undefined;
}

/** Codes for failures that carry no VCDA code. */
export const OWN_CODES = {
  unreachable: 'Unreachable',
  timeout: 'Timeout',
  untrusted: 'CertificateNotTrusted',
  loginRefused: 'LoginRefused',
  unexpected: 'UnexpectedResponse',
} as const;

/**
 * Any failed call to a site, from a refused connection to a body that makes no sense. Carries no headers and no bodies of
 * requests, so it can be logged and shown.
 */
export class VcdaError extends Error implements VcdaErrorFields {
  override readonly name = 'VcdaError';
  readonly site: string;
  readonly code: string;
  readonly detail: string;
  readonly status: number | null;
  readonly method: string;
  readonly path: string;
  readonly operationId: string | null;
  readonly acted: Acted;
  readonly retryAfter: number | null;
  readonly challenged: boolean;

  constructor(fields: VcdaErrorFields, options?: { cause?: unknown }) {
    const { site, code, detail, status = null, method, path } = fields;
    const answer = status === null ? code : `${status} ${code}`;
    super(`site ${site}: ${method} ${path} failed: ${answer}: ${detail}`, options);
    this.site = site;
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.method = method;
    this.path = path;
    this.operationId = fields.operationId ?? null;
    this.acted = fields.acted;
    this.retryAfter = fields.retryAfter ?? null;
    this.challenged = fields.challenged ?? false;
  }
}

/** The code by which an answer without a VCDA error body goes: `HTTP 503`. */
export const statusCode = (status: number): string => `HTTP ${status}`;

/**
 * Whether something before the site answered in its stead, a proxy, an ingress or a block page: no word of VCDA's.
 * @example
 * ```ts
 * import { isOfFrontEnd, VcdaError } from 'drover/vcda';
 *
 * const isProxys = (error: unknown) => error instanceof VcdaError && isOfFrontEnd(error);
 * ```
 */
export const isOfFrontEnd = ({ code, status }: { code: string; status?: number | null }): boolean =>
  status != null && code === statusCode(status);
