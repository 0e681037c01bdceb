import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, notAuthenticated } from '../errors.js';
import type { ActiveFault, Target } from '../faults.js';
import { RAW, sendFront } from './front.js';
import { isRecord } from './is-record.js';
import type { Shared } from './shared.js';

export const route = (request: FastifyRequest): string => request.routeOptions.url ?? 'unknown';

/** Ends the connection without an answer. */
export function reset(shared: Shared, site: string, request: FastifyRequest): void {
  request.call.reset = true;
  shared.stats.add(site, request.method, route(request), 0);
  request.raw.socket.resetAndDestroy();
}

/** The target of fault rules that a request is. */
function target(shared: Shared, site: string, request: FastifyRequest): Target {
  const [path = '', query = ''] = request.url.split('?');
  return {
    site,
    method: request.method,
    path,
    query,
    operation: request.routeOptions.config.operation,
    vmId: vmOf(shared, request),
  };
}

/** Whether something in front of the site has answered in its place. */
export function applyFront(shared: Shared, site: string, request: FastifyRequest, reply: FastifyReply): boolean {
  if (shared.faults.size === 0) return false;
  const [fault] = shared.faults.strike(target(shared, site, request), 'front');
  if (fault === undefined) return false;
  sendFront(fault, shared.world.site(site).url, reply);
  return true;
}

/** Lets the fault rules strike, after authentication and before the handler; whether one has answered in its place. */
export async function applyFaults(
  shared: Shared,
  site: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  // What struck a deed that is done again is kept with it.
  if (shared.faults.size === 0 || shared.journal?.again) return false;
  const struck = shared.faults.strike(target(shared, site, request));
  for (const fault of struck) {
    if (fault.kind === 'delay') {
      // A process ends without those who still wait for their answer.
      await wait(fault.delayMs ?? 1000, undefined, { ref: false });
      shared.world.queue.settle();
    } else if (fault.kind === 'fail-task') request.call.planted = fault;
    else if (fault.kind === 'odd-task') request.call.odd = fault.task ?? {};
    else if (fault.kind === 'unreadable') request.call.unreadable.push(fault);
    else if (fault.kind === 'reset-after') request.call.resetAfter = true;
    else {
      interfere(shared, site, fault, request, reply);
      return true;
    }
  }
  return false;
}

function interfere(shared: Shared, site: string, fault: ActiveFault, request: FastifyRequest, reply: FastifyReply) {
  switch (fault.kind) {
    case 'reset-before':
      reply.hijack();
      reset(shared, site, request);
      return;
    case 'session-loss':
      if (request.call.session !== undefined) shared.sessions.close(request.call.session.token);
      throw notAuthenticated();
    case 'garbage':
      reply
        .code(fault.status ?? 200)
        .headers(fault.headers ?? {})
        .send(typeof fault.body === 'string' ? fault.body : '{"id": "c0ffee", "state": [');
      return;
    default:
      sendStatus(shared, fault, reply);
  }
}

function sendStatus(shared: Shared, fault: ActiveFault, reply: FastifyReply): void {
  const status = fault.status ?? 503;
  reply.code(status).headers(fault.headers ?? {});
  if (shared.world.assumptions.htmlErrorPages) {
    reply.header(RAW, '1').type('text/html').send(`<html><head><title>${status}</title></head><body></body></html>`);
    return;
  }
  const error = fault.error ?? {
    code: status >= 500 ? 'GeneralServerFailure' : 'BadRequest',
    msg: `Injected ${status}.`,
  };
  if (typeof fault.body === 'string') reply.header(RAW, '1').send(fault.body);
  else reply.send(fault.body ?? errorBody(error.code, error.msg));
}

/** The source VM a request is about: named by a start's body, or by the replication in the path. */
function vmOf(shared: Shared, request: FastifyRequest): string | undefined {
  const { body, params } = request;
  if (isRecord(body) && isRecord(body['source']) && typeof body['source']['vmId'] === 'string')
    return body['source']['vmId'];
  const id = isRecord(params) ? params['id'] : undefined;
  return typeof id === 'string' && id.startsWith('C4-') ? shared.world.findReplication(id)?.vmId : undefined;
}
