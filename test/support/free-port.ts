import { freePorts } from '../../temporal/free-ports.js';

/** A port of loopback that nothing listens on, for now, and that nobody is given who has not asked for it by number. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
