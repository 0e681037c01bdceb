import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Connection } from '@temporalio/client';
import { INSPECT_SITES, MIGRATE_VM, PLAN_RUN } from '../../contract/inputs.js';
import type { SiteInspection } from '../../contract/inspection.js';
import { approveUpdate } from '../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import { startSimulator } from '../../simulator/index.js';
import { connectClient } from '../../temporal/connection.js';
import { startDevServer } from '../../temporal/dev-server.js';
import { eventually } from '../support/eventually.js';
import { tempFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { inShort } from '../support/in-short.js';
import { withLab } from '../support/lab.js';
import { until } from '../support/until.js';
import { spawnWorker } from '../support/worker-process.js';
import { startWorker, type WorkerProcess } from './worker-process.js';

const temporal = process.env.DROVER_TEST_TEMPORAL!;
const started: WorkerProcess[] = [];
const closers: (() => Promise<void>)[] = [];
async function start(options: Partial<Parameters<typeof startWorker>[0]> = {}) {
  const worker = await startWorker({ temporal, ...options });
  started.push(worker);
  return worker;
}

let client: Client;
let connection: Connection;
beforeAll(async () => {
  ({ client, connection } = await connectClient({ TEMPORAL_ADDRESS: temporal }));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.end('SIGKILL')));
  await Promise.all(closers.splice(0).map((close) => close()));
});
afterAll(() => connection.close());

const migrateOne = (taskQueue: string, site: string) =>
  client.workflow.start(MIGRATE_VM, {
    taskQueue,
    workflowId: vmWorkflowId('paris', taskQueue),
    memo: { ...contractMemo },
    args: [
      {
        run: 'paris-exit',
        // Its sites cannot be asked whether it was moved before.
        remigrate: true,
        wave: 'pilot',
        vm: { id: 'vm-id-1', name: 'web1', after: [] },
        source: 'paris',
        destination: { site, vdc: 'vdc', storageProfile: '*' },
        replication: {},
        limits: {},
        cutover: { approval: 'none', window: null, powerOn: true, consolidate: false },
        keepReplication: false,
        selfCheck: 60_000,
        phase: 'through',
        revision: 1,
        orders: { run: 'paris-exit', revision: 0, paused: false, resumedAt: 0, stop: false, notAfter: null },
      },
    ],
  });

const inspect = ({ taskQueue }: WorkerProcess, sites: string[] | null) =>
  client.workflow.start(INSPECT_SITES, { taskQueue, workflowId: taskQueue, args: [{ sites }] });

/** A worker does not begin where another world of the namespace has its site. */
const ownSite = (): string => `lyon-${crypto.randomUUID()}`;

/** An activity waits for a site that takes connections and never says a word. */
async function waitingForLogin() {
  const silent = createServer((socket) => void socket.on('error', () => {}).unref()).listen(0, '127.0.0.1');
  silent.unref();
  await once(silent, 'listening');
  const site = ownSite();
  const worker = await start({ sites: { [site]: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` } });
  const connected = once(silent, 'connection');
  const inspection = await inspect(worker, [site]);
  await connected;
  return { worker, inspection };
}

/** What a busy machine was too slow for once is tried again. */
async function soonEnough(act: () => Promise<number>, most: number): Promise<void> {
  let took = await act();
  for (let tries = 1; tries < 5 && took >= most; tries += 1) took = await act();
  expect(took).toBeLessThan(most);
}

describe('a worker process', () => {
  test('ends with 4, and says what to do, while a run of an earlier Drover is open', async () => {
    const taskQueue = `earlier-${crypto.randomUUID()}`;
    const run = await client.workflow.start(PLAN_RUN, {
      taskQueue,
      workflowId: runWorkflowId(taskQueue),
      args: [] as never,
    });
    closers.push(() => run.terminate('test over').then(() => {}));
    await eventually(async () => (await client.workflow.count(`TaskQueue = '${taskQueue}'`)).count === 1);
    const worker = await start({ config: `worker: { taskQueue: ${taskQueue} }\n` });
    expect(await worker.exited).toBe(4);
    expect(worker.lines.map(({ text }) => text).join('\n')).toMatch(`${run.workflowId}\nNext: `);
  });

  test('says that it is ready, answers the health check, and ends with 0 at SIGTERM', () => soonEnough(stopped, 3_000));

  /** @returns how long it took: ms, by the measure of a quiet machine */
  async function stopped(): Promise<number> {
    const worker = await start();
    expect(await worker.line('worker ready')).toMatchObject({ taskQueue: worker.taskQueue, namespace: 'default' });
    const health = await fetch(worker.healthUrl);
    expect([health.status, await health.json()]).toEqual([200, { state: 'RUNNING' }]);
    expect((await fetch(worker.healthUrl.replace('healthz', 'other'))).status).toBe(404);

    const slowness = await worker.slowness();
    const since = Date.now();
    expect(await worker.end('SIGTERM')).toBe(0);
    const took = Date.now() - since;
    expect(worker.lines.filter((line) => line.text)).toEqual([]);
    expect(worker.lines.at(-1)?.msg).toBe('worker stopped');
    return took / slowness;
  }

  test('logs what its activities are about: run, VM, site, operation; and no token', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    const worker = await start({ sites: { paris: nowhere, lyon: nowhere }, env: { DROVER_LOG: 'debug' } });
    const handle = await migrateOne(worker.taskQueue, 'lyon');
    const about = { run: 'paris-exit', vm: 'vm-id-1', vmName: 'web1', site: 'lyon' };
    const activity = await eventually(() =>
      worker.lines.find((line) => line.activityType === 'submitOperation' && line.run !== undefined),
    );
    expect(activity).toMatchObject({
      ...about,
      operation: 'start',
      operationId: expect.stringContaining('paris-exit'),
    });
    expect(activity).toMatchObject({ workflowId: handle.workflowId });
    expect(JSON.stringify(worker.lines)).not.toContain('drover-sim');
    for (const line of worker.lines) expect(line.taskToken ?? '[redacted]').toBe('[redacted]');
    await handle.terminate();
  });

  test('takes a password that was corrected up without a restart, when it is written and on SIGHUP', async () => {
    const site = ownSite();
    const simulator = await startSimulator({ sites: [{ name: site }] });
    closers.push(() => simulator.close());
    const folder = tempFolder();
    closers.push(async () => folder.remove());
    const password = folder.write('password', 'a-wrong-password\n');
    const taskQueue = `renewed-${crypto.randomUUID()}`;
    const login = `{ type: vcdCredentials, user: ops@acme, passwordFile: ${password} }`;
    const url = simulator.sites[site]?.url;
    const worker = await start({
      config: `sites: { ${site}: { url: "${url}", login: ${login} } }\nworker: { taskQueue: ${taskQueue} }\n`,
    });
    await worker.line('worker ready');
    async function accepted(id: string): Promise<boolean | null | undefined> {
      const args = [{ sites: [site] }];
      const [seen] = (await client.workflow.execute(INSPECT_SITES, { taskQueue, workflowId: id, args })) as [
        SiteInspection,
      ];
      return seen.checks.find(({ name }) => name === 'login')?.ok;
    }
    expect(await accepted(`${taskQueue}-1`)).toBe(false);
    folder.write('password', 'drover-sim\n');
    worker.child.kill('SIGHUP');
    expect(await worker.line('logins renewed')).toMatchObject({ sites: [site] });
    expect(await accepted(`${taskQueue}-2`)).toBe(true);
    expect(JSON.stringify(worker.lines)).not.toContain('password-');
    await client.workflow.getHandle(siteWorkflowId(site)).terminate();
  });

  test('gives calls back that a site does not answer, within seconds of SIGTERM', async () => {
    const site = ownSite();
    const simulator = await startSimulator({ sites: [{ name: site }] });
    closers.push(() => simulator.close());
    simulator.control.addFaults({ kind: 'delay', method: 'GET', path: '/sites$', delayMs: 300_000 });
    const struck = () => simulator.control.faults().reduce((sum, one) => sum + one.struck, 0);
    /** @returns whether it was seen to be stopping: it is so for a moment, which a busy machine may miss */
    async function givenBack(): Promise<boolean> {
      const before = struck();
      const worker = await start({ sites: { [site]: simulator.sites[site]!.url } });
      const inspection = await inspect(worker, [site]);
      await eventually(() => struck() > before);
      const since = Date.now();
      let isOver = false;
      const exited = worker.exited.finally(() => {
        isOver = true;
      });
      worker.child.kill('SIGTERM');
      let isSeen = false;
      while (!isOver && !isSeen)
        isSeen = await fetch(worker.healthUrl).then(
          (it) => it.status === 503,
          () => false,
        );
      expect(await exited).toBe(0);
      // The site would have taken minutes.
      expect(Date.now() - since).toBeLessThan(60_000);
      // Temporal has the attempt back and keeps it for the next worker.
      const { raw } = await inspection.describe();
      expect(raw.pendingActivities).toEqual([expect.objectContaining({ attempt: 2 })]);
      await inspection.terminate();
      // Else the next worker would be one of another queue.
      await client.workflow
        .getHandle(siteWorkflowId(site))
        .terminate()
        .catch(() => undefined);
      return isSeen;
    }
    let isSeen = false;
    for (let tries = 0; tries < 5 && !isSeen; tries += 1) isSeen = await givenBack();
    expect(isSeen).toBe(true);
  });

  test('does not wait for ever for what cannot be cancelled', async () => {
    const { worker, inspection } = await waitingForLogin();
    const since = Date.now();
    expect(await worker.end('SIGTERM')).toBe(0);
    expect(Date.now() - since).toBeLessThan(60_000);
    await inspection.terminate();
  });

  test('ends at once at a second signal', () =>
    soonEnough(async () => {
      const { worker, inspection } = await waitingForLogin();
      worker.child.kill('SIGTERM');
      await worker.line('worker stopping');
      const slowness = await worker.slowness();
      const since = Date.now();
      expect(await worker.end('SIGTERM')).toBe(143);
      const took = Date.now() - since;
      await inspection.terminate();
      return took / slowness;
    }, 2_000));

  test('outlives Temporal: when the server is back, it works on', async () => {
    const cli = process.env.DROVER_TEST_TEMPORAL_CLI!;
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const first = await startDevServer({ cli, port });
    closers.push(() => first.stop());
    const worker = await start({ temporal: address });
    await worker.line('worker ready');
    first.kill();
    // The core says so once it has seen the loss.
    await eventually(() => worker.lines.some((line) => line.sdkComponent === 'core' && line.level === 'warn'));
    const second = await startDevServer({ cli, port });
    closers.push(() => second.stop());
    const own = await connectClient({ TEMPORAL_ADDRESS: address });
    closers.push(() => own.connection.close());
    const result = await own.client.workflow.execute(INSPECT_SITES, {
      taskQueue: worker.taskQueue,
      workflowId: 'after',
      args: [{ sites: null }],
    });
    expect(result).toEqual([]);
    expect(await worker.end('SIGTERM')).toBe(0);
  });

  test('with DROVER_BUILD_ID works for that version of the deployment only', async () => {
    const buildId = `build-${crypto.randomUUID()}`;
    const worker = await start({ env: { DROVER_BUILD_ID: buildId } });
    expect(await worker.line('worker ready')).toMatchObject({ buildId });
    const version = { deploymentName: 'drover', buildId };
    await eventually(async () => {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        ...version,
        identity: 'test',
      });
      return true;
    });
    const handle = await inspect(worker, null);
    expect(await handle.result()).toEqual([]);
    const { raw } = await handle.describe();
    expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion).toMatchObject(version);
  });
});

describe('a new version', () => {
  const makeCurrent = (buildId: string) =>
    eventually(async () => {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: 'default',
        deploymentName: 'drover',
        buildId,
        identity: 'test',
        // The deployment of the other tests has had queues that are gone.
        ignoreMissingTaskQueues: true,
      });
      return true;
    });

  test('that arrives in the middle of a run: its VMs end on the version that began them, the site moves over', () =>
    withLab({ vms: 2, workers: 0 }, async (lab) => {
      const [before, after] = ['before', 'after'].map((name) => `${name}-${crypto.randomUUID()}`) as [string, string];
      const first = await spawnWorker(lab, { DROVER_BUILD_ID: before });
      await makeCurrent(before);
      const cutover = { approval: 'wave', window: null, powerOn: true, consolidate: false } as const;
      const { run, result } = await lab.start(lab.plan({ cutover }));
      const replications = () => lab.simulator.control.world().replications;
      await until(
        async () => replications(),
        (all) => all.length === 2 && all.every(({ state }) => state === 'OK'),
      );

      const second = await spawnWorker(lab, { DROVER_BUILD_ID: after });
      await makeCurrent(after);
      const runs = lab.client.workflow.getHandle(runWorkflowId(run));
      await runs.executeUpdate(approveUpdate, { args: [{}] });
      const report = await result();
      expect(lab.wrongWith(report)).toEqual([]);
      const versionOf = async (workflowId: string) =>
        (await lab.client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo?.versioningInfo
          ?.deploymentVersion?.buildId;
      expect(await versionOf(vmWorkflowId(lab.source, report.vms[0]?.id ?? ''))).toBe(before);
      expect(await versionOf(siteWorkflowId(lab.destination))).toBe(after);
      expect(await first.stop()).toBe(0);
      expect(await second.stop()).toBe(0);
    }));
});

describe('a worker that cannot start', () => {
  type Bad = [what: string, options: Parameters<typeof start>[0], code: number, words: RegExp];
  const bad: Bad[] = [
    ['a config with a mistake', { config: 'sites: { lyon: { url: 7 } }\n' }, 2, /drover\.yaml:1:\d+/],
    ['a health address that is none', { env: { DROVER_HEALTH: 'everywhere' } }, 2, /DROVER_HEALTH=everywhere/],
    ['no Temporal', { temporal: '127.0.0.1:1' }, 3, /Temporal at 127\.0\.0\.1:1 .*ECONNREFUSED.*TEMPORAL_ADDRESS/],
    ['a namespace that is not there', { env: { TEMPORAL_NAMESPACE: 'nonesuch' } }, 3, /nonesuch.*does not exist/],
  ];

  // One that is told before Temporal is asked, and one that Temporal tells: each is a process.
  const few = ['a config with a mistake', 'a namespace that is not there'];

  test.each(inShort(bad, ([what]) => few.includes(what)))(
    'for %s says so and how to go on',
    async (_, options, code, words) => {
      const worker = await start(options);
      expect(await worker.exited).toBe(code);
      expect(worker.lines.map((line) => line.text).join('\n')).toMatch(words);
    },
  );
});
