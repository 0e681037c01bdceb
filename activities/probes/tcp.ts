import { connect } from 'node:net';
import { type Probe, reasonOf } from './probe.js';

/** Passes when the port takes a connection; nothing is sent. */
export const tcpProbe =
  (host: string, port: number): Probe =>
  (signal) =>
    new Promise((resolve) => {
      const socket = connect({ host, port });
      const stop = () => socket.destroy();
      signal.addEventListener('abort', stop, { once: true });
      let detail = 'connection closed';
      let ok = false;
      socket.once('connect', () => {
        ok = true;
        detail = 'connected';
        socket.destroy();
      });
      socket.once('error', (error) => {
        detail = reasonOf(error);
      });
      socket.once('close', () => {
        signal.removeEventListener('abort', stop);
        resolve({ ok, detail });
      });
      if (signal.aborted) stop();
    });
