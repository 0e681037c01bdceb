import { connect } from 'node:net';
import { type Probe, reasonOf } from './probe.js';

/** How long a connection must stand: ms. A balancer without a server behind it takes one, and ends it at once. */
const LISTEN_FOR = 1_000;

/**
 * Passes when the port takes a connection and keeps it for a second, or says something on it; nothing is sent.
 * @param timeout ms for the attempt: of a shorter one, half is listened for
 */
export const tcpProbe =
  (host: string, port: number, timeout: number): Probe =>
  (signal) =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const stop = () => socket.destroy();
      signal.addEventListener('abort', stop, { once: true });
      let detail = 'connection closed';
      let ok = false;
      let listening: NodeJS.Timeout | undefined;
      function pass() {
        if (socket.destroyed || socket.readableEnded) return;
        ok = true;
        detail = 'connected';
        socket.destroy();
      }
      socket.once('connect', () => {
        detail = 'connected, and closed at once by the other side';
        // A worker that stood still meanwhile hears first of what came until now.
        listening = setTimeout(() => setImmediate(pass), Math.min(LISTEN_FOR, timeout / 2));
      });
      socket.once('data', pass);
      socket.once('error', (error) => {
        detail = listening === undefined ? reasonOf(error) : `connected, then: ${reasonOf(error)}`;
      });
      socket.once('close', () => {
        clearTimeout(listening);
        signal.removeEventListener('abort', stop);
        resolve({ ok, detail });
      });
      if (signal.aborted) stop();
    });
