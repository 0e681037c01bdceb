import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { ApiError, badRequest, errorBody, notAuthenticated } from '../errors.js';
import { adminRoutes } from './admin-routes.js';
import { applianceRoutes } from './appliance-routes.js';
import { inCapitals } from './capital-ids.js';
import { controlRoutes } from './control-routes.js';
import { applyFaults, applyFront, reset, route } from './fault-hook.js';
import { FRONT_LOGIN, page, RAW } from './front.js';
import { inventoryRoutes } from './inventory-routes.js';
import { keepDeed, sessionAgain } from './keep-deed.js';
import { negotiate } from './media-type.js';
import { recoveryPlanRoutes } from './recovery-plan-routes.js';
import { sessionRoutes } from './session-routes.js';
import type { Shared } from './shared.js';
import { siteRoutes } from './site-routes.js';
import { taskRoutes } from './task-routes.js';
import { garble } from './unreadable.js';
import { vappReplicationRoutes } from './vapp-replication-routes.js';
import { vmDetailRoutes } from './vm-detail-routes.js';
import { vmReplicationRoutes } from './vm-replication-routes.js';

const TEN_MEBIBYTES = 10 * 2 ** 20;

/** The HTTP server of one site: its API, and the control endpoint beside it. */
export async function createServer(shared: Shared, site: string): Promise<FastifyInstance> {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: TEN_MEBIBYTES,
    // Published 4.5 pages print `//vm-replications`, an artefact of an empty base path that clients copied [doc B45].
    routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, maxParamLength: 1000 },
  });
  acceptAnyJson(app);
  app.setErrorHandler((error: FastifyError, _request, reply) => sendError(shared, error, reply));
  app.setNotFoundHandler((request, reply) => {
    sendError(shared, new ApiError(404, 'NotFound', `No ${request.method} ${request.url}.`), reply);
  });
  app.get(FRONT_LOGIN, async (_request, reply) => reply.type('text/html; charset=utf-8').send(page('Log in')));
  await app.register(
    named('control', async (control) => {
      control.addHook('preHandler', async (request) => {
        shared.world.queue.settle();
        keepDeed(shared, site, request);
      });
      controlRoutes(control, shared);
    }),
    { prefix: '/_sim' },
  );
  await app.register(
    named('api', async (api) => {
      api.decorateRequest('call');
      // Fastify goes on to the handler unless it gets the reply back of which a hook has made use: sending takes a while.
      api.addHook('onRequest', async (request, reply) => (enter(shared, site, request, reply) ? reply : undefined));
      api.addHook('preHandler', async (request, reply) => {
        if (await applyFaults(shared, site, request, reply)) return reply;
        keepDeed(shared, site, request);
        return undefined;
      });
      api.addHook('preSerialization', async (request, _reply, payload) =>
        request.call.unreadable.length === 0 ? payload : garble(payload, request.call.unreadable),
      );
      api.addHook('preSerialization', async (request, _reply, payload) =>
        shared.world.assumptions.idsInCapitals
          ? inCapitals(payload, request.routeOptions.config.operation === 'inventory')
          : payload,
      );
      api.addHook('onSend', async (request, reply, payload) => {
        if (request.call.resetAfter) reset(shared, site, request);
        if (!reply.hasHeader(RAW) && payload != null) reply.header('content-type', request.call.contentType);
        reply.removeHeader(RAW);
        return payload;
      });
      api.addHook('onResponse', async (request, reply) => {
        if (!request.call.reset && !shared.journal?.again)
          shared.stats.add(site, request.method, route(request), reply.statusCode);
      });
      sessionRoutes(api, shared, site);
      taskRoutes(api, shared, site);
      vmReplicationRoutes(api, shared, site);
      vappReplicationRoutes(api, shared, site);
      vmDetailRoutes(api, shared, site);
      inventoryRoutes(api, shared, site);
      siteRoutes(api, shared, site);
      adminRoutes(api, shared, site);
      applianceRoutes(api, shared, site);
      recoveryPlanRoutes(api, shared, site);
    }),
  );
  return app;
}

/** For a plugin without a name Fastify looks through all that is loaded. */
const named = (name: string, plugin: FastifyPluginAsync): FastifyPluginAsync =>
  Object.assign(plugin, { [Symbol.for('fastify.display-name')]: name });

/** Whether the request has been answered. */
function enter(shared: Shared, site: string, request: FastifyRequest, reply: FastifyReply): boolean {
  const { world, sessions } = shared;
  world.queue.settle();
  const contentType = negotiate(request.headers.accept, world.site(site).apiVersion);
  request.call = {
    contentType: contentType ?? 'application/json;charset=UTF-8',
    session: undefined,
    planted: undefined,
    odd: undefined,
    unreadable: [],
    resetAfter: false,
    reset: false,
  };
  const again = shared.journal?.again;
  if (again) {
    const { planted, odd } = again;
    Object.assign(request.call, { planted, odd, session: sessionAgain(again, world.now) });
    return false;
  }
  if (!world.site(site).up) {
    reply.hijack();
    reset(shared, site, request);
    return true;
  }
  if (applyFront(shared, site, request, reply)) return true;
  if (contentType === undefined) {
    throw new ApiError(406, 'NotAcceptable', `Cannot answer with '${request.headers.accept}'.`);
  }
  const token = request.headers['x-vcav-auth'];
  if (typeof token === 'string') request.call.session = sessions.use(site, token);
  if (request.call.session === undefined && request.routeOptions.config.open !== true) throw notAuthenticated();
  return false;
}

/** Bodies are JSON whatever they call themselves; none at all is what most POSTs of this API carry. */
function acceptAnyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = body.toString();
    if (text.trim() === '') {
      done(null, undefined);
      return;
    }
    try {
      done(null, JSON.parse(text));
    } catch {
      done(badRequest('The request body is not valid JSON.'));
    }
  });
}

function sendError(shared: Shared, error: Error & Partial<FastifyError>, reply: FastifyReply): void {
  if (error instanceof ApiError) {
    if (error.challenge !== undefined) reply.header('www-authenticate', error.challenge);
    reply.code(error.status).send(error.body());
    return;
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    reply.code(status === 404 ? 404 : 400).send(errorBody(status === 404 ? 'NotFound' : 'BadRequest', error.message));
    return;
  }
  shared.world.bugs.push(error.stack ?? error.message);
  reply.code(500).send(errorBody('GeneralServerFailure', error.message));
}
