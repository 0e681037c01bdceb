/** A way to a TCP server that a test can shut: what is under way stands still, and nothing new gets through. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Gate {
  /** `127.0.0.1:PORT`, in place of the server's own */
  address: string;
  /** from now on no byte gets through, in either direction; connections stay open */
  shut(): void;
  /** as when its process dies: connections end, and nobody gets a new one */
  cut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function openGate(to: string): Promise<Gate> {
  const [host, port] = to.split(':');
  const sockets = new Set<Socket>();
  let isShut = false;
  let isCut = false;
  const server = createServer((inside) => {
    if (isCut) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(port), host);
    for (const [from, into] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => into.write(bytes));
      from.on('error', () => into.destroy());
      from.on('close', () => {
        sockets.delete(from);
        into.destroy();
      });
      if (isShut) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut() {
      isShut = true;
      for (const socket of sockets) socket.pause();
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      isShut = false;
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
