/**
 * A small world for tests: a simulator over real HTTP, a worker in this process on its own task queue, and a client, all
 * against the one dev server of the test run.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, Connection } from '@temporalio/client';
import { NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { judge } from '../../cli/demo/verdict.js';
import { keptRows } from '../../client/ask-run.js';
import { loadPieces } from '../../client/load-run.js';
import { PLAN_RUN } from '../../contract/inputs.js';
import type { RunHead } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { headOf, piecesOf } from '../../contract/pieces.js';
import { askBy, askReport, withVms } from '../../contract/read-run.js';
import type { RunReport } from '../../contract/report.js';
import { Secret } from '../../plan/secret.js';
import type { Config, Plan, SiteConfig } from '../../plan/types.js';
import { type SimulatorOptions, simulatedVms, siteVdcId, startSimulator } from '../../simulator/index.js';
import { Store } from '../../store/index.js';
import { temporalClient } from '../../temporal/temporal-client.js';
import { createSites } from '../../vcda/index.js';
import { installRuntime } from '../../worker/logger.js';
import { createDroverWorker, type DroverWorker } from '../../worker/worker.js';
import { lasting } from './lasting.js';
import { aPlan, aVm, aWave } from './plans.js';
import { Shared } from './shared.js';
import { terminateAll } from './terminate-all.js';
import { testBundle } from './test-bundle.js';
import { forgetPromises, THREADED } from './workflow-thread.js';

/** Sites are shared names at the Temporal server, so every lab has its own. */
export interface Lab {
  source: string;
  destination: string;
  simulator: Awaited<ReturnType<typeof startSimulator>>;
  config: Config;
  client: Client;
  /** what its workers keep evidence in */
  store: Store;
  /** the same for workers that are processes of their own; it is removed with the lab */
  storeFile: string;
  taskQueue: string;
  plan(change?: Partial<Plan>, vms?: number): Plan;
  /** @param until as of a run's input */
  start(
    plan: Plan,
    run?: string,
    until?: 'synced',
  ): Promise<{ run: string; result(): Promise<RunReport>; report(): Promise<RunReport> }>;
  /** what the simulator's ledger and world hold against a report that says every VM succeeded, one line each */
  wrongWith(report: RunReport): string[];
  /**
   * `address`: reaches Temporal there, through a gate that a test can shut, say; `sites`: those that its config has, default
   * all
   */
  startWorker(options?: { address?: string; sites?: string[] }): Promise<LabWorker>;
  /** corrects the login of every site in the config that the next worker gets, and one that is renewed */
  correctPassword(password: string): void;
  close(): Promise<void>;
}

export interface LabWorker {
  stop(): Promise<void>;
  /** takes the logins of the lab's config as it is now */
  renew(): void;
}

export interface LabOptions extends SimulatorOptions {
  site?: Partial<Pick<SiteConfig, 'limits' | 'polling' | 'reconcile' | 'missingFor' | 'timeouts'>>;
  errors?: Config['errors'];
  password?: string;
  /** where hooks may go, and their secrets */
  hooks?: Config['hooks'];
  /** default 1: a worker runs from the start */
  workers?: number;
  /** VMs of a shard of its runs; default: as in production */
  shardOf?: number;
  /** of each worker; see worker.ts */
  activitySlots?: number;
  /** default: one in memory; it is closed with the lab */
  store?: Store;
  /** its own workers keep evidence where those keep it that are processes of their own */
  sharesStoreFile?: boolean;
}

/** ms for a run to have begun its shards */
const LOADED_WITHIN = 120_000;

let bundle: Promise<WorkflowBundleOption> | undefined;

/** Of all labs that are open at once, and of the worlds of the command line. */
export const shared = new Shared(
  () => {
    quiet();
    return connections(process.env.DROVER_TEST_TEMPORAL ?? '');
  },
  ({ close }) => close(),
);

export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const { site, errors, password, hooks, workers = 1, activitySlots, shardOf, ...more } = options;
  const { store: keptIn, sharesStoreFile = false, ...simulation } = more;
  if (process.env.DROVER_TEST_TEMPORAL === undefined)
    throw new Error('the test run has no Temporal dev server; see test/support/global-setup.js');
  const tag = randomUUID().slice(0, 8);
  const names = { source: `paris-${tag}`, destination: `lyon-${tag}` };
  const simulator = await startSimulator(
    lasting({ speed: 200, ...simulation, sites: [{ name: names.source }, { name: names.destination }] }),
  );
  const config = { ...configFor(simulator, errors, password, site), ...(hooks && { hooks }) };
  const { client, native } = await shared.take();
  const running: { stop(): Promise<void> }[] = [];
  const storeFolder = join(tmpdir(), `drover-lab-${tag}`);
  const storeFile = join(storeFolder, 'store.db');
  // Workers of a lab share it as processes share a file.
  const store = keptIn ?? new Store(sharesStoreFile ? { kind: 'sqlite', file: storeFile } : config.store);

  const lab: Lab = {
    ...names,
    simulator,
    config,
    client,
    store,
    storeFile,
    taskQueue: config.worker.taskQueue,
    plan: (change, vms = simulation.vms ?? 4) => planFor(names, vms, change),
    async start(plan, run = `run-${tag}-${randomUUID().slice(0, 8)}`, until) {
      const pieces = piecesOf(plan, shardOf);
      const handle = await client.workflow.start(PLAN_RUN, {
        workflowId: runWorkflowId(run),
        taskQueue: config.worker.taskQueue,
        args: [{ run, plan: headOf(plan), shards: pieces.length, ...(until === undefined ? {} : { until }) }],
        memo: { site: plan.destination.site, peer: plan.source.site, ...contractMemo },
      });
      const loading = loadPieces(
        client,
        run,
        pieces.map((piece, shard) => ({ piece, shard })),
        LOADED_WITHIN,
      );
      // Without a worker nobody takes them yet.
      if (running.length > 0) await loading;
      else loading.catch(() => {});
      return {
        run,
        async result() {
          const head = (await handle.result()) as RunHead;
          return withVms(head.report, await keptRows({ client }, head));
        },
        report: () => askReport(askBy(client), run),
      };
    },
    wrongWith(report) {
      const succeeded = report.vms.filter((vm) => vm.state === 'succeeded');
      return judge(succeeded, simulator.control.ledger(), simulator.control.world(), names).wrong;
    },
    async startWorker({ address: through, sites: known } = {}) {
      bundle ??= testBundle();
      const own = through === undefined ? null : await connections(through);
      const isKnown = (name: string) => known?.includes(name) ?? true;
      const its = Object.entries(config.sites).filter(([name]) => isKnown(name));
      const sites = createSites({ ...config, sites: Object.fromEntries(its) });
      const worker = await createDroverWorker({
        connection: own?.native ?? native,
        namespace: 'default',
        taskQueue: config.worker.taskQueue,
        client: own?.client ?? client,
        sites,
        store,
        commands: config.worker.checks,
        ...(config.hooks && { hooks: config.hooks }),
        bundle: await bundle,
        shutdownGraceTime: 100,
        // A bound for hangs alone: what an activity still has to do may take a busy machine more than the seconds of a stop.
        shutdownForceTime: 120_000,
        workflowThread: THREADED,
        ...(activitySlots !== undefined && { activitySlots }),
      });
      if (!THREADED) forgetPromises();
      const ended = worker.run();
      async function stop() {
        await stopWorker(worker, ended, sites);
        await own?.close();
      }
      const handle = { stop: once(stop), renew: () => void sites.renew(config) };
      running.push(handle);
      return handle;
    },
    correctPassword(right) {
      for (const one of Object.values(config.sites)) {
        one.login = { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(right) };
      }
    },
    async close() {
      await terminateAll(client, config.worker.taskQueue);
      await Promise.all(running.map((worker) => worker.stop()));
      await shared.release();
      await store.close();
      await rm(storeFolder, { recursive: true, force: true });
      await simulator.close();
    },
  };
  for (let n = 0; n < workers; n += 1) await lab.startWorker();
  return lab;
}

async function connections(address: string) {
  const connection = await Connection.connect({ address, connectTimeout: 120_000 });
  // Between processes of one machine the SDK's gzip costs both ends more than the bytes do.
  const native = await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
  async function close() {
    await native.close();
    // The SDK (1.24) leaves it switched on: each promise of each later test would carry it.
    native.callContextStorage.disable();
    await connection.close();
  }
  return { client: temporalClient(connection), native, close };
}

async function stopWorker(
  worker: DroverWorker,
  ended: Promise<void>,
  sites: { close(): Promise<void> },
): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await ended;
  await sites.close();
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}

let installed = false;
function quiet(): void {
  if (installed) return;
  installed = true;
  installRuntime({ DROVER_LOG: process.env.DROVER_TEST_LOG ?? 'silent' });
}

/** Real pauses are made for real sites; here they only make a test longer. */
const QUICK_RETRIES: Config['errors'] = Object.fromEntries(
  [
    'GeneralServerFailure',
    'UnexpectedResponse',
    'FrontEnd',
    'Unreachable',
    'Timeout',
    '408',
    '429',
    '502',
    '503',
    '504',
    '5xx',
  ].map((key) => [key, { retry: { initial: 200, max: 1_000 } }]),
);

/** Opens a lab for one test and closes it whatever happens; labs do not see each other, so tests may run side by side. */
export async function withLab(options: LabOptions, test: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await openLab(options);
  try {
    await test(lab);
  } finally {
    await lab.close();
  }
}

function configFor(
  simulator: Lab['simulator'],
  errors: Config['errors'] = QUICK_RETRIES,
  password = 'drover-sim',
  site: LabOptions['site'] = {},
): Config {
  const sites = Object.values(simulator.sites).map(
    ({ name, url }): SiteConfig => ({
      name,
      url,
      login: { type: 'vcdCredentials', user: 'ops@acme', password: new Secret(password) },
      tls: {},
      limits: { syncs: 50, cutovers: 20, requestsPerSecond: 500 },
      polling: { interval: 400, selfCheck: 30_000 },
      reconcile: { settle: 2_000 },
      missingFor: 2_000,
      // Bounds, not expectations: a call that a busy machine takes seconds for has not failed.
      timeouts: { connect: 30_000, request: 30_000 },
      ...site,
    }),
  );
  return {
    file: null,
    sites: Object.fromEntries(sites.map((s) => [s.name, s])),
    errors,
    store: { kind: 'sqlite', file: ':memory:' },
    worker: { taskQueue: `lab-${randomUUID()}`, checks: {} },
  };
}

function planFor(names: { source: string; destination: string }, count: number, change: Partial<Plan> = {}): Plan {
  return aPlan({
    name: 'lab',
    source: { site: names.source },
    destination: { site: names.destination, vdc: siteVdcId(names.destination), storageProfile: '*' },
    waves: [aWave('all', ...simulatedVms({ vms: count }).map(({ id, name }) => aVm(name, { id })))],
    ...change,
  });
}
