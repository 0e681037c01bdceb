import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Below those that Linux, macOS and Windows give to connections and to servers that ask for any. */
const FROM = 20_000;
const PORTS = 10_000;

/** A port of loopback that nothing listens on, for now, and that nobody is given who has not asked for it by number. */
export async function freePort(): Promise<number> {
  for (;;) {
    const socket = createServer().listen(FROM + Math.floor(Math.random() * PORTS), '127.0.0.1');
    try {
      await once(socket, 'listening');
    } catch {
      continue;
    }
    const { port } = socket.address() as AddressInfo;
    await new Promise((closed) => socket.close(closed));
    return port;
  }
}
