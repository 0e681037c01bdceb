/** Calls that the other site has no part in: they must go through when it is dead, which is what a failover is for. */
import { type CallOptions, isOfFrontEnd, type Site, VcdaError } from '../vcda/index.js';

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

/**
 * The same for a list of items that concern several other sites: those of each are asked for apart, once the site was seen to
 * insist on it.
 */
export class ListsByPeer {
  readonly #insisting = new WeakSet<Site>();

  async ask<T>(
    site: Site,
    ids: string[],
    peerOf: (id: string) => string | undefined,
    options: CallOptions,
    list: (ids: string[], options: CallOptions) => Promise<Map<string, T>>,
  ): Promise<Map<string, T>> {
    if (!this.#insisting.has(site)) {
      try {
        return await list(ids, { ...options, peer: undefined });
      } catch (error) {
        if (!(error instanceof VcdaError) || !(insists(error) || mayInsist(error))) throw error;
      }
    }
    const found = new Map<string, T>();
    for (const peer of new Set(ids.map(peerOf))) {
      const its = ids.filter((id) => peerOf(id) === peer);
      for (const [id, item] of await list(its, { ...options, peer })) found.set(id, item);
    }
    this.#insisting.add(site);
    return found;
  }
}

const insists = (error: VcdaError): boolean => error.code === 'RemoteAuthenticationFailure';

/** A 401 that does not say what is missing may be about the extension: the login has been renewed by then. */
export const mayInsist = (error: VcdaError): boolean => error.status === 401 && isOfFrontEnd(error);
