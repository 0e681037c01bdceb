import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  badRequest,
  notAuthenticated,
  remoteAuthenticationFailure,
  replicationNotFound,
  serverFailure,
} from '../errors.js';
import { type Caller, sees } from '../operations/caller.js';
import type { Session } from '../sessions.js';
import { taskInfo } from '../views/task.js';
import type { Replication } from '../world/model.js';
import type { Task } from '../world/tasks.js';
import { vanishedFrom } from '../world/vanish.js';
import type { World } from '../world/world.js';
import type { Shared } from './shared.js';

export type Query = Partial<Record<string, string>>;

export function query(request: FastifyRequest): Query {
  for (const [name, value] of Object.entries(request.query as Record<string, unknown>)) {
    if (typeof value !== 'string') throw badRequest(`Query parameter '${name}' is given more than once.`, [name]);
  }
  return request.query as Query;
}

export function parameter(request: FastifyRequest, name = 'id'): string {
  return (request.params as Record<string, string>)[name] ?? '';
}

export function session(request: FastifyRequest): Session {
  if (request.call.session === undefined) throw notAuthenticated();
  return request.call.session;
}

/**
 * Who calls, at the site that `?site=` names (default: this one). A remote site executes for those sessions only that
 * have been extended to it [doc UG47 GUID-C56B7E35].
 */
export function caller(shared: Shared, local: string, request: FastifyRequest): Caller {
  const name = query(request).site ?? local;
  const site = shared.world.site(name);
  const own = session(request);
  const authenticated = own.sites.get(name);
  if (authenticated === undefined || !shared.sessions.authenticated(own, name)) throw remoteAuthenticationFailure(name);
  // What a site answers when it cannot pass a call on is not documented; the general failure is.
  if (!site.up) throw serverFailure(`Site '${name}' cannot be reached.`);
  const operationId = request.headers['operationid'];
  const planted = request.call.planted;
  const error = planted?.error ?? { code: 'GeneralServerFailure', msg: 'Injected failure.' };
  return {
    site: name,
    user: authenticated.user.name,
    org: authenticated.user.org,
    provider: authenticated.user.provider,
    operationId: typeof operationId === 'string' && operationId !== '' ? operationId : null,
    ...(request.call.odd === undefined ? {} : { odd: request.call.odd }),
    ...(request.body == null ? {} : { body: request.body }),
    authenticated: (other) => shared.sessions.authenticated(own, other),
    ...(planted === undefined
      ? {}
      : {
          planted: {
            error: { ...error, args: [], stacktrace: '' },
            ...(planted.stage === undefined ? {} : { stage: planted.stage }),
          },
        }),
  };
}

/** Refuses what needs the peer when the session does not reach it. */

export function replicationOf(world: World, who: Caller, id: string): Replication {
  const found = world.site(who.site).replications.get(id);
  const hidden = found !== undefined && !found.configured && world.assumptions.replicationVisible === 'taskEnd';
  // Invisible, not forbidden: tenants do not learn of what a provider has started [doc B45 chown].
  const vanished = found !== undefined && vanishedFrom(world, found, 'id');
  if (found === undefined || hidden || vanished || !sees(who, found.owner.org)) throw replicationNotFound(id);
  return found;
}

/** 202 with the task in the body; no Location (vcda-api.md §0.1). */
export function accepted(reply: FastifyReply, world: World, task: Task): FastifyReply {
  return reply.code(202).send(taskInfo(world, task));
}
