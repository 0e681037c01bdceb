/** A server that records the hooks that it gets, and answers as a test wants. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HookBody } from '../../contract/hooks.js';

export interface Got {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  key: string;
  body: HookBody;
  /** epoch ms */
  at: number;
}

export interface HookServer {
  /** without a slash at its end */
  url: string;
  got: Got[];
  /** those of an event */
  of(event: string): Got[];
  /** answers from now on; default: 204 */
  answer: (got: Got, response: ServerResponse) => void;
}

/** Closed when the test is over. */
export async function withHookServer<T>(test: (server: HookServer) => Promise<T>): Promise<T> {
  const { server, close } = await openHookServer();
  try {
    return await test(server);
  } finally {
    await close();
  }
}

function hookServer(url: string): HookServer {
  const hooks: HookServer = {
    url,
    got: [],
    of: (event) => hooks.got.filter(({ body }) => body.event === event),
    answer: (_, response) => {
      response.writeHead(204).end();
    },
  };
  return hooks;
}

/** `part`: gets what is sent under a path, as a server of its own */
export async function openHookServer() {
  const hooks = hookServer('');
  const parts = new Map<string, HookServer>();
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      const { url: path = '', method = '', headers } = request;
      const body = JSON.parse(text) as HookBody;
      const got = { path, method, headers, key: String(headers['idempotency-key']), body, at: Date.now() };
      const [, name = ''] = path.split('/');
      const its = parts.get(name) ?? hooks;
      its.got.push(got);
      its.answer(got, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hooks.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  function part(name: string): HookServer {
    const its = hookServer(`${hooks.url}/${name}`);
    parts.set(name, its);
    return its;
  }
  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { server: hooks, part, close };
}
