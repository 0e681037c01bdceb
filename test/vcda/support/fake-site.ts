/**
 * A site for what the simulator cannot do: a bare HTTP server that logs anybody in, extends anywhere, and leaves every
 * other call to the test. Remembers all it was asked.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  /** parsed JSON; null when there was none */
  body: unknown;
}

export interface Reply {
  status?: number;
  /** a string goes out as it is, anything else as JSON; absent: no body */
  body?: unknown;
  headers?: Record<string, string>;
}

/** What to answer; null: the fake's own answer; a function: the test writes the answer itself, or does not. */
export type Handler = (seen: Seen) => Outcome | Promise<Outcome>;
export type Outcome = Reply | null | ((response: ServerResponse) => void);

export interface FakeSite {
  url: string;
  seen: Seen[];
  /** requests to a path, `POST /sessions` for example */
  count(call: string): number;
  /** connections that were opened so far */
  connections(): number;
  /** from now on */
  answer(handler: Handler): void;
  close(): Promise<void>;
}

export async function startFakeSite(
  handler: Handler,
  { tls, port = 0 }: { tls?: { key: string; cert: string }; port?: number } = {},
): Promise<FakeSite> {
  let current = handler;
  const seen: Seen[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  function listener(request: IncomingMessage, response: ServerResponse) {
    void serve(request, response, seen, (one) => current(one));
  }
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  // On a busy machine five idle seconds pass between two calls, and the second would meet a connection that is being closed.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${listening}`,
    seen,
    count: (call) => seen.filter(({ method, path }) => `${method} ${path}` === call).length,
    connections: () => connections,
    answer: (next) => {
      current = next;
    },
    async close() {
      if (!server.listening) return;
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  seen: Seen[],
  handler: Handler,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
  const one: Seen = {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: request.headers,
    body: text === '' ? null : JSON.parse(text),
  };
  seen.push(one);
  const reply = await handler(one);
  if (typeof reply === 'function') reply(response);
  else send(response, reply ?? ownReply(one));
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: Reply): void {
  const json = typeof body === 'string' || body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...json, ...headers });
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
}

let tokens = 0;

function ownReply({ method, path }: Seen): Reply {
  if (method === 'POST' && path === '/sessions') {
    tokens += 1;
    return { body: { user: 'ops@acme', roles: ['EVERYONE'] }, headers: { 'x-vcav-auth': `token-${tokens}` } };
  }
  if (path.startsWith('/sessions')) return { body: { user: 'ops@acme' } };
  return { status: 404, body: { code: 'NotFound', msg: `the fake has no ${method} ${path}` } };
}

export const refuse = (status: number, code: string, msg = 'no', headers: Record<string, string> = {}): Reply => ({
  status,
  body: { code, msg, args: [], stacktrace: 'com.vmware.h4.api.error.exceptions.SomeException: no' },
  headers,
});

/** Answers by `first` where it has an answer, else by `then`. */
export const before =
  (first: Handler, then: Handler): Handler =>
  async (seen) =>
    (await first(seen)) ?? then(seen);

/** Every `GET /tasks/{id}` finds a task that runs. */
export const anyTask: Handler = ({ path }) =>
  path.startsWith('/tasks/') ? { body: runningTask(path.slice('/tasks/'.length)) } : null;

/** The answer to an expired or missing token [client powercli]. */
export const expired = refuse(401, 'NotAuthenticated', 'Authentication required.', {
  'www-authenticate': 'Authentication Token Required',
});

/** As the seed shows a task, but running. */
export const runningTask = (id: string) => ({
  id,
  user: 'ops@acme',
  workflowInfo: { type: 'start', resourceType: 'vmReplication', resourceId: null, resourceName: null },
  progress: 0,
  state: 'RUNNING',
  lastUpdated: 1499929558827,
  startTime: 1499929548951,
  endTime: -1,
  warnings: [],
  site: 'lyon',
});
