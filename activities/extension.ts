/** Calls that the other site has no part in: they must go through when it is dead, which is what a failover is for. */
import { type CallOptions, isOfFrontEnd, VcdaError } from '../vcda/index.js';

/**
 * Makes a call without extending the session to `options.peer`, and with the extension only when the site insists on it
 * [doc UG47 GUID-C56B7E35: local data needs none]. A call that is answered so was not processed.
 */
export async function unextended<T>(options: CallOptions, call: (options: CallOptions) => Promise<T>): Promise<T> {
  try {
    return await call({ ...options, peer: undefined });
  } catch (error) {
    if (error instanceof VcdaError && (insists(error) || (error.method === 'GET' && mayInsist(error))))
      return call(options);
    throw error;
  }
}

const insists = (error: VcdaError): boolean => error.code === 'RemoteAuthenticationFailure';

/** A 401 that does not say what is missing may be about the extension: the login has been renewed by then. */
export const mayInsist = (error: VcdaError): boolean => error.status === 401 && isOfFrontEnd(error);
