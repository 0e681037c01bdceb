/** One chaos run from start to verdict. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadPlan, type Plan, type RunHandle } from '../client/index.js';
import type { RunReport } from '../contract/report.js';
import type { Env } from '../temporal/connection.js';
import type { Carried } from './attack.js';
import type { Evidence } from './evidence.js';
import { type HistoryCost, historyCost } from './history-cost.js';
import { onStage } from './on-stage.js';
import { type ChaosOptions, commandFor } from './options.js';
import { persistently } from './persistent.js';
import { planText, SITES, type Window, windowFor } from './plan-files.js';
import { makeSchedule, type Schedule, scheduleText } from './schedule.js';
import type { Stage } from './stage.js';
import { approveWaves, liftHolds, type Steering } from './steering.js';
import { type UnderFire, underFire } from './under-fire.js';
import { type ChaosVerdict, verdictOn } from './verdict.js';

export interface ChaosResult {
  command: string;
  options: ChaosOptions;
  schedule: Schedule;
  carried: Carried;
  verdict: ChaosVerdict;
  evidence: Evidence;
  cost: HistoryCost | null;
  /** how often each fault struck */
  struck: Record<string, number>;
  /** epoch ms */
  began: number;
  took: number;
}

export interface ChaosRun {
  env: Env;
  say: (line: string) => void;
  signal: AbortSignal;
}

const LOOK_EVERY = 1_000;
/** ms for the last look at a run that did not end in time */
const LAST_LOOK = 30_000;
/** ms for everything that is read once the run is over */
const AFTERWARDS = 120_000;

export async function runChaos(options: ChaosOptions, { env, say, signal }: ChaosRun): Promise<ChaosResult> {
  const schedule = makeSchedule(options);
  for (const line of [`seed ${options.seed}`, ...scheduleText(schedule, options.workers)]) say(line);
  const {
    done: seen,
    journal,
    leftProcesses,
  } = await onStage({ options, env, say, signal }, (stage, journal, bound) =>
    act(stage, { options, schedule, journal, bound }),
  );
  const evidence = { ...seen.evidence, events: journal.events, leftProcesses };
  return {
    command: commandFor(options),
    options,
    schedule,
    carried: seen.carried,
    verdict: verdictOn(evidence, options),
    evidence,
    cost: seen.cost,
    struck: seen.struck,
    began: journal.began,
    took: seen.over - journal.began,
  };
}

interface Seen {
  evidence: Omit<Evidence, 'events' | 'leftProcesses'>;
  carried: Carried;
  cost: HistoryCost | null;
  struck: Record<string, number>;
  /** epoch ms */
  over: number;
}

async function act(stage: Stage, given: UnderFire): Promise<Seen> {
  const { options, journal, bound } = given;
  const { control, temporal, drover, client, folder } = stage;
  const window = windowFor(options, Date.now());
  const plan = await writtenPlan(folder, options, window);
  const run = drover.run(`chaos-${options.seed}`);
  const steering: Steering = { approvedAt: new Map(), held: [], lifted: new Set() };
  let report: RunReport | null = null;
  const { carried, incomplete, over } = await underFire(stage, given, async (tail, signal) => {
    await persistently(() => drover.startRun(plan, { id: run.run }), bound);
    journal.add('run', `run ${run.run} started: ${options.vms} VMs, ${temporal.what}`);
    const steer = { run, plan, client, control, tail, journal, signal };
    const approving = options.gate === 'approval' ? approveWaves(steer, steering) : Promise.resolve();
    const following = follow(run, bound, (now) => liftHolds(steer, now, steering));
    report = await Promise.race([following, approving.then(() => following)]);
    journal.add('run', `run ${run.run} is over: ${report.state}`);
  });
  report ??= await lastLook(run);
  const within = AbortSignal.timeout(AFTERWARDS);
  const cost = await persistently(() => historyCost(client), within).catch(() => null);
  const { requests, bugs } = await control.stats();
  const struck = Object.fromEntries((await control.faults()).map((fault) => [fault.id, fault.struck]));
  return {
    carried,
    cost,
    struck,
    over,
    evidence: {
      vms: plan.waves.flatMap((wave) => wave.vms.map(({ id: vmId, name }) => ({ id: vmId, name, wave: wave.name }))),
      sites: SITES,
      report,
      ledger: await control.ledger(),
      world: await control.world(),
      approvedAt: options.gate === 'approval' ? steering.approvedAt : null,
      window,
      held: steering.held,
      isBlind: options.assumptions.operationIdFilter === 'ignored',
      openWorkflows: cost?.open ?? ['histories could not be read'],
      bugs,
      incomplete,
      requests,
    },
  };
}

async function writtenPlan(folder: string, options: ChaosOptions, window: Window | null): Promise<Plan> {
  const file = join(folder, 'plan.yaml');
  await writeFile(file, planText(options, window));
  return loadPlan(file, { sites: Object.values(SITES) });
}

/** Reads the run again and again until it is over. VMs are not asked one by one: that would be load without a use. */
async function follow(
  run: RunHandle,
  signal: AbortSignal,
  onReport: (report: RunReport) => Promise<void>,
): Promise<RunReport> {
  for (;;) {
    const report = await persistently(() => run.report(), signal);
    if (report.finishedAt !== null) return report;
    await persistently(() => onReport(report), signal);
    await delay(LOOK_EVERY, undefined, { signal });
  }
}

/** Of a run that did not end: what its open VMs themselves say. */
async function lastLook(run: RunHandle): Promise<RunReport | null> {
  const within = AbortSignal.timeout(LAST_LOOK);
  return persistently(() => run.report({ live: true }), within).catch(() => null);
}
