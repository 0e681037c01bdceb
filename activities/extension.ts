/** Calls that the other site has no part in: they must go through when it is dead, which is what a failover is for. */
import { type CallOptions, VcdaError } from '../vcda/index.js';

/**
 * Makes a call without extending the session to `options.peer`, and with the extension only when the site insists on it
 * [doc UG47 GUID-C56B7E35: local data needs none]. A call that is answered so was not processed.
 */
export async function unextended<T>(options: CallOptions, call: (options: CallOptions) => Promise<T>): Promise<T> {
  try {
    return await call({ ...options, peer: undefined });
  } catch (error) {
    if (error instanceof VcdaError && error.code === 'RemoteAuthenticationFailure') return call(options);
    throw error;
  }
}
