import { badRequest } from '../errors.js';
import type { Replication } from '../world/model.js';
import type { World } from '../world/world.js';

const DEFAULT_RESOLUTION = 300;
const MAX_SAMPLES = 2000;

/** The newest sample (`rt-traffic`) [client PsychoBelka]; the name of the figure is an assumption. */
export function latestTraffic(world: World, it: Replication) {
  const [at, bytesTransferred] = it.traffic.slice(-2);
  return { timestamp: world.wall(at ?? world.now), bytesTransferred: bytesTransferred ?? 0 };
}

/** `start` and `end` in ms, `resolution` in seconds [client PsychoBelka]. */
export function trafficReport(
  world: World,
  label: string,
  replications: Replication[],
  wanted: { start?: string; end?: string; resolution?: string },
) {
  const end = moment(wanted.end, 'end') ?? world.wall(world.now);
  const start = moment(wanted.start, 'start') ?? end - 24 * 3_600_000;
  const resolution = moment(wanted.resolution, 'resolution') ?? DEFAULT_RESOLUTION;
  if (resolution < 1) throw badRequest("Query parameter 'resolution' is not positive.", ['resolution']);
  if (start > end) throw badRequest("Query parameter 'start' is after 'end'.", ['start']);
  const step = resolution * 1000;
  const count = Math.ceil((end - start) / step);
  if (count > MAX_SAMPLES) throw badRequest(`${count} samples are more than ${MAX_SAMPLES}.`, ['resolution']);
  const bytes = Array.from({ length: count }, () => 0);
  for (const it of replications) {
    for (let i = 0; i + 1 < it.traffic.length; i += 2) {
      const slot = Math.floor((world.wall(it.traffic[i] as number) - start) / step);
      if (slot >= 0 && slot < count) bytes[slot] = (bytes[slot] ?? 0) + (it.traffic[i + 1] as number);
    }
  }
  const samples = bytes.map((bytesTransferred, i) => ({ timestamp: start + i * step, bytesTransferred }));
  return { label, resolution, start, end, samples };
}

function moment(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw badRequest(`Query parameter '${name}' is not a whole number.`, [name]);
  return value;
}
