import { badRequest } from '../errors.js';
import type { Replication } from '../world/model.js';
import type { World } from '../world/world.js';

const DEFAULT_RESOLUTION = 300;
const MAX_SAMPLES = 2000;

/** The newest sample (`rt-traffic`) [client PsychoBelka]; the name of the figure is an assumption. */
export function latestTraffic(world: World, it: Replication) {
  const last = it.traffic[it.traffic.length - 1];
  return { timestamp: world.wall(last?.at ?? world.now), bytesTransferred: last?.bytes ?? 0 };
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
    for (const sample of it.traffic) {
      const slot = Math.floor((world.wall(sample.at) - start) / step);
      if (slot >= 0 && slot < count) bytes[slot] = (bytes[slot] ?? 0) + sample.bytes;
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
