import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError, remoteAuthenticationFailure, serverFailure } from '../errors.js';
import type { Session } from '../sessions.js';
import type { User } from '../users.js';
import { body } from './body.js';
import { parameter, session } from './request.js';
import type { Shared } from './shared.js';

const text = z.string().min(1);

/** Login bodies [doc B45, OPI sessions/post]. */
const login = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('localUser'), localUser: text, localPassword: text }),
  z.looseObject({ type: z.literal('ssoCredentials'), username: text, password: text }),
  z.looseObject({ type: z.literal('ssoToken'), samlToken: text, timestamp: z.number(), nonce: text, signature: text }),
  z.looseObject({ type: z.literal('vcdCredentials'), vcdUser: text, vcdPassword: text }),
  z.looseObject({ type: z.literal('vcdCookie'), vcdCookie: text }),
  z.looseObject({ type: z.literal('vcdAccessToken'), vcdAccessToken: text, context: text.nullish() }),
]);

/** Extension bodies; `vcdUsername` here, `vcdUser` at login [doc OPI sessions/extend/post, KB 315136]. */
const extension = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('credentials'), site: text, vcdUsername: text, vcdPassword: text }),
  z.looseObject({ type: z.literal('cookie'), site: text, cookie: text }),
  z.looseObject({ type: z.literal('vcdAccessToken'), site: text, vcdAccessToken: text }),
  z.looseObject({ type: z.literal('multisite'), site: text, org: text }),
]);

export function sessionRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world, sessions } = shared;

  api.post('/sessions', { config: { operation: 'login', open: true } }, async (request, reply) => {
    const user = whoLogsIn(shared, site, body(request, login));
    // No challenge: it would send clients into logging in again [client Ansible: 401 = login failed].
    if (user === undefined) throw new ApiError(401, 'NotAuthenticated', 'Authentication failed.');
    const opened = sessions.open(site, user);
    return reply.header('X-VCAV-Auth', opened.token).send(sessionInfo(shared, opened));
  });

  api.get('/sessions', { config: { operation: 'session' } }, async (request) => sessionInfo(shared, session(request)));

  api.delete('/sessions', { config: { operation: 'logout' } }, async (request, reply) => {
    sessions.close(session(request).token);
    return reply.code(204).send();
  });

  api.post('/sessions/extend', { config: { operation: 'extend' } }, async (request) => {
    const own = session(request);
    const wanted = body(request, extension);
    const remote = world.site(wanted.site);
    if (!remote.up) throw serverFailure(`Site '${wanted.site}' cannot be reached.`);
    const user = whoExtends(shared, own, wanted);
    if (user === undefined) throw remoteAuthenticationFailure(wanted.site);
    if (wanted.site !== site) sessions.extend(own, wanted.site, user);
    return sessionInfo(shared, own);
  });

  // The path of "Shrink" was not found; this one is an assumption (vcda-api.md §1).
  api.delete('/sessions/extend/:site', { config: { operation: 'shrink' } }, async (request) => {
    const own = session(request);
    const name = world.site(parameter(request, 'site')).name;
    if (name !== site) own.sites.delete(name);
    return sessionInfo(shared, own);
  });
}

function whoLogsIn({ users, apiTokens }: Shared, site: string, it: z.infer<typeof login>): User | undefined {
  switch (it.type) {
    case 'localUser':
      return users.local(it.localUser, it.localPassword);
    case 'ssoCredentials':
      return users.sso(it.username, it.password);
    case 'ssoToken':
      return users.saml(it.samlToken);
    case 'vcdCredentials':
      return users.vcd(it.vcdUser, it.vcdPassword);
    case 'vcdCookie':
      return users.cookie(it.vcdCookie);
    case 'vcdAccessToken':
      return users.accessToken(
        it.vcdAccessToken,
        it.context ?? undefined,
        apiTokens.get(site)?.userOf(it.vcdAccessToken),
      );
  }
}

function whoExtends({ users, apiTokens }: Shared, own: Session, it: z.infer<typeof extension>): User | undefined {
  switch (it.type) {
    case 'credentials':
      return users.vcd(it.vcdUsername, it.vcdPassword);
    case 'cookie':
      return users.cookie(it.cookie);
    case 'vcdAccessToken':
      return users.accessToken(it.vcdAccessToken, undefined, apiTokens.get(it.site)?.userOf(it.vcdAccessToken));
    case 'multisite':
      return users.multisite(own.user, it.org);
  }
}

function sessionInfo(shared: Shared, it: Session) {
  const live = [...it.sites].filter(([name]) => shared.sessions.authenticated(it, name));
  return {
    user: it.user.name,
    roles: it.user.provider ? ['EVERYONE', 'VRADMINISTRATORS', 'ADMINISTRATORS'] : ['EVERYONE'],
    authenticatedSites: live.map(([site, { user }]) => ({ site, org: user.org })),
  };
}
