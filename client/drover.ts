import { loadPlan } from '../plan/load-plan.js';
import type { Plan } from '../plan/types.js';
import { connectClient, type Env } from '../worker/connection.js';
import { inspectSites, type SiteInspection } from './inspect-sites.js';
import type { RunList } from './list-runs.js';
import { listRuns } from './list-runs.js';
import { RunHandle } from './run-handle.js';
import type { Session } from './session.js';
import { startRun } from './start-run.js';
import { workerListens } from './worker-presence.js';

export interface ConnectOptions {
  /** where the `TEMPORAL_*` settings come from; default `process.env` */
  env?: Env;
  /** host and port of Temporal, instead of the one in `env` */
  address?: string;
  /** the queue on which Drover's workers listen; default `drover`, as in the config's default */
  taskQueue?: string;
}

export interface StartRunOptions {
  /** default: the plan's name and today's date, so that one plan runs once a day */
  id?: string;
  /** names of the sites that the plan may use, when the plan is given as a path; default: not checked here */
  sites?: string[];
}

/** Drover, as seen from a program: starts runs and steers them. It talks to Temporal alone and holds no site's login. */
export class Drover {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** `host:port` and namespace of the Temporal in use */
  get temporal(): { address: string; namespace: string; taskQueue: string } {
    const { address, namespace, taskQueue } = this.#session;
    return { address, namespace, taskQueue };
  }

  /**
   * Starts a run of a plan, or of the plan in a file. The same plan under the same id is the same run: it is not started
   * again, and `existed` is true. `takenUp` is false when the worker that listened a moment ago has not begun with it.
   * @throws BadInput for a bad plan file, RunExists when the id belongs to another plan, NoWorker, BadRunId, KindUnavailable
   */
  async startRun(
    plan: Plan | string,
    options: StartRunOptions = {},
  ): Promise<{ run: RunHandle; existed: boolean; takenUp: boolean }> {
    const loaded = typeof plan === 'string' ? loadPlan(plan, { sites: options.sites ?? null }) : plan;
    const started = await startRun(this.#session, loaded, options.id);
    return { ...started, run: this.run(started.run) };
  }

  /** A run by its id; whether it exists shows when it is used. */
  run(id: string): RunHandle {
    return new RunHandle(this.#session, id);
  }

  /** The runs that Temporal knows, newest first; default: the newest 20. */
  list(options: { limit?: number | null } = {}): Promise<RunList> {
    return listRuns(this.#session, options.limit === undefined ? 20 : options.limit);
  }

  /** Has a worker check sites: reachable, certificate, login, clock, version, licence; default: every configured site. */
  inspectSites(sites: string[] | null = null): Promise<SiteInspection[]> {
    return inspectSites(this.#session, sites);
  }

  /** Whether a worker has asked for work within about the last minute. */
  workerListens(): Promise<boolean> {
    return workerListens(this.#session);
  }

  /** Version of Temporal's server. */
  async serverVersion(): Promise<string> {
    const { serverVersion } = await this.#session.client.workflowService.getSystemInfo({});
    return serverVersion ?? 'unknown';
  }

  close(): Promise<void> {
    return this.#session.connection.close();
  }
}

/** @throws TemporalUnreachable */
export async function connectDrover(options: ConnectOptions = {}): Promise<Drover> {
  const env = options.env ?? process.env;
  const { client, connection, namespace, address } = await connectClient(
    options.address === undefined ? env : { ...env, TEMPORAL_ADDRESS: options.address },
  );
  return new Drover({ client, connection, namespace, address, taskQueue: options.taskQueue ?? 'drover' });
}
