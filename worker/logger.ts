/** Drover's log: JSON lines on stderr, the SDK's own lines among them, secrets masked. */
import { type LogLevel, Runtime, type RuntimeOptions, type Logger as TemporalLogger } from '@temporalio/worker';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { READ_ANEW } from '../contract/names.js';
import { visibleLines } from '../plan/source/visible.js';
import type { Env } from '../temporal/connection.js';
import type { Scrub } from '../vcda/index.js';
import { redact } from './redact.js';

export type { Logger };

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/**
 * A logger at the level of `DROVER_LOG` (default info); `to` is stderr unless said otherwise. What a line is given is
 * masked; what `child()` binds is not (pino offers no hook), so bind ids only.
 * @param scrub takes the values of secrets out of a whole line, under whatever name they stand in it
 */
export function createLogger(
  env: Env,
  to: DestinationStream = destination({ fd: 2, sync: true }),
  scrub: Scrub = (line) => line,
): Logger {
  const wanted = env.DROVER_LOG?.toLowerCase() ?? 'info';
  const known = LEVELS.includes(wanted);
  const log = pino(
    {
      level: known ? wanted : 'info',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: redact },
      serializers: { err: (error: unknown) => error }, // redact has described it already
      // A line is JSON, and the same however it is written: what a terminal would obey is escaped.
      hooks: { streamWrite: (line) => visibleLines(scrub(line)) },
    },
    to,
  );
  if (!known) log.warn(`DROVER_LOG=${wanted} is not a level; one of ${LEVELS.join(', ')}`);
  return log;
}

/** The SDK logs through this; it calls its error `error`, pino calls it `err`. */
export function temporalLogger(log: Logger): TemporalLogger {
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, meta: object = {}) => {
      const { error, ...rest } = { error: undefined, ...meta };
      log[isNothing(message, error) ? 'debug' : level](error === undefined ? rest : { ...rest, err: error }, message);
    };
  const levels = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  return {
    ...levels,
    log: (level: LogLevel, message, meta) => levels[level.toLowerCase() as keyof typeof levels](message, meta),
  };
}

/**
 * What is as it is to be: a question that is asked again by itself, as some are when a worker has just started, and queues of
 * which a worker takes activities alone.
 */
const isNothing = (message: string, error: unknown): boolean =>
  message.startsWith('No workflows registered') ||
  message.includes(READ_ANEW) ||
  // An error of a workflow is of another realm.
  String((error as Partial<Error> | undefined)?.message).includes(READ_ANEW);

let installed: Logger | undefined;

/**
 * Sets up the SDK's runtime once per process: its log goes to pino, its metrics, when `DROVER_METRICS=host:port` is set,
 * to a Prometheus endpoint there (`/metrics`), and signals are left to Drover. To be called before any worker connects.
 */
export function installRuntime(env: Env, scrub?: Scrub): Logger {
  if (installed) return installed;
  const log = createLogger(env, undefined, scrub);
  const options: RuntimeOptions = {
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } },
      ...(env.DROVER_METRICS && {
        metrics: {
          prometheus: {
            bindAddress: env.DROVER_METRICS,
            useSecondsForDurations: true,
            unitSuffix: true,
            countersTotalSuffix: true,
          },
        },
      }),
    },
  };
  Runtime.install(options);
  installed = log;
  return log;
}
