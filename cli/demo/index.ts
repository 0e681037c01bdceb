/** `drover demo`: one run with everything real around it but the sites, and the simulator's books held against the result. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LiveReport } from '../../client/live-report.js';
import type { RunFacts } from '../../client/run-facts.js';
import type { RunHandle } from '../../client/run-handle.js';
import { defaultRunId } from '../../client/run-id.js';
import { plural } from '../../client/words.js';
import type { Env } from '../../temporal/connection.js';
import type { Progress } from '../progress/progress.js';
import { crashMoment } from './crash.js';
import { demoPlanText, drillText, EXAMPLE_VMS, examplePlanFile, loadExample, protectPlanText } from './plan.js';
import { type Stage, withStage } from './stage.js';
import { type DrillVerdict, judge, judgeDrill, type Verdict } from './verdict.js';

export interface DemoOptions {
  env: Env;
  vms: number;
  speed: number;
  crash: boolean;
  /** a drill in place of a migration */
  drill: boolean;
  say: (line: string) => void;
  /** made when the run starts, so that what is said before stays above it */
  progress: () => Progress;
  signal: AbortSignal;
}

export interface DemoResult {
  report: LiveReport;
  facts: RunFacts;
  verdict: Verdict | DrillVerdict;
  /** false when a crash was wanted and the run was over before there was a moment for it */
  crashed: boolean;
}

export function runDemo(options: DemoOptions): Promise<DemoResult> {
  return withStage(options, async (stage) => {
    options.say(`Worker (pid ${await stage.startWorker()}) listens.`);
    if (options.drill) return drillDemo(options, stage);
    const file = await planFile(options.vms, stage.folder);
    const plan = loadExample(file, stage.sites);
    const { run } = await stage.drover.startRun(plan, { id: `${defaultRunId(plan.name, new Date())}${stage.suffix}` });
    options.say(`Run ${run.run} started: ${plural(options.vms, 'VM')}, plan ${file}`);

    const progress = options.progress();
    const crash = new Crash(stage, progress, options.crash);
    const report = await followed(options, stage, run, progress, crash);
    const verdict = judge(report.vms, await stage.ledger(), await stage.world(), stage.sites);
    return { report, facts: await run.facts(), verdict, crashed: crash.happened };
  });
}

/** Protects VMs, and rehearses their recovery. */
async function drillDemo(options: DemoOptions, stage: Stage): Promise<DemoResult> {
  const { drover, folder, sites, suffix } = stage;
  const [plan, drill] = [join(folder, 'crm.yaml'), join(folder, 'crm-drill.yaml')];
  await writeFile(plan, protectPlanText(options.vms, sites));
  await writeFile(drill, drillText(options.vms, sites, plan));
  const known = { sites: [sites.source, sites.destination] };
  const id = (name: string) => `${defaultRunId(name, new Date())}${suffix}`;

  const { run: protect } = await drover.startRun(plan, { ...known, id: id('crm') });
  options.say(`Run ${protect.run} started: ${plural(options.vms, 'VM')} are protected, plan ${plan}`);
  const prepared = await followed(options, stage, protect, options.progress());
  if (prepared.state !== 'succeeded')
    return {
      report: prepared,
      facts: await protect.facts(),
      verdict: judgeDrill([], [], { sites: {} }, sites),
      crashed: false,
    };

  const { run } = await drover.startDrill(drill, { ...known, id: id('crm-drill') });
  options.say(`Drill ${run.run} started: test copies in two groups, drill ${drill}`);
  const report = await followed(options, stage, run, options.progress());
  const verdict = judgeDrill(report.vms, await stage.ledger(), await stage.world(), sites);
  return { report, facts: await run.facts(), verdict, crashed: false };
}

/** Waits for the end of a run, with its progress. */
async function followed(
  options: DemoOptions,
  stage: Stage,
  run: RunHandle,
  progress: Progress,
  crash: Crash | null = null,
): Promise<LiveReport> {
  const enough = new AbortController();
  try {
    return await Promise.race([
      run.wait({
        signal: AbortSignal.any([options.signal, enough.signal]),
        // Nobody else uses this Temporal, so that it need not be spared.
        restFactor: 1,
        onChange: (seen) => {
          progress.update(seen);
          crash?.consider(seen);
        },
        onTrouble: (trouble) => progress.trouble(trouble),
      }),
      stage.broken,
      ...(crash === null ? [] : [crash.failed]),
    ]);
  } finally {
    enough.abort();
    progress.stop();
  }
}

/** The example for its own number of VMs, a file of the same making for any other. */
async function planFile(vms: number, folder: string): Promise<string> {
  if (vms === EXAMPLE_VMS) {
    return fileURLToPath(examplePlanFile());
  }
  const file = join(folder, 'paris-exit.yaml');
  await writeFile(file, demoPlanText(vms));
  return file;
}

/** Kills the worker once, at the right moment, and starts another. */
class Crash {
  happened = false;
  /** rejects when the second worker cannot be started */
  readonly failed: Promise<never>;
  readonly #stage: Stage;
  readonly #progress: Progress;
  readonly #wanted: boolean;
  #fail: (error: unknown) => void = () => {};

  constructor(stage: Stage, progress: Progress, wanted: boolean) {
    this.#stage = stage;
    this.#progress = progress;
    this.#wanted = wanted;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
  }

  consider(report: LiveReport): void {
    const moment = crashMoment(report);
    if (!this.#wanted || this.happened || moment === null) {
      return;
    }
    this.happened = true;
    const { wave, done, cutover } = moment;
    const where = `wave ${wave}: ${done} done, ${cutover} in cutover`;
    this.#carryOut(where).catch(this.#fail);
  }

  async #carryOut(where: string): Promise<void> {
    const killed = await this.#stage.killWorker();
    this.#progress.say(`*** worker (pid ${killed}) killed with SIGKILL - ${where} ***`);
    const started = await this.#stage.startWorker();
    this.#progress.say(`*** worker started again (pid ${started}); the run goes on where it was ***`);
  }
}
