/** What a failed login or extension means. */
import { isOfFrontEnd, VcdaError, type VcdaErrorFields } from '../errors/errors.js';

export const isNotAcceptable = (error: VcdaError): boolean => error.status === 406 || error.status === 415;

/** 401 and 403 as the vendor says; a 400 that is about the login alone would be sent again for every VM otherwise. */
export const refusesCredentials = (error: VcdaError): boolean =>
  error.status === 401 ||
  (error.status === 403 && !isOfFrontEnd(error)) ||
  (error.status === 400 && error.code === 'BadRequest');

/** A 401 that does not say whose it is: the session's, the extension's, or that of something before the site. */
export const isBare = (error: VcdaError): boolean => error.status === 401 && isOfFrontEnd(error);

/**
 * A session that has expired looks alike, unless the site says which it means: then the session is renewed first, and a
 * refusal of a session just opened can only be about the peer.
 * @param proven another call of this session was answered
 */
export function refusesPeer(error: VcdaError, proven: boolean): boolean {
  if (error.code === 'RemoteAuthenticationFailure' || (error.status === 403 && !isOfFrontEnd(error))) return true;
  return error.status === 401 && !error.challenged && !proven;
}

/** What failed was the way to the call, so the call itself certainly did not reach the site. */
export function beforehand(error: VcdaError): VcdaError {
  const fields: VcdaErrorFields = error;
  return error.acted === 'no' ? error : new VcdaError({ ...fields, acted: 'no' });
}
