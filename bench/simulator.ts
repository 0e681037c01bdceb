/**
 * How much the simulator bears: 10,000 VMs, all replicated, 2,000 tasks running at once, and a steady stream of calls as
 * a site watcher makes them. Server and load run in processes of their own, so that the figures are the server's.
 *
 *   npm run bench:simulator
 *
 * Options, after `--`: --vms 10000 --tasks 2000 --rate 500 --seconds 15. Takes under a minute with these.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { simulatedVms, siteVdcId, startSimulator } from '../simulator/index.js';

const { values } = parseArgs({
  options: {
    vms: { type: 'string', default: '10000' },
    tasks: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '15' },
    serve: { type: 'boolean', default: false },
  },
});
const wanted = {
  vms: Number(values.vms),
  tasks: Number(values.tasks),
  rate: Number(values.rate),
  seconds: Number(values.seconds),
};

interface Usage {
  cpuMs: number;
  rssMiB: number;
}

async function serve(): Promise<void> {
  const simulator = await startSimulator({ vms: wanted.vms, speed: 2000, sessions: { idle: 1e12, maxAge: 1e12 } });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssMiB: process.memoryUsage().rss / 2 ** 20 } satisfies Usage);
  });
  process.on('disconnect', () => void simulator.close());
  process.send?.(simulator.sites['lyon']?.url);
}

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), ['--serve', '--vms', String(wanted.vms)]);
  const [url] = (await once(server, 'message')) as [string];
  async function usage(): Promise<Usage> {
    const answer = once(server, 'message');
    server.send('usage');
    return ((await answer) as [Usage])[0];
  }
  try {
    await load(url, usage);
  } finally {
    server.disconnect();
    await once(server, 'exit');
  }
}

async function load(url: string, usage: () => Promise<Usage>): Promise<void> {
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  let token = '';
  async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await request(`${url}${path}`, {
      method,
      dispatcher,
      headers: { 'X-VCAV-Auth': token, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    token = String(answer.headers['x-vcav-auth'] ?? token);
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
    return (await answer.body.json()) as Record<string, unknown>;
  }
  await call('POST', '/sessions', { type: 'vcdCredentials', vcdUser: 'ops@acme', vcdPassword: 'drover-sim' });
  await call('POST', '/sessions/extend', {
    type: 'credentials',
    site: 'paris',
    vcdUsername: 'ops@acme',
    vcdPassword: 'drover-sim',
  });
  const vms = simulatedVms({ vms: wanted.vms });
  const started: { task: string; replication?: string }[] = [];
  async function start(vmId: string): Promise<void> {
    const task = await call('POST', '/vm-replications', {
      source: { type: 'vm', site: 'paris', vmId },
      destination: { type: 'vcloud', site: 'lyon', vdc: siteVdcId('lyon'), storageProfile: '*' },
      isMigration: true,
    });
    started.push({ task: String(task['id']) });
  }
  const before = performance.now();
  await inParallel(vms.slice(0, -wanted.tasks), (vm) => start(vm.id));
  report('starts per second', (vms.length - wanted.tasks) / ((performance.now() - before) / 1000));
  await call('POST', '/_sim/speed', { speed: 1 });
  await inParallel(vms.slice(-wanted.tasks), (vm) => start(vm.id));
  const ids: string[] = [];
  for (let offset = 0; offset < wanted.vms; offset += 100) {
    const page = await call('GET', `/vm-replications?offset=${offset}`);
    ids.push(...(page['items'] as { id: string }[]).map((it) => it.id));
  }
  report('tasks running', Number((await call('GET', '/tasks?state=RUNNING&limit=1'))['total']));
  const idle = await usage();
  report('MiB resident before the load', idle.rssMiB);

  const any = <T>(from: T[]): T => from[Math.floor(Math.random() * from.length)] as T;
  const hundred = (from: string[]): string => Array.from({ length: 100 }, () => any(from)).join(',');
  const tasks = started.slice(-wanted.tasks).map((it) => it.task);
  const mix: Record<string, () => Promise<unknown>> = {
    'one task': () => call('GET', `/tasks/${any(tasks)}`),
    'one replication': () => call('GET', `/vm-replications/${any(ids)}`),
    'by operation id': () => call('GET', `/tasks?operationID=op-${Math.random()}`),
    '100 tasks': () => call('GET', `/tasks?ids=${hundred(tasks)}`),
    '20 replications': () => call('GET', `/vm-replications?ids=${hundred(ids).split(',').slice(0, 20).join(',')}`),
    'a page in the middle': () => call('GET', `/vm-replications?offset=${wanted.vms / 2}&limit=10`),
  };
  const names = Object.keys(mix);
  const latencies = new Map(names.map((name) => [name, [] as number[]]));
  const open = new Set<Promise<void>>();
  const begun = performance.now();
  const total = wanted.rate * wanted.seconds;
  for (let i = 0; i < total; i++) {
    const due = begun + (i * 1000) / wanted.rate;
    const ahead = due - performance.now();
    if (ahead > 1) await new Promise((resolve) => setTimeout(resolve, ahead));
    const name = names[i % names.length] as string;
    const sent = performance.now();
    const one: Promise<void> = (mix[name] as () => Promise<unknown>)().then(() => {
      latencies.get(name)?.push(performance.now() - sent);
      open.delete(one);
    });
    open.add(one);
  }
  await Promise.all(open);
  const seconds = (performance.now() - begun) / 1000;
  const after = await usage();
  report('requests per second', total / seconds);
  report('percent of one core', ((after.cpuMs - idle.cpuMs) / (seconds * 1000)) * 100);
  report('MiB resident after the load', after.rssMiB);
  for (const [name, all] of latencies) {
    all.sort((a, b) => a - b);
    const at = (share: number) => (all[Math.floor(all.length * share)] ?? 0).toFixed(1);
    process.stdout.write(`${`  ${name}`.padEnd(34)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`);
  }
  await dispatcher.close();
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  async function lane(): Promise<void> {
    while (next < items.length) await work(items[next++] as T);
  }
  await Promise.all(Array.from({ length: 32 }, lane));
}

function report(what: string, figure: number): void {
  process.stdout.write(`${what.padEnd(34)} ${figure.toFixed(figure < 10 ? 1 : 0)}\n`);
}

await (values.serve ? serve() : measure());
