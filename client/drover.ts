import { hostname, userInfo } from 'node:os';
import type { StoreState } from '../contract/evidence.js';
import type { SiteInspection } from '../contract/inspection.js';
import { loadDrill } from '../plan/drill/load-drill.js';
import { loadPlan } from '../plan/load-plan.js';
import type { Drill, Plan } from '../plan/types.js';
import { connectClient, type Env } from '../temporal/connection.js';
import { askStore } from './ask-store.js';
import { type Applied, type ApplyOptions, applyDrills } from './drills/apply-drills.js';
import { DrillHandle } from './drills/drill-handle.js';
import { type DrillSummary, listDrills } from './drills/list-drills.js';
import type { ScheduledDrill } from './drills/schedule-facts.js';
import { type ScheduleChange, upsertSchedule } from './drills/schedules.js';
import { startDrill } from './drills/start-drill.js';
import { type Swept, sweepSite } from './drills/sweep-site.js';
import { inspectSites } from './inspect-sites.js';
import { listRuns, type RunList } from './list-runs.js';
import { RunHandle } from './run-handle.js';
import { askTemporal, type Session } from './session.js';
import { startRun } from './start-run.js';
import { workerListens } from './worker-presence.js';

export interface ConnectOptions {
  /** where the `TEMPORAL_*` settings come from; default `process.env` */
  env?: Env;
  /** host and port of Temporal, instead of the one in `env` */
  address?: string;
  /** the queue on which Drover's workers listen; default `drover`, as in the config's default */
  taskQueue?: string;
  /** who acts, as reports tell; default `DROVER_ACTOR` in `env`, else the user of this process and its host */
  actor?: string;
  /** what was typed, as reports tell; default: nothing was */
  command?: string;
}

export interface StartRunOptions {
  /** default: the name of the plan or drill and today's date, so that each runs once a day */
  id?: string;
  /** names of the sites that may be used, when the plan or drill is given as a path; default: not checked here */
  sites?: string[];
}

export interface StartPlanOptions extends StartRunOptions {
  /** all copies are made, and no cutover begins before somebody says `resume`; default: it goes on by itself */
  until?: 'synced';
}

export interface StartedHandle {
  run: RunHandle;
  /** true: this very plan or drill was started under this id before, and nothing was started now */
  existed: boolean;
  /** false: the worker that listened a moment ago has not begun with it */
  begun: boolean;
  /** false: the run has not got all of its plan, so that nothing has begun; the same call gives it what is missing */
  loaded: boolean;
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
   * again, and `existed` is true.
   * @throws BadInput for a bad plan file, RunExists when the id belongs to another plan, WindowOver, NoWorker, SiteAway, BadRunId
   */
  async startRun(plan: Plan | string, options: StartPlanOptions = {}): Promise<StartedHandle> {
    const loaded = typeof plan === 'string' ? loadPlan(plan, { sites: options.sites ?? null }) : plan;
    const started = await startRun(this.#session, loaded, options.id, options.until);
    return { ...started, run: this.run(started.run) };
  }

  /** Starts a drill now, as {@link startRun} does a plan; its run is read and steered as any other. */
  async startDrill(drill: Drill | string, options: StartRunOptions = {}): Promise<StartedHandle> {
    const loaded = typeof drill === 'string' ? loadDrill(drill, { sites: options.sites ?? null }) : drill;
    const started = await startDrill(this.#session, loaded, options.id);
    return { ...started, run: this.run(started.run) };
  }

  /** A run by its id; whether it exists shows when it is used. */
  run(id: string): RunHandle {
    return new RunHandle(this.#session, id);
  }

  /** The runs that Temporal or the store knows, newest first; default: the newest 20. */
  list(options: { limit?: number | null } = {}): Promise<RunList> {
    return listRuns(this.#session, options.limit === undefined ? 20 : options.limit);
  }

  /**
   * Makes Temporal start the drill by itself, as its `schedule` says. A schedule that exists is changed to be so, and stays
   * paused if it is. Nothing is started now, nor made up for.
   * @throws ScheduleTaken, ScheduleRefused
   */
  scheduleDrill(drill: ScheduledDrill): Promise<ScheduleChange> {
    return upsertSchedule(this.#session, drill, null);
  }

  /** Makes the schedules of a set be those of the drills given, see {@link ApplyOptions}. @throws ScheduleTaken, ScheduleRefused */
  applyDrills(drills: Drill[], options: ApplyOptions = {}): Promise<Applied> {
    return applyDrills(this.#session, drills, options);
  }

  /** All scheduled drills, by name. */
  drills(): Promise<DrillSummary[]> {
    return listDrills(this.#session);
  }

  /** A drill by its name; whether it exists shows when it is used. */
  drill(name: string): DrillHandle {
    return new DrillHandle(this.#session, name);
  }

  /**
   * Removes the test copies that drills have left at a site, and waits for it.
   * @throws NoWorker, SiteAway; the reason of `signal`, which ends the waiting only
   */
  sweep(site: string, options: { signal?: AbortSignal } = {}): Promise<Swept> {
    return sweepSite(this.#session, site, options.signal);
  }

  /** Has a worker check sites: reachable, certificate, login, clock, version, licence; default: every configured site. */
  inspectSites(sites: string[] | null = null): Promise<SiteInspection[]> {
    return inspectSites(this.#session, sites);
  }

  /** Has a worker look at the store. @throws StoreUnanswered */
  async store(): Promise<StoreState> {
    const { state } = await askStore(this.#session, { ask: 'state' });
    if (state === undefined) throw new Error('the worker did not say how the store is');
    return state;
  }

  /** Whether a worker has asked for work within about the last minute. */
  workerListens(): Promise<boolean> {
    return workerListens(this.#session);
  }

  /** Version of Temporal's server. */
  async serverVersion(): Promise<string> {
    const { serverVersion } = await askTemporal(this.#session, () =>
      this.#session.client.workflowService.getSystemInfo({}),
    );
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
  const { taskQueue = 'drover', actor = env.DROVER_ACTOR || userAtHost(), command = null } = options;
  return new Drover({ client, connection, namespace, address, taskQueue, author: { actor, command } });
}

function userAtHost(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id of a container that has no name.
    return `${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
