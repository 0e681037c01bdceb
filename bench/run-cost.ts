/**
 * What one migration costs: events in Temporal's histories, requests to VCDA, memory of the worker. A Temporal dev server,
 * the simulator and one worker run as processes of their own on the loopback interface; nothing else is reached.
 *
 *   npm run bench:run-cost -- --vms 20 --speed 40
 *
 * Sites keep the defaults of a config unless a flag says otherwise. It stops by itself: when the run is over, or after
 * --limit minutes. Memory is read from /proc, so on other systems than Linux that part is missing.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { RunHead } from '../contract/messages.js';
import { claimsWorkflowId, runWorkflowId, shardWorkflowId, siteWorkflowId, vmWorkflowId } from '../contract/names.js';
import type { RunReport, VmReport } from '../contract/report.js';
import { type RequestCount, simulatedVms } from '../simulator/index.js';
import { connectClient } from '../temporal/connection.js';
import { bounded, type Closers, DESTINATION, openStage, planOf, SOURCE, say } from './stage.js';

type TemporalClient = Awaited<ReturnType<typeof connectClient>>['client'];

const { values: flags } = parseArgs({
  options: {
    vms: { type: 'string', default: '20' },
    /** simulated seconds per second */
    speed: { type: 'string', default: '40' },
    /** data of each VM; absent: 8 to 40 GiB, as the simulator has it */
    gib: { type: 'string' },
    /** polling.interval, polling.selfCheck and limits.requestsPerSecond of both sites */
    interval: { type: 'string', default: '5s' },
    'self-check': { type: 'string', default: '15m' },
    rate: { type: 'string', default: '20' },
    /** minutes after which it gives up */
    limit: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
});
const vms = wholeNumber('vms');
const speed = number('speed');
const limitMs = number('limit') * 60_000;

const RUN = 'cost';
const SAMPLE_EVERY = 500;

interface Spread {
  min: number;
  median: number;
  max: number;
}

interface Cost {
  vms: number;
  speed: number;
  state: RunReport['state'];
  succeeded: number;
  wallSeconds: number;
  /** history events of the workflow of one VM */
  eventsPerVm: Spread;
  /** all of them, with the shares of run, shards, sites and claims, divided by the VMs; of these, tasks of workflows that were completed */
  allEventsPerVm: number;
  allTasksPerVm: number;
  /** all of them by what they are, divided by the VMs, of each type of workflow */
  byType: Record<string, Record<string, number>>;
  /** of the run, its shards and the destination's site workflow, over all their executions, divided by the VMs */
  runEventsPerVm: number;
  shardEventsPerVm: number;
  siteEventsPerVm: number;
  /** of what keeps who works with which VM */
  claimsEventsPerVm: number;
  executions: { run: number; shards: number; site: number };
  requests: { total: number; perVm: number; byRoute: { route: string; count: number; perVm: number }[] };
  /** MiB, resident; null where /proc is not there */
  workerMemory: { start: number; peak: number; end: number } | null;
  /** seconds from submission to the end, by kind of operation; `initial-sync`: from the end of start to the submission of migrate */
  seconds: Record<string, Spread>;
}

async function measure(signal: AbortSignal, onClose: Closers): Promise<Cost> {
  const lines = [
    `limits: { requestsPerSecond: ${number('rate')} }`,
    `polling: { interval: ${flags.interval}, selfCheck: ${flags['self-check']} }`,
  ];
  const { env, control, worker, drover, broken } = await openStage({ vms, speed, site: lines }, signal, onClose);
  if (flags.gib !== undefined) await resize(control, number('gib'));
  const { client, connection } = await connectClient(env);
  onClose(() => connection.close());

  const memory = new Memory(worker.pid);
  onClose(async () => memory.stop());
  await memory.start();
  const began = Date.now();
  await drover.startRun(planOf(RUN, vms), { id: RUN });
  say(`run ${RUN}: ${vms} VMs at speed ${speed}, worker pid ${worker.pid}`);
  // Awaited as a plain result: following it live would ask every open VM, and that is not what is measured.
  const head = (await Promise.race([client.workflow.getHandle(runWorkflowId(RUN)).result(), broken()])) as RunHead;
  const wallSeconds = (Date.now() - began) / 1000;
  const report = await drover.run(RUN).report();
  const workerMemory = await memory.read();

  const stats = (await (await fetch(`${control}/stats`)).json()) as { requests: RequestCount[]; total: number };
  const units: Events[] = [];
  for (const { id } of report.vms) units.push(await events(client, vmWorkflowId(SOURCE, id)));
  const perVm = units.map((one) => one.events);
  const run = await events(client, runWorkflowId(RUN));
  const shards = await Promise.all(
    Array.from({ length: head.shards }, (_, n) => events(client, shardWorkflowId(RUN, n))),
  );
  const shard = {
    events: shards.reduce((sum, one) => sum + one.events, 0),
    executions: shards.reduce((sum, one) => sum + one.executions, 0),
    types: typesOf(shards),
  };
  const site = await events(client, siteWorkflowId(DESTINATION));
  const claims = await events(client, claimsWorkflowId(SOURCE, DESTINATION));
  const all = { unit: { ...sumOf(units), types: typesOf(units) }, shard, run, site, claims };
  return {
    vms,
    speed,
    state: report.state,
    succeeded: report.totals.succeeded,
    wallSeconds: round(wallSeconds),
    eventsPerVm: spread(perVm),
    allEventsPerVm: round(Object.values(all).reduce((sum, one) => sum + one.events, 0) / vms),
    allTasksPerVm: round(Object.values(all).reduce((sum, { types }) => sum + (types.get(TASK) ?? 0), 0) / vms),
    byType: Object.fromEntries(
      Object.entries(all).map(([of, { types }]) => [
        of,
        Object.fromEntries(
          [...types].sort(([a], [b]) => a.localeCompare(b)).map(([type, count]) => [type, round(count / vms)]),
        ),
      ]),
    ),
    runEventsPerVm: round(run.events / vms),
    shardEventsPerVm: round(shard.events / vms),
    siteEventsPerVm: round(site.events / vms),
    claimsEventsPerVm: round(claims.events / vms),
    executions: { run: run.executions, shards: shard.executions, site: site.executions },
    requests: { total: stats.total, perVm: round(stats.total / vms), byRoute: byRoute(stats.requests) },
    workerMemory,
    seconds: durations(report.vms),
  };
}

async function resize(control: string, gib: number): Promise<void> {
  const changes = simulatedVms({ vms }).map(({ id }) => ({ id, usedBytes: gib * 2 ** 30 }));
  const response = await fetch(`${control}/vms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(changes),
  });
  if (!response.ok) throw new Error(`the simulator refuses --gib: ${response.status} ${await response.text()}`);
}

interface Events {
  events: number;
  executions: number;
  types: Map<string, number>;
}

const TASK = 'workflowTaskCompleted';
const ATTRIBUTES = 'EventAttributes';

/** Events of every execution under a workflow id: what continued as new counts as one. */
async function events(client: TemporalClient, workflowId: string): Promise<Events> {
  let all = 0;
  let executions = 0;
  const types = new Map<string, number>();
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { events: history } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of history ?? []) {
      const type = Object.keys(event).find((key) => key.endsWith(ATTRIBUTES)) ?? '';
      const name = type.slice(0, -ATTRIBUTES.length);
      types.set(name, (types.get(name) ?? 0) + 1);
    }
    all += history?.length ?? 0;
    executions += 1;
  }
  return { events: all, executions, types };
}

const sumOf = (some: Events[]): Pick<Events, 'events' | 'executions'> => ({
  events: some.reduce((sum, one) => sum + one.events, 0),
  executions: some.reduce((sum, one) => sum + one.executions, 0),
});

function typesOf(some: Events[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { types } of some) for (const [type, count] of types) all.set(type, (all.get(type) ?? 0) + count);
  return all;
}

/** Resident memory of a process, sampled while it runs. */
class Memory {
  readonly #pid: number;
  #timer: NodeJS.Timeout | undefined;
  #start: number | null = null;
  #peak = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async start(): Promise<void> {
    this.#start = await this.#resident();
    this.#timer = setInterval(() => void this.#resident(), SAMPLE_EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async read(): Promise<Cost['workerMemory']> {
    this.stop();
    const end = await this.#resident();
    return this.#start === null || end === null ? null : { start: this.#start, peak: this.#peak, end };
  }

  async #resident(): Promise<number | null> {
    const status = await readFile(`/proc/${this.#pid}/status`, 'utf8').catch(() => '');
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    if (kib === undefined) return null;
    const mib = Math.round(Number(kib) / 1024);
    this.#peak = Math.max(this.#peak, mib);
    return mib;
  }
}

function byRoute(requests: RequestCount[]): Cost['requests']['byRoute'] {
  const counts = new Map<string, number>();
  for (const { method, route, count } of requests) {
    const key = `${method} ${route}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return [...counts]
    .map(([route, count]) => ({ route, count, perVm: round(count / vms) }))
    .sort((a, b) => b.count - a.count);
}

function durations(reports: VmReport[]): Cost['seconds'] {
  const found = new Map<string, number[]>();
  function note(kind: string, from: string, to: string | null | undefined): void {
    if (to) found.set(kind, [...(found.get(kind) ?? []), (Date.parse(to) - Date.parse(from)) / 1000]);
  }
  for (const { operations } of reports) {
    for (const { kind, submittedAt, finishedAt } of operations) note(kind, submittedAt, finishedAt);
    const start = operations.findLast(({ kind }) => kind === 'start');
    if (start?.finishedAt) {
      note('initial-sync', start.finishedAt, operations.find(({ kind }) => kind === 'migrate')?.submittedAt);
    }
  }
  return Object.fromEntries([...found].map(([kind, seconds]) => [kind, spread(seconds)]));
}

function spread(numbers: number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (index: number): number => round(sorted[index] ?? 0);
  return { min: at(0), median: at(Math.floor((sorted.length - 1) / 2)), max: at(sorted.length - 1) };
}

function text(cost: Cost): string {
  const { eventsPerVm, requests, workerMemory, executions } = cost;
  const line = (what: string, value: string): string => `  ${what.padEnd(34)} ${value}`;
  const three = ({ min, median, max }: Spread): string => `${min} / ${median} / ${max}`;
  return [
    `${cost.vms} VMs at speed ${cost.speed}: ${cost.state}, ${cost.succeeded} succeeded, ${cost.wallSeconds} s`,
    line('events per VM, min/median/max', three(eventsPerVm)),
    line('events with all shares, per VM', `${cost.allEventsPerVm}, of which ${cost.allTasksPerVm} tasks completed`),
    line('events of the run per VM', `${cost.runEventsPerVm} (${executions.run} executions)`),
    line('events of the shards per VM', `${cost.shardEventsPerVm} (${executions.shards} executions)`),
    line('events of the site per VM', `${cost.siteEventsPerVm} (${executions.site} executions)`),
    line('events of the claims per VM', `${cost.claimsEventsPerVm}`),
    line('VCDA requests per VM', `${requests.perVm} (${requests.total} in all)`),
    ...requests.byRoute.map(({ route, count, perVm }) => line(`  ${route}`, `${perVm} (${count})`)),
    line(
      'worker memory, start/peak/end',
      workerMemory === null
        ? 'not known here'
        : `${workerMemory.start} / ${workerMemory.peak} / ${workerMemory.end} MiB`,
    ),
    ...Object.entries(cost.seconds).map(([kind, seconds]) => line(`seconds of ${kind}`, three(seconds))),
  ].join('\n');
}

const round = (value: number): number => Math.round(value * 10) / 10;

function number(flag: 'speed' | 'gib' | 'rate' | 'limit' | 'vms'): number {
  const value = Number(flags[flag]);
  if (!(value > 0)) throw new RangeError(`--${flag} ${flags[flag]}: a number above 0 is expected`);
  return value;
}

function wholeNumber(flag: 'vms'): number {
  const value = number(flag);
  if (!Number.isInteger(value)) throw new RangeError(`--${flag} ${value}: a whole number is expected`);
  return value;
}

await bounded(limitMs, async (signal, onClose) => {
  const cost = await measure(signal, onClose);
  process.stdout.write(`${flags.json ? JSON.stringify(cost, null, 2) : text(cost)}\n`);
  return cost.succeeded === cost.vms ? 0 : 1;
});
