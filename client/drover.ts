import { hostname, userInfo } from 'node:os';
import type { StoreState } from '../contract/evidence.js';
import type { SiteInspection, SitePair } from '../contract/inspection.js';
import type { ListedReplication } from '../contract/listed-replication.js';
import { loadDrill } from '../plan/drill/load-drill.js';
import { loadPlan } from '../plan/load-plan.js';
import type { Drill, Plan } from '../plan/types.js';
import { connectClient, type Env } from '../temporal/connection.js';
import { askStore } from './ask-store.js';
import { type CheckOptions, checkPlan, type PlanCheck } from './check-plan.js';
import { type Applied, type ApplyOptions, applyDrills } from './drills/apply-drills.js';
import { type Coverage, drillCoverage } from './drills/drill-coverage.js';
import { DrillHandle } from './drills/drill-handle.js';
import { type DrillSummary, listDrills } from './drills/list-drills.js';
import type { ScheduledDrill } from './drills/schedule-facts.js';
import { type ScheduleChange, upsertSchedule } from './drills/schedules.js';
import { startDrill } from './drills/start-drill.js';
import { type Swept, sweepSite } from './drills/sweep-site.js';
import { inspectSites } from './inspect-sites.js';
import { knownToWorkers } from './known-sites.js';
import { listReplications } from './list-replications.js';
import { listRuns, type RunList } from './list-runs.js';
import { listSites, type SiteSummary } from './list-sites.js';
import { type NewPlan, type NewPlanOptions, newPlan } from './new-plan.js';
import { resolveNames } from './resolve-names.js';
import { RunHandle } from './run-handle.js';
import { askTemporal, type Session } from './session.js';
import { SiteHandle } from './site-handle.js';
import { existsAlready } from './start-once.js';
import { startRun, wantedRun } from './start-run.js';
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
   * @example
   * ```ts
   * const { run, existed } = await drover.startRun('paris-exit.yaml', { until: 'synced' });
   * console.log(existed ? 'goes on' : 'started', run.run);
   * ```
   */
  async startRun(plan: Plan | string, options: StartPlanOptions = {}): Promise<StartedHandle> {
    const loaded = typeof plan === 'string' ? loadPlan(plan, { sites: options.sites ?? null }) : plan;
    const started = await startRun(this.#session, loaded, options.id, options.until && { until: options.until });
    return { ...started, run: this.run(started.run) };
  }

  /**
   * A plan of what a site has, as data: nothing is started.
   * @throws NoWorker, NotTold; NothingFound when no VM is as asked for; Ambiguous when a name is that of several
   * @example
   * ```ts
   * const found = await drover.newPlan({ source: 'paris', destination: 'lyon', match: 'web*', wavesBy: 'vapp' });
   * console.log(found.waves.map(({ name, vms }) => `${name}: ${vms.length}`));
   * ```
   */
  newPlan(options: NewPlanOptions): Promise<NewPlan> {
    return newPlan(this.#session, options);
  }

  /**
   * What is replicated to a site, and whose it is. @throws NoWorker; NotTold where the site does not list it
   * @example
   * ```ts
   * const orphans = (await drover.replications('lyon')).filter(({ runIs }) => runIs === 'over');
   * ```
   */
  replications(
    site: string,
    {
      login,
      onProgress,
    }: {
      /** which of the site's logins is used; default: its `login` */
      login?: string;
      /** told how many have come, of long lists */
      onProgress?: (read: number) => void;
    } = {},
  ): Promise<ListedReplication[]> {
    return listReplications(this.#session, site, onProgress, login);
  }

  /**
   * The plan with ids for the names of VDCs, storage profiles and networks; nobody is asked for one that has none.
   * @throws NoWorker, NotTold; NothingFound for a name that the destination does not have; Ambiguous for one of several
   * @example
   * ```ts
   * import { loadPlan } from 'drover';
   *
   * const { destination } = await drover.resolved(loadPlan('paris-exit.yaml', { sites: null }));
   * ```
   */
  resolved(plan: Plan): Promise<Plan> {
    return resolveNames(this.#session, plan);
  }

  /**
   * Whether a run of this very plan has this id. @throws RunExists when the id belongs to something else
   * @example
   * ```ts
   * import { loadPlan } from 'drover';
   *
   * if (await drover.startedBefore(loadPlan('crm.yaml', { sites: null }), 'crm-1')) console.log('it goes on');
   * ```
   */
  async startedBefore(plan: Plan, run: string): Promise<boolean> {
    return existsAlready(this.#session, wantedRun(await resolveNames(this.#session, plan), run));
  }

  /**
   * Has a worker ask the sites whether a run of the plan would fail, and at what; nothing is started, nor changed.
   * @throws BadInput for a bad plan file, NoWorker, SiteAway, BadRunId: then nothing is known
   * @example
   * ```ts
   * const { ok, errors } = await drover.checkPlan('paris-exit.yaml');
   * if (!ok) throw new Error(errors.map(({ message, advice }) => `${message} ${advice ?? ''}`).join('\n'));
   * ```
   */
  async checkPlan(plan: Plan | string, options: CheckOptions & { sites?: string[] } = {}): Promise<PlanCheck> {
    const loaded = typeof plan === 'string' ? loadPlan(plan, { sites: options.sites ?? null }) : plan;
    return checkPlan(this.#session, loaded, options);
  }

  /**
   * Starts a drill now, as {@link startRun} does a plan; its run is read and steered as any other.
   * @example
   * ```ts
   * const { run: rehearsal } = await drover.startDrill('drills/crm.yaml');
   * console.log((await rehearsal.wait()).drill?.missed);
   * ```
   */
  async startDrill(drill: Drill | string, options: StartRunOptions = {}): Promise<StartedHandle> {
    const loaded = typeof drill === 'string' ? loadDrill(drill, { sites: options.sites ?? null }) : drill;
    const started = await startDrill(this.#session, loaded, options.id);
    return { ...started, run: this.run(started.run) };
  }

  /**
   * Protected VMs that no drill has proved for so many days, as far as the store remembers.
   * @throws NoWorker, StoreUnanswered; NotTold where a site does not list its replications
   * @example
   * ```ts
   * const coverage = await drover.drillCoverage({ sites: ['lyon'], days: 90 });
   * console.log(coverage);
   * ```
   */
  drillCoverage({ sites, days }: { sites: string[]; days: number }): Promise<Coverage> {
    return drillCoverage(this.#session, sites, days);
  }

  /**
   * A run by its id; whether it exists shows when it is used.
   * @example
   * ```ts
   * const { state, totals } = await drover.run('paris-exit-20261205').report();
   * ```
   */
  run(id: string): RunHandle {
    return new RunHandle(this.#session, id);
  }

  /**
   * A site by its name; whether anybody knows it shows when it is used.
   * @example
   * ```ts
   * await drover.site('lyon').brake(true, { note: 'storage is full' });
   * ```
   */
  site(name: string): SiteHandle {
    return new SiteHandle(this.#session, name);
  }

  /**
   * The sites at which something works or has worked, and those that are named.
   * @example
   * ```ts
   * for (const { site, shown } of await drover.sites(['lyon'])) console.log(site, shown?.brake);
   * ```
   */
  sites(known: string[] = []): Promise<SiteSummary[]> {
    return listSites(this.#session, known);
  }

  /**
   * The runs that Temporal or the store knows, newest first; default: the newest 20.
   * @example
   * ```ts
   * const { runs } = await drover.list({ limit: 100 });
   * console.log(runs.filter(({ state }) => state === 'running').map((one) => one.run));
   * ```
   */
  list(options: { limit?: number | null } = {}): Promise<RunList> {
    return listRuns(this.#session, options.limit === undefined ? 20 : options.limit);
  }

  /**
   * Makes Temporal start the drill by itself, as its `schedule` says. A schedule that exists is changed to be so, and stays
   * paused if it is. Nothing is started now, nor made up for.
   * @throws ScheduleTaken, ScheduleRefused
   * @example
   * ```ts
   * import { loadDrill } from 'drover';
   *
   * const rehearsal = loadDrill('drills/crm.yaml', { sites: null });
   * const { schedule } = rehearsal;
   * if (schedule !== null) await drover.scheduleDrill({ ...rehearsal, schedule });
   * ```
   */
  scheduleDrill(drill: ScheduledDrill): Promise<ScheduleChange> {
    return upsertSchedule(this.#session, drill, null);
  }

  /**
   * Makes the schedules of a set be those of the drills given, see {@link ApplyOptions}. @throws ScheduleTaken, ScheduleRefused
   * @example
   * ```ts
   * import { loadDrillFolder } from 'drover';
   *
   * const files = loadDrillFolder('drills', { sites: null });
   * await drover.applyDrills(files.map((file) => file.drill), { dryRun: true });
   * ```
   */
  applyDrills(drills: Drill[], options: ApplyOptions = {}): Promise<Applied> {
    return applyDrills(this.#session, drills, options);
  }

  /**
   * All scheduled drills, by name.
   * @example
   * ```ts
   * const paused = (await drover.drills()).filter((one) => one.paused);
   * ```
   */
  drills(): Promise<DrillSummary[]> {
    return listDrills(this.#session);
  }

  /**
   * A drill by its name; whether it exists shows when it is used.
   * @example
   * ```ts
   * await drover.drill('crm-quarterly').trigger();
   * ```
   */
  drill(name: string): DrillHandle {
    return new DrillHandle(this.#session, name);
  }

  /**
   * Removes the test copies that drills have left at a site, and waits for it.
   * @throws NoWorker, SiteAway; the reason of `signal`, which ends the waiting only
   * @example
   * ```ts
   * await drover.sweep('lyon', { signal: AbortSignal.timeout(600_000) });
   * ```
   */
  sweep(site: string, options: { signal?: AbortSignal } = {}): Promise<Swept> {
    return sweepSite(this.#session, site, options.signal);
  }

  /**
   * Has a worker check sites, by each of their logins: reachable, certificate, login, clock, version, licence; default: every site of its config.
   * @param pairs between which a session is tried as well, which shows the destination the login of the source that the pair names; default: none
   * @example
   * ```ts
   * const [lyon] = await drover.inspectSites(['lyon'], [{ source: 'paris', destination: 'lyon' }]);
   * console.log(lyon?.checks.filter(({ ok }) => ok === false).map(({ fix }) => fix));
   * ```
   */
  inspectSites(sites: string[] | null = null, pairs: SitePair[] = []): Promise<SiteInspection[]> {
    return inspectSites(this.#session, sites, pairs, { everyLogin: true });
  }

  /**
   * Those of the sites that are in the config of a worker.
   * @example
   * ```ts
   * if ((await drover.knownToWorkers(['paris'])).length === 0) console.log('no worker has paris in its config');
   * ```
   */
  knownToWorkers(sites: string[]): Promise<string[]> {
    return knownToWorkers(this.#session, sites);
  }

  /**
   * Has a worker look at the store. @throws StoreUnanswered
   * @example
   * ```ts
   * const { ok, detail, fix } = await drover.store();
   * ```
   */
  async store(): Promise<StoreState> {
    const { state } = await askStore(this.#session, { ask: 'state' });
    if (state === undefined) throw new Error('the worker did not say how the store is');
    return state;
  }

  /**
   * Whether a worker has asked for work within about the last minute.
   * @example
   * ```ts
   * if (!(await drover.workerListens())) console.log('start one: drover worker');
   * ```
   */
  workerListens(): Promise<boolean> {
    return workerListens(this.#session);
  }

  /**
   * Version of Temporal's server.
   * @example
   * ```ts
   * console.log(await drover.serverVersion());
   * ```
   */
  async serverVersion(): Promise<string> {
    const { serverVersion } = await askTemporal(this.#session, () =>
      this.#session.client.workflowService.getSystemInfo({}),
    );
    return serverVersion ?? 'unknown';
  }

  /**
   * Closes the connection to Temporal; runs go on.
   * @example
   * ```ts
   * await drover.close();
   * ```
   */
  close(): Promise<void> {
    return this.#session.connection.close();
  }
}

/**
 * @throws TemporalUnreachable
 * @example
 * ```ts
 * import { connectDrover } from 'drover';
 *
 * const client = await connectDrover({ address: 'localhost:7233', actor: 'ann' });
 * try {
 *   console.log((await client.list()).runs.length);
 * } finally {
 *   await client.close();
 * }
 * ```
 */
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
