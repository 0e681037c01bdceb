import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Deed } from '../journal.js';
import type { Session } from '../sessions.js';
import type { Shared } from './shared.js';

/** What passes with the process: sessions, and the rules of faults. */
const PASSES = /^\/_sim\/(faults|sessions)\b/;
const SESSIONS: ReadonlySet<unknown> = new Set(['login', 'extend', 'session', 'shrink', 'logout']);
/** Those that decide what a request does. */
const HEADERS = ['accept', 'operationid'];

/** Keeps a request that may change the world, before it is acted on. */
export function keepDeed({ journal }: Shared, site: string, request: FastifyRequest): void {
  const { method, url, headers, body, call } = request;
  const { operation } = request.routeOptions.config;
  const changes = method !== 'GET' || operation === 'health';
  if (journal === null || !changes || PASSES.test(url) || SESSIONS.has(operation)) return;
  const { session, planted, odd } = call ?? {};
  const sites = session && [...session.sites].map(([name, { user }]) => [name, user] as const);
  journal.keep({
    site,
    method,
    url,
    headers: Object.fromEntries(HEADERS.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : []))),
    ...(body == null ? {} : { body }),
    ...(sites && { as: Object.fromEntries(sites) }),
    ...(planted && { planted }),
    ...(odd && { odd }),
  });
}

/** The session that a deed was done with, as far as it mattered. */
export function sessionAgain({ site, as }: Deed, now: number): Session | undefined {
  const user = as?.[site];
  if (user === undefined) return undefined;
  const sites = Object.entries(as ?? {}).map(
    ([name, one]) => [name, { user: one, until: Number.POSITIVE_INFINITY }] as const,
  );
  return { token: '', site, user, createdAt: now, usedAt: now, sites: new Map(sites) };
}

/** Does a deed without a socket. What it was answered then, it is answered again, and nobody hears it. */
export async function again({ method, url, headers, body }: Deed, server: FastifyInstance | undefined): Promise<void> {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  await server?.inject({ method: method as 'POST', url, headers, ...payload });
}
