/** Ports of loopback for servers that must be told theirs. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that Linux, macOS and Windows give to connections and to servers that ask for any; Temporal's cluster keeps
 * its members' ports as smallint, which ends there as well.
 */
const LOWEST_PORT = 12_000;
const HIGHEST_PORT = 32_000;

/** Different ports that nothing listens on, for now, and that nobody is given who has not asked for them by number. */
export async function freePorts(many: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < many) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (!ports.includes(port) && (await whyTaken(port)) === null) ports.push(port);
  }
  return ports;
}

/** Why nobody can listen at a port of loopback now; null: it is free. */
export async function whyTaken(port: number): Promise<Error | null> {
  const socket = createServer().listen(port, '127.0.0.1');
  try {
    await once(socket, 'listening');
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    await new Promise((closed) => socket.close(closed));
  }
}
