/** A small HTTP endpoint that tells an orchestrator whether this worker works. */
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Health {
  /** `host:port` as bound */
  address: string;
  close(): Promise<void>;
}

/**
 * `GET /healthz` answers 200 while the worker's state is RUNNING and 503 before and after, with the state as JSON.
 * @throws Error when the address cannot be bound
 */
export async function startHealth(at: { host: string; port: number }, state: () => string): Promise<Health> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/healthz') {
      response.writeHead(404).end();
      return;
    }
    const now = state();
    response.writeHead(now === 'RUNNING' ? 200 : 503, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ state: now }));
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : at.port;
  return {
    address: `${at.host}:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** `host:port`, or a port on loopback. Null when it is neither. */
export function parseAddress(text: string): { host: string; port: number } | null {
  const parts = /^(?:(?<host>[^:\s]+|\[[0-9a-f:]+\]):)?(?<port>\d{1,5})$/i.exec(text.trim())?.groups;
  const port = Number(parts?.port);
  if (!parts || port > 65_535) return null;
  return { host: parts.host?.replaceAll(/[[\]]/g, '') ?? '127.0.0.1', port };
}
