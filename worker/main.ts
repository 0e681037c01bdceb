/** One worker process from start to stop: `drover worker`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import { type NativeConnection, Runtime } from '@temporalio/worker';
import { EXIT, type ExitCode } from '../contract/exit-codes.js';
import { exposedFiles } from '../plan/config/exposed-files.js';
import { loadConfig } from '../plan/config/load-config.js';
import { BadInput } from '../plan/source/problem.js';
import { visibleLines } from '../plan/source/visible.js';
import type { Config } from '../plan/types.js';
import { OtherStore, Store, StoreAway } from '../store/index.js';
import { connectClient, connectWorker, type Env } from '../temporal/connection.js';
import { TemporalUnreachable } from '../temporal/unreachable.js';
import { ConfigScrubber, createSites, type Scrub } from '../vcda/index.js';
import { Credentials, type Seen, seenOf } from './credentials.js';
import { type Health, parseAddress, startHealth } from './health.js';
import { installRuntime, type Logger } from './logger.js';
import { oneStore } from './one-store.js';
import { OtherWorld, requireOneWorld } from './one-world.js';
import { EarlierWorkOpen, type Settled, settleEarlierWork } from './open-contracts.js';
import { StopSignals } from './stop-signals.js';
import { createDroverWorker, type DroverWorker } from './worker.js';

export interface RunWorkerOptions {
  /** path of the config; its sites need their logins here */
  configPath: string;
  env: Env;
  /** health endpoint on loopback; `DROVER_HEALTH=host:port` says it as well, and wins; neither: no endpoint */
  healthPort?: number;
  /** version of this Drover, kept with the evidence */
  drover?: string;
}

/** ms for logging out of the sites after the worker has ended */
const FAREWELL_LIMIT = 3_000;

/**
 * Runs a worker until SIGTERM or SIGINT; a second signal ends the process at once. What it held goes on elsewhere.
 * @returns the exit code: 0 after a signal, 1 when the worker failed, 2 for bad configuration, 3 when Temporal cannot be
 * reached, 4 while runs of an earlier Drover are open, other workers use another store, or another Drover has a site of the config
 */
export async function runWorker({ configPath, env, healthPort, drover }: RunWorkerOptions): Promise<ExitCode> {
  const stop = new StopSignals();
  let log: Logger | undefined;
  try {
    const seen = seenOf(configPath, env);
    const config = loadConfig(configPath, { env, need: 'worker' });
    const healthAt = healthAddress(env, healthPort);
    const scrubber = new ConfigScrubber(config);
    log = bindMetrics(env, scrubber.scrub);
    tellExposed(configPath, env, log);
    await serve({ config, configPath, seen, env, log, scrubber, healthAt, stop: stop.signal, drover });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof BadInput || error instanceof BadWorkerSetting) return tell(error, EXIT.badInput);
    if (error instanceof EarlierWorkOpen || error instanceof OtherStore || error instanceof OtherWorld)
      return tell(error, EXIT.personNeeded);
    if (error instanceof TemporalUnreachable) return stop.signal.aborted ? EXIT.ok : tell(error, EXIT.unreachable);
    log?.error({ err: error }, 'worker failed');
    return log ? EXIT.notAll : tell(error, EXIT.notAll);
  } finally {
    stop.release();
  }
}

interface Serving {
  config: Config;
  configPath: string;
  seen: Seen;
  env: Env;
  log: Logger;
  scrubber: ConfigScrubber;
  healthAt: { host: string; port: number } | null;
  stop: AbortSignal;
  drover: string | undefined;
}

async function serve({ config, configPath, seen, env, log, scrubber, healthAt, stop, drover }: Serving): Promise<void> {
  const { taskQueue, checks: commands } = config.worker;
  const buildId = env.DROVER_BUILD_ID || undefined;
  let worker: DroverWorker | undefined;
  const health = healthAt && (await bindHealth(healthAt, () => worker?.getState() ?? 'STARTING'));
  const sites = createSites(config);
  const read = (anew: Config) => scrubber.know(anew);
  const credentials = new Credentials({ configPath, seen, env, sites, log, read });
  let connection: NativeConnection | undefined;
  let store: Store | undefined;
  let client: { client: Client; connection: Connection; address: string } | undefined;
  try {
    client = await connectClient(env);
    await requireOneWorld(client.client, taskQueue, sites.names);
    tellSettled(await settleEarlierWork(client.client, taskQueue), log);
    const admit = oneStore(client.client, taskQueue, (gone) =>
      log.warn({ ...gone }, 'another store takes the place of this one: what that one knows is not in it'),
    );
    store = new Store(config.store, {
      admit,
      scrub: (text) => sites.scrubber()(text),
      ...(drover === undefined ? {} : { drover }),
    });
    await openStore(store, config.store.kind, log);
    const native = await connectWorker(env);
    connection = native.connection;
    const { namespace } = native;
    worker = await createDroverWorker({
      connection,
      namespace,
      taskQueue,
      client: client.client,
      sites,
      store,
      installation: config.installation,
      commands,
      loginRefused: credentials.refused,
      ...(config.hooks && { hooks: config.hooks }),
      buildId,
    });
    if (stop.aborted) return;

    const ended = worker.run();
    function shutDown() {
      log.info({ taskQueue }, 'worker stopping');
      if (worker?.getState() === 'RUNNING') worker.shutdown();
    }
    stop.addEventListener('abort', shutDown, { once: true });
    log.info(
      {
        taskQueue,
        buildId,
        namespace,
        temporal: client.address,
        store: store.where,
        sites: sites.names,
        health: health?.address,
      },
      'worker ready',
    );
    await ended.catch((error: unknown) => {
      if (!stop.aborted) throw error;
      log.warn({ taskQueue, err: error }, 'stopped while activities still ran: Temporal gives them to another worker');
    });
    log.info({ taskQueue }, 'worker stopped');
  } finally {
    const farewell = Promise.allSettled([
      credentials.close(),
      sites.close(),
      store?.close(),
      client?.connection.close(),
      health?.close(),
    ]);
    // A site that does not answer must not hold up a stop: it forgets the session by itself.
    await Promise.race([farewell, delay(FAREWELL_LIMIT, undefined, { ref: false })]);
    // In use for as long as an activity runs, and then it goes with the process.
    await connection?.close().catch(() => {});
    Runtime.instance().flushLogs();
  }
}

/** A server that is away comes back, and all else goes on meanwhile; a file that cannot be written is a mistake. */
async function openStore(store: Store, kind: Config['store']['kind'], log: Logger): Promise<void> {
  try {
    await store.open();
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    const { message, advice } = error;
    if (kind === 'sqlite') throw new BadWorkerSetting(message, advice);
    log.error({ store: store.where, advice }, `${message} Runs go on; what needs the store waits for it`);
  }
}

function tellExposed(configPath: string, env: Env, log: Logger): void {
  for (const file of exposedFiles(configPath, env))
    log.warn(
      { file, advice: `chmod o-r ${file}` },
      'every user of this machine may read this file, which holds a secret',
    );
}

function tellSettled({ sites, schedules }: Settled, log: Logger): void {
  if (sites.length > 0) log.info({ workflows: sites }, 'workflows of sites begin anew: an earlier Drover began them');
  if (schedules.length > 0)
    log.warn({ schedules }, 'schedules of an earlier Drover: write each anew with drover drill schedule FILE');
}

class BadWorkerSetting extends Error {
  override readonly name = 'BadWorkerSetting';
  /** the next step for a person; null: the message says it */
  readonly advice: string | null;

  constructor(message: string, advice: string | null = null) {
    super(message);
    this.advice = advice;
  }
}

function healthAddress(env: Env, port: number | undefined): Serving['healthAt'] {
  const text = env.DROVER_HEALTH || (port === undefined ? undefined : String(port));
  if (text === undefined) return null;
  const address = parseAddress(text);
  if (!address) throw new BadWorkerSetting(`DROVER_HEALTH=${text}: host:port is expected, such as 0.0.0.0:8080`);
  return address;
}

function bindMetrics(env: Env, scrub: Scrub): Logger {
  try {
    return installRuntime(env, scrub);
  } catch (error) {
    // Of all that the runtime is given, the address is the one thing that this machine may refuse.
    if (!env.DROVER_METRICS) throw error;
    throw new BadWorkerSetting(`DROVER_METRICS=${env.DROVER_METRICS}: ${(error as Error).message}`);
  }
}

async function bindHealth(at: { host: string; port: number }, state: () => string): Promise<Health> {
  try {
    return await startHealth(at, state);
  } catch (error) {
    throw new BadWorkerSetting(`the health endpoint cannot use ${at.host}:${at.port}: ${(error as Error).message}`);
  }
}

/** For a person at a terminal, before there is anything to log about. */
function tell(error: unknown, code: ExitCode): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof Error && 'advice' in error ? error.advice : null;
  process.stderr.write(visibleLines(`${message}\n${typeof advice === 'string' ? `Next: ${advice}\n` : ''}`));
  return code;
}
