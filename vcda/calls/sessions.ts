/** The session itself. Logging in, extending and renewing go on by themselves, see session.ts. */

import type { VcdaError } from '../errors/errors.js';
import type { SiteSession } from '../http/session.js';
import * as schemas from '../schemas/site.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

export function sessionCalls({ send, read }: SiteHttp, session: SiteSession) {
  return {
    /** Who is logged in, and at which sites [doc V35 sessions/get]. @throws VcdaError */
    currentSession: (options?: CallOptions) => read(schemas.session, '/sessions', {}, options),

    /** The site's clock, from the `Date` header of a light call: epoch ms, whole seconds; null when it sends none. */
    async clock(options?: CallOptions): Promise<number | null> {
      const answer = await send({ method: 'GET', path: '/sessions' }, options);
      const date = Date.parse(answer.headers.get('date') ?? '');
      return Number.isNaN(date) ? null : date;
    },

    /** When the login was sent that was refused so, maybe by an earlier call: epoch ms; null: it was never sent. */
    refusedAt: (error: VcdaError): number | null => session.refusedAt(error),

    /** Drops the session's extension to a site; the path is assumed [doc OPI lists "Shrink" without it]. */
    shrinkSession: (peer: string): Promise<void> => session.shrink(peer),
  };
}
