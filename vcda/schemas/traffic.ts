/** How much a replication, or all of an owner, has sent [client PsychoBelka]. Names of the figures are undocumented. */
import { z } from 'zod';
import { maybeNumber, maybeText } from './common.js';

/** `timestamp` in epoch ms; the figures in bytes */
export const trafficSample = z.looseObject({ timestamp: z.number() });
export type TrafficSample = z.infer<typeof trafficSample>;

/** `start` and `end` in epoch ms, `resolution` in seconds */
export const trafficReport = z.looseObject({
  label: maybeText,
  resolution: maybeNumber,
  start: maybeNumber,
  end: maybeNumber,
  samples: z.array(trafficSample),
});
export type TrafficReport = z.infer<typeof trafficReport>;
