import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Case } from '../../../conformance/case.js';
import type { Row } from '../../../conformance/run.js';
import { runCases } from './runs.js';

/** An answer on its way back; what an alteration writes into it is what the client gets. */
export interface Passing {
  method: string;
  path: string;
  query: URLSearchParams;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** parsed; undefined for none */
  body: unknown;
}

export interface Altered {
  url: string;
  /** `METHOD /path` of every request that came through */
  requests: string[];
  close(): Promise<void>;
}

/** A server that is the one at `url` but for one thing. */
export async function altered(url: string, alter: (passing: Passing) => void): Promise<Altered> {
  const requests: string[] = [];
  const server = createServer((incoming, answer) => {
    const method = incoming.method ?? 'GET';
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://proxy');
    requests.push(`${method} ${pathname}`);
    forward(url, incoming).then(
      ({ status, headers, body }) => {
        const passing = { method, path: pathname, query: searchParams, status, headers, body };
        alter(passing);
        const sent = passing.body === undefined ? '' : JSON.stringify(passing.body);
        answer.writeHead(passing.status, { ...passing.headers, 'content-length': Buffer.byteLength(sent) });
        answer.end(sent);
      },
      () => answer.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(url: string, incoming: IncomingMessage): Promise<Pick<Passing, 'status' | 'headers' | 'body'>> {
  const sent = await text(incoming);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // Joined as texts, so that a double slash stays one.
    const [host, port] = new URL(url).host.split(':');
    const { host: _, ...headers } = incoming.headers;
    const outgoing = request({ host, port, path: incoming.url, method: incoming.method, headers }, resolve);
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
  const received = await text(answer);
  const {
    'content-length': _length,
    'transfer-encoding': _encoding,
    connection: _connection,
    ...headers
  } = answer.headers;
  return { status: answer.statusCode ?? 500, headers, body: received === '' ? undefined : JSON.parse(received) };
}

/** Runs cases against a simulator whose answers are altered. */
export async function runAltered(
  alter: (passing: Passing) => void,
  wanted: (one: Case) => boolean,
): Promise<Map<string, Row>> {
  let proxy: Altered | undefined;
  async function through(url: string) {
    proxy = await altered(url, alter);
    return proxy.url;
  }
  try {
    return await runCases(wanted, { through });
  } finally {
    await proxy?.close();
  }
}
