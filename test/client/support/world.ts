/**
 * What the command line needs to work on: simulated sites, a config, plans, and a worker, all against the dev server of the
 * test run. Sites and task queue have names of their own, so that tests do not meet.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { judge } from '../../../cli/demo/verdict.js';
import { connectDrover, type Drover } from '../../../client/index.js';
import type { RunReport } from '../../../contract/report.js';
import { type SimulatorOptions, simulatedVms, siteVdcId, startSimulator } from '../../../simulator/index.js';
import { type Finished, type Started, startCli } from '../../cli/support/cli.js';
import { warmCli } from '../../cli/support/warm-cli.js';
import { type Folder, tempFolder } from '../../support/folder.js';
import { shared } from '../../support/lab.js';
import { lasting } from '../../support/lasting.js';
import { listening } from '../../support/listening.js';
import { terminateAll } from '../../support/terminate-all.js';
import { startOwnWorker } from './own-worker.js';

export interface World {
  folder: Folder;
  tag: string;
  sites: { source: string; destination: string };
  taskQueue: string;
  address: string;
  simulator: Awaited<ReturnType<typeof startSimulator>>;
  /** the library, for what a test only needs to wait for */
  drover: Drover;
  /** writes a plan with waves of the given sizes, `wave1` and so on, of VMs that no plan before had; default kind migrate */
  plan(name: string, waves: number[], more?: string[], kind?: string): { file: string; vms: string[] };
  /** writes a drill of VMs, the first so many or by name, which are found on this machine; `name` may have a folder before it, `more` are further lines of the file */
  drill(name: string, vms?: number | string[], more?: string[]): string;
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): Started;
  /** runs a command with --json and parses what it prints */
  json<T>(...args: string[]): Promise<{ code: number | null; document: T; stderr: string }>;
  /** one that is a process of its own */
  startWorker(): Started;
  /** resolves when a worker asks for work of runs and of each site */
  listening(): Promise<void>;
  wrongWith(report: RunReport): string[];
  close(): Promise<void>;
}

export interface WorldOptions extends Pick<SimulatorOptions, 'vms' | 'speed' | 'users' | 'apiTokens'> {
  password?: string;
  /** default true: one runs from the start, in this process */
  worker?: boolean;
}

export async function openWorld({
  password = 'drover-sim',
  worker = true,
  ...simulation
}: WorldOptions = {}): Promise<World> {
  const address = process.env.DROVER_TEST_TEMPORAL;
  if (address === undefined) {
    throw new Error('the test run has no Temporal dev server; see test/support/global-setup.js');
  }
  const tag = randomUUID().slice(0, 6);
  const sites = { source: `paris-${tag}`, destination: `lyon-${tag}` };
  const taskQueue = `client-test-${tag}`;
  const simulator = await startSimulator(
    lasting({ speed: 200, ...simulation, sites: [{ name: sites.source }, { name: sites.destination }] }),
  );
  const folder = tempFolder();
  const entries = Object.values(simulator.sites).map(({ name, url }) => [
    `  ${name}:`,
    `    url: ${url}`,
    `    login: { type: vcdCredentials, user: ops@acme, password: ${password} }`,
    '    limits: { requestsPerSecond: 200 }',
    '    polling: { interval: 300ms, selfCheck: 20s }',
    '    reconcile: { settle: 2s }',
  ]);
  const config = folder.write(
    'drover.yaml',
    ['sites:', ...entries.flat(), `worker: { taskQueue: ${taskQueue} }`, ''].join('\n'),
  );
  const options = { cwd: folder.path, env: { TEMPORAL_ADDRESS: address } };
  const drover = await connectDrover({ env: {}, address, taskQueue });
  const temporal = await shared.take();
  const workers: Started[] = [];
  const unused = simulatedVms({ vms: simulation.vms ?? 40 });

  const world: World = {
    folder,
    tag,
    sites,
    taskQueue,
    address,
    simulator,
    drover,
    plan(name, waves, more = [], kind = 'migrate') {
      const members = waves.map((size) => unused.splice(0, size));
      const lines = members.flatMap((vms, wave) => [
        `  - name: wave${wave + 1}`,
        '    vms:',
        ...vms.map((vm) => `      - { id: ${vm.id}, name: ${vm.name} }`),
      ]);
      const vdc = siteVdcId(sites.destination);
      const head = [
        `name: ${name}`,
        `kind: ${kind}`,
        `source: { site: ${sites.source} }`,
        `destination: { site: ${sites.destination}, vdc: ${vdc} }`,
      ];
      const file = folder.write(`${name}.yaml`, [...head, ...more, 'waves:', ...lines, ''].join('\n'));
      return { file, vms: members.flat().map((vm) => vm.name) };
    },
    drill(name, vms = 1, more = []) {
      const all = simulatedVms({ vms: simulation.vms ?? 40 });
      const members = typeof vms === 'number' ? all.slice(0, vms) : all.filter((vm) => vms.includes(vm.name));
      const head = [
        `name: ${basename(name)}`,
        `source: { site: ${sites.source} }`,
        `destination: { site: ${sites.destination} }`,
        'networks: production',
        'scope:',
        '  vms:',
        ...members.map((vm) => `    - { id: ${vm.id}, name: ${vm.name}, address: 127.0.0.1 }`),
      ];
      return folder.write(`${name}.yaml`, [...head, ...more, ''].join('\n'));
    },
    run: (...args) => warmCli(args, options),
    start: (...args) => startCli(args, options),
    async json<T>(...args: string[]) {
      const { code, stdout, stderr } = await warmCli([...args, '--json'], options);
      return { code, document: JSON.parse(stdout) as T, stderr };
    },
    startWorker() {
      const started = startCli(['worker'], options);
      workers.push(started);
      return started;
    },
    listening: () => listening({ client: temporal.client, taskQueue, ...sites }),
    wrongWith(report) {
      const succeeded = report.vms.filter(({ state }) => state === 'succeeded');
      return judge(succeeded, simulator.control.ledger(), simulator.control.world(), sites).wrong;
    },
    async close() {
      for (const { child, finished } of workers) {
        child.kill('SIGKILL');
        await finished;
      }
      await terminateAll(temporal.client, taskQueue);
      await endOwn?.();
      await shared.release();
      await drover.close();
      await simulator.close();
      folder.remove();
    },
  };
  const endOwn = worker ? await startOwnWorker(config, temporal) : undefined;
  if (worker) await world.listening();
  return world;
}
