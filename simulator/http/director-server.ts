/** The Cloud Director beside a site, as far as it gives access tokens: an address of its own, as a real one has. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type ApiTokens, OauthError } from '../api-tokens.js';

export function createDirector(tokens: ApiTokens): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, bodyLimit: 65_536 });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof OauthError)
      return reply.code(error.status).send({ error: error.code, error_description: error.message });
    const message = error instanceof Error ? error.message : String(error);
    return reply.code(400).send({ error: 'invalid_request', error_description: message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ minorErrorCode: 'NOT_FOUND', message: `No ${request.method} ${request.url}.` }),
  );
  function give(org: string | null, request: FastifyRequest, reply: FastifyReply) {
    const { grant_type: grant, refresh_token: token } = (request.body ?? {}) as Record<string, string | undefined>;
    if (grant !== 'refresh_token')
      throw new OauthError(400, 'unsupported_grant_type', 'Only refresh_token is supported.');
    if (token === undefined || token === '') throw new OauthError(400, 'invalid_request', 'There is no refresh_token.');
    return reply.header('cache-control', 'no-store').send(tokens.exchange(org, token));
  }
  app.post('/oauth/provider/token', async (request, reply) => give(null, request, reply));
  app.post('/oauth/tenant/:org/token', async (request, reply) =>
    give((request.params as { org: string }).org, request, reply),
  );
  return app;
}
