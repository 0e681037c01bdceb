/** Which failures answer a question, and which only failed to. */
import { errorRules } from './error-rules.js';
import { isOfFrontEnd, type VcdaError } from './errors.js';

const rules = errorRules();
const NOT_IMPLEMENTED = 501;

/**
 * Whether the site's own word is that it has no such thing to ask, or not for this login: the only failures from which may
 * follow that something is absent, empty or not supported. What failed for the moment, what a person can fix, and what
 * answered in the site's stead say nothing of it, whatever the config makes of them.
 * @example
 * ```ts
 * import { saysNo, VcdaError } from 'drover/vcda';
 *
 * const isRefused = (error: unknown) => error instanceof VcdaError && saysNo(error);
 * ```
 */
export const saysNo = (error: VcdaError): boolean =>
  error.status !== null && !isOfFrontEnd(error) && (rules(error).call === 'fail' || error.status === NOT_IMPLEMENTED);
