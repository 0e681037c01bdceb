/** Activities as a worker runs them, one call at a time, against the sites of a lab. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDeps } from '../../../activities/deps.js';
import { type Activities, createActivities } from '../../../activities/index.js';
import { siteBrakeQuery } from '../../../contract/messages.js';
import type { OperationRequest } from '../../../contract/operation.js';
import type { LocateInput } from '../../../contract/questions.js';
import type { Config, NamedSecret } from '../../../plan/types.js';
import { siteVdcId } from '../../../simulator/index.js';
import { createSites, type Site, type Task, type VmReplication } from '../../../vcda/index.js';
import { type Lab, type LabOptions, withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';

export interface Bench extends Lab {
  activities: Activities;
  vms: { id: string; name: string }[];
  /** runs one attempt of an activity */
  attempt<T>(call: () => Promise<T>, info?: AttemptInfo): Promise<T>;
  at(site: string): Site;
  /** starts a protection of a VM and waits for its first instance */
  protect(index?: number, from?: string): Promise<VmReplication>;
  /** sends an operation straight to a site and waits for the end of its task, which must be a success */
  operate(site: string, send: (site: Site) => Promise<Task>): Promise<Task>;
  /** fails a VM over and reverses it: protected the other way when this returns */
  turnAround(replication: VmReplication, home: string): Promise<{ replication: VmReplication; home: string }>;
  locateInput(index?: number, change?: Partial<LocateInput>): LocateInput;
  request(change: Partial<OperationRequest> & Pick<OperationRequest, 'kind' | 'replicationId'>): OperationRequest;
}

export interface AttemptInfo {
  attempt?: number;
  heartbeatDetails?: unknown;
  /** ends the attempt as a cancellation does */
  cancelled?: Promise<void>;
  onHeartbeat?: (details: unknown) => void;
}

export interface BenchOptions extends LabOptions {
  commands?: Config['worker']['checks'];
  secrets?: Record<string, NamedSecret>;
}

/** Of the marks that the bench's activities write. */
export const INSTALLATION = 'bench';

/** Submits an operation as a workflow has it done. @param attempt of how many */
export const submit = (bench: Bench, request: OperationRequest, attempt = 1) =>
  bench.attempt(() => bench.activities.submitOperation(request), { attempt });

/** Nobody polls: what is handed to a site's watcher stays there. */
export function withBench(options: BenchOptions, test: (bench: Bench) => Promise<void>): Promise<void> {
  const { commands = {}, secrets = {}, ...lab } = options;
  return withLab({ vms: 3, speed: 5_000, workers: 0, ...lab }, async (opened) => {
    const sites = createSites(opened.config);
    try {
      await test(createBench(opened, sites, { commands, secrets }));
      const { bugs } = opened.simulator.control.stats();
      if (bugs.length > 0) throw new Error(`the simulator failed by itself:\n${bugs.join('\n')}`);
    } finally {
      await sites.close();
    }
  });
}

/** No worker answers for the workflow of a site: its brake is off. */
function withoutBrake(client: ActivityDeps['client']['workflow']): ActivityDeps['client']['workflow'] {
  const getHandle: typeof client.getHandle = (...of: Parameters<typeof client.getHandle>) => {
    const handle = client.getHandle(...of);
    const query = async (asked: unknown, ...args: unknown[]): Promise<unknown> =>
      asked === siteBrakeQuery ? 'off' : handle.query(asked as string, ...args);
    return Object.assign(Object.create(handle), { query });
  };
  // A worker that a busy machine has stand still answers later: nobody makes these attempts again.
  const withDeadline: typeof client.withDeadline = (_, call) => call();
  return Object.assign(Object.create(client), { getHandle, withDeadline });
}

function createBench(
  lab: Lab,
  sites: ReturnType<typeof createSites>,
  { commands, secrets }: Pick<ActivityDeps, 'commands' | 'secrets'>,
): Bench {
  const { client, taskQueue, source, destination } = lab;
  const vms = lab.plan().waves.flatMap((wave) => wave.vms.map(({ id, name }) => ({ id, name })));
  const other = (site: string) => (site === source ? destination : source);
  function vm(index: number) {
    const found = vms[index];
    if (found === undefined) throw new RangeError(`the lab has ${vms.length} VMs`);
    return found;
  }

  // The environment stands for the server, which does not know these attempts: it acknowledges their heartbeats as well.
  const acknowledging: ActivityDeps['client'] = {
    workflow: withoutBrake(client.workflow),
    withDeadline: (_, call) => call(),
    activity: Object.assign(Object.create(client.activity), { heartbeat: async () => undefined }),
  };
  const bench: Bench = {
    ...lab,
    activities: createActivities({
      sites,
      client: acknowledging,
      store: lab.store,
      taskQueue,
      installation: INSTALLATION,
      commands,
      ...(secrets && { secrets }),
    }),
    vms,
    at: (site) => sites.get(site),
    async attempt(call, { cancelled, onHeartbeat, ...info } = {}) {
      const environment = new MockActivityEnvironment(
        { scheduledTimestampMs: Date.now(), currentAttemptScheduledTimestampMs: Date.now(), ...info },
        { logger: new DefaultLogger('ERROR') },
      );
      if (onHeartbeat !== undefined) environment.on('heartbeat', onHeartbeat);
      void cancelled?.then(() => environment.cancel());
      return environment.run(call);
    },
    async operate(site, send) {
      const { id } = await send(sites.get(site));
      const task = await until(
        () => sites.get(site).task(id),
        ({ endTime }) => endTime !== -1,
      );
      if (task.state !== 'SUCCEEDED') throw new Error(`task ${id}: ${task.error?.code}: ${task.error?.msg}`);
      return task;
    },
    async protect(index = 0, from = source) {
      const to = other(from);
      const body = {
        source: { type: 'vm' as const, site: from, vmId: vm(index).id, excludedDiskKeys: null },
        destination: { type: 'vcloud' as const, site: to, vdc: siteVdcId(to), storageProfile: '*' },
        rpo: 1_440,
        retentionPolicy: { rules: [{ numberOfInstances: 24, distance: 0 }] },
        isMigration: false,
      };
      const task = await bench.operate(to, (site) => site.startReplication(body, { peer: from }));
      const { id } = task.result as VmReplication;
      return protectedOnce(sites.get(to), id);
    },
    async turnAround({ id }, home) {
      const peer = other(home);
      await bench.operate(home, (site) => site.failoverReplication(id, { type: 'vcloud' }, { peer }));
      const task = await bench.operate(home, (site) => site.reverseReplication(id, { peer }));
      const reversed = (task.result as VmReplication).id;
      const now = (await sites.get(home).findReplication(reversed)) === null ? peer : home;
      return { home: now, replication: await protectedOnce(sites.get(now), reversed) };
    },
    locateInput: (index = 0, change = {}) => ({
      run: 'bench',
      source,
      destination,
      vm: vm(index),
      resumedAt: 0,
      ...change,
    }),
    request: (change) => ({
      operationId: `drover/bench/${vm(0).id}/${change.kind}/1`,
      site: destination,
      peer: source,
      run: 'bench',
      vm: vm(0),
      workflowId: `vm/${source}/${vm(0).id}`,
      requestedAt: Date.now(),
      notAfter: null,
      resumedAt: 0,
      until: 'task',
      slot: null,
      knownTasks: [],
      decided: false,
      ...change,
    }),
  };
  return bench;
}

async function protectedOnce(site: Site, id: string): Promise<VmReplication> {
  const found = await until(
    () => site.findReplication(id),
    (it) => it?.dataConnectionState === 'OK' && it.destinationState?.latestInstance?.key !== undefined,
  );
  if (found === null) throw new Error(`replication ${id} is gone`);
  return found;
}
