import type { Grounds, Scope, Validity } from '../contract/act.js';
import type { VmChange } from '../contract/amend.js';
import {
  addUpdate,
  approveUpdate,
  cancelUpdate,
  finishUpdate,
  moveUpdate,
  pauseUpdate,
  removeUpdate,
  resumeUpdate,
  retryUpdate,
  type Steered,
  setRunUpdate,
  skipUpdate,
  undoUpdate,
} from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import type { RunReport } from '../contract/report.js';
import type { SetRun } from '../contract/run-settings.js';
import type { TidyResult } from '../contract/tidy.js';
import { loadPlan } from '../plan/load-plan.js';
import type { Plan } from '../plan/types.js';
import { addOf } from './add-plan.js';
import { withAllActs } from './all-acts.js';
import { askPlan } from './ask-plan.js';
import { addFinding, type NewFinding, signDrill } from './drills/note-drill.js';
import { BadMilestone, RunEnded } from './errors.js';
import { type FollowOptions, follow } from './follow.js';
import { keptReport, orKept } from './kept-runs.js';
import { type LiveReport, LiveReports, type LiveVm, type Patience } from './live-report.js';
import { type Milestone, type Standing, type Sync, standingOf } from './milestone.js';
import { resolveNames } from './resolve-names.js';
import { type Agree, type Retried, retryEnded } from './retry-ended.js';
import { type RunFacts, runFacts } from './run-facts.js';
import { readRun } from './run-state.js';
import { findScope, findUnit } from './scope.js';
import { ANSWER_WITHIN, callSignal, type Session } from './session.js';
import { type Act, requestCancel, steer } from './steer.js';
import { type Tidying, tidying, tidyRun } from './tidy.js';
import { TimeLimit } from './time-limit.js';
import { resolveChange, withVmChanged } from './vm-change.js';
import { looksAt, type WatchOptions } from './watch.js';

/** While a run is followed, who is slow to answer is asked again at the next look. */
const GLANCE: Patience = { run: 5_000, vms: 3_000 };

export interface UntilOptions extends Omit<FollowOptions, 'isEnough'> {
  /** ms; default: for as long as it takes */
  timeout?: number;
}

/** What ended the waiting: neither reached nor needed is not. */
export interface Waited extends Standing {
  report: LiveReport;
}

/** One run: read it, wait for it, steer it. Everything throws RunNotFound when it does not exist. */
export class RunHandle {
  readonly run: string;
  readonly #session: Session;
  readonly #live: LiveReports;

  constructor(session: Session, run: string) {
    this.run = run;
    this.#session = session;
    this.#live = new LiveReports(session, run);
  }

  /**
   * The run's report. `live`: with what every open VM is doing at this moment, asked of the VMs themselves, and with what
   * a person should do about the run; without it, open VMs are shown as the run last heard of them.
   * @throws NoWorker, WorkflowFailing when nobody can answer for a run that has not ended
   * @example
   * ```ts
   * const { vms } = await run.report();
   * console.log(vms.filter(({ state }) => state === 'failed').map(({ name, error }) => `${name}: ${error?.code}`));
   * ```
   */
  report(options: { live: true }): Promise<LiveReport>;
  report(options?: { live?: boolean }): Promise<RunReport>;
  async report(options: { live?: boolean } = {}): Promise<RunReport> {
    return options.live ? this.#live.read() : withAllActs(this.#session, await this.#heard(false));
  }

  /**
   * What evidence of the run says beside its report: by which plan, between which sites, with which versions. What cannot be had
   * within seconds is null. @throws TemporalUnreachable
   * @example
   * ```ts
   * const { planDigest, versions } = await run.facts();
   * ```
   */
  facts(): Promise<RunFacts> {
    return runFacts(this.#session, this.run);
  }

  /**
   * As the live report, in the time in which a person waits for it, however many VMs there are: while the run goes on its VMs are
   * without the operations that went well, and without notes. @throws as `report`
   * @example
   * ```ts
   * const { totals, attention } = await run.overview();
   * for (const { message, next } of attention) console.log(message, next);
   * ```
   */
  overview(): Promise<LiveReport> {
    return this.#live.overview();
  }

  /**
   * One VM (by id or name), whole, with the overview of its run, and with what it has failed to do and tries again. @throws NotInRun, and as `report`
   * @example
   * ```ts
   * const { vm, retries } = await run.vm('web1');
   * console.log(vm.step, vm.error?.advice, retries);
   * ```
   */
  vm(name: string): Promise<LiveVm> {
    return this.#live.vm(name);
  }

  #heard(isBrief: boolean): Promise<RunReport> {
    const ask = async (): Promise<RunReport> => (await readRun(this.#session, this.run, ANSWER_WITHIN, isBrief)).report;
    return orKept(this.#session, this.run, ask, (kept) => keptReport(this.#session, kept));
  }

  /**
   * The plan that the run was started with, to fail over or reverse what it did.
   * @throws NoPlan for a drill; PlanNotKept when Temporal has forgotten the run and the store has not all of it; NoWorker, WorkflowFailing when nobody can answer
   * @example
   * ```ts
   * import { asKind } from 'drover';
   *
   * await drover.startRun(asKind(await run.plan(), 'reverse', 'removes-source'), { id: 'back' });
   * ```
   */
  plan(): Promise<Plan> {
    return askPlan(this.#session, this.run);
  }

  /**
   * Adds to the evidence of a drill that is over what is to be mended, and by whom. The same words are kept once.
   * @throws DrillNotOver, NoWorker, StoreUnanswered
   * @example
   * ```ts
   * await run.addFinding({ text: 'web1 took 40 minutes', owner: 'ann', due: '2027-01-31' });
   * ```
   */
  addFinding(finding: NewFinding): Promise<Steered> {
    return addFinding(this.#session, this.run, finding);
  }

  /**
   * Signs off a drill that is over. @throws as `addFinding`
   * @example
   * ```ts
   * await run.sign({ note: 'seen by audit' });
   * ```
   */
  sign(grounds: Grounds = {}): Promise<Steered> {
    return signDrill(this.#session, this.run, grounds);
  }

  /**
   * Waits until the run has ended, for as long as it takes, and returns its final report; `onChange` hears overviews.
   * @example
   * ```ts
   * const { totals } = await run.wait({ onChange: (seen) => console.log(seen.totals.succeeded) });
   * ```
   */
  async wait(options: FollowOptions = {}): Promise<LiveReport> {
    const { client, connection } = this.#session;
    // What is still asked when it is over would be asked again once the connection is closed, which ends the process.
    const over = new AbortController();
    const signals = options.signal === undefined ? [over.signal] : [over.signal, options.signal];
    const signal = callSignal(AbortSignal.any(signals));
    const stoppable = <T>(ask: () => Promise<T>): Promise<T> => connection.withAbortSignal(signal, ask);
    try {
      return await follow(
        {
          read: () => stoppable(() => this.#glance()),
          closed: () => stoppable(() => client.workflow.getHandle(runWorkflowId(this.run)).result()),
        },
        options,
      );
    } finally {
      over.abort();
    }
  }

  /**
   * The run, look by look, to its end: each an overview, the last one the final report. Who is slower than the looks gets the
   * newest; who leaves the loop ends the watching, never the run.
   * @throws as {@link wait}
   * @example
   * ```ts
   * for await (const { totals, attention } of run.watch({ interval: 5_000 })) {
   *   console.log(totals.succeeded, attention.map(({ message }) => message));
   * }
   * ```
   */
  watch(options: WatchOptions = {}): AsyncGenerator<LiveReport, void, undefined> {
    return looksAt((following) => this.wait(following), options);
  }

  /**
   * As {@link wait}, until the run has come so far, or a person must act first, for which it does not wait.
   * @throws BadMilestone for a drill, which has no gates; WaitedTooLong
   * @example
   * ```ts
   * const { reached, needed } = await run.until('gate', { timeout: 3_600_000 });
   * if (!reached) console.log(needed);
   * ```
   */
  async until(milestone: Milestone, options: UntilOptions = {}): Promise<Waited> {
    const { timeout = null, ...following } = options;
    const limit = new TimeLimit(this.run, milestone, timeout);
    let sync: Sync | null = null;
    const look = async (report: LiveReport): Promise<Standing> => {
      if (report.drill !== null && milestone !== 'done') throw new BadMilestone(this.run, milestone);
      if (milestone !== 'done' && report.finishedAt === null) sync ??= (await this.#live.plan())?.sync ?? null;
      return standingOf(report, milestone, sync);
    };
    try {
      const report = await this.wait({
        ...following,
        signal: limit.with(options.signal),
        onTrouble(trouble) {
          limit.trouble = trouble;
          options.onTrouble?.(trouble);
        },
        async isEnough(seen) {
          const { reached, needed } = await look(seen);
          return reached || needed.length > 0;
        },
      });
      return { report, ...(await look(report)) };
    } finally {
      limit.end();
    }
  }

  async #glance(): Promise<LiveReport> {
    const seen = await this.#live.overview(GLANCE);
    return seen.finishedAt === null ? seen : this.#live.read(GLANCE);
  }

  /**
   * Approves the cutovers of a wave (by name), of a VM (by id or name), or of the wave that runs now. `wave:NAME` and `vm:NAME`
   * say which of the two is meant.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.approve('wave:pilot', { note: 'signed off by CAB', reference: 'CHG0042' });
   * ```
   */
  async approve(target?: string, grounds: Grounds = {}): Promise<Steered> {
    const scope = await this.#scope(target);
    return this.#steer({ update: approveUpdate, told: { ...scope, ...grounds } });
  }

  /**
   * What becomes of the replications that it has kept for a while; null: none is, or it is long over.
   * @example
   * ```ts
   * const kept = await run.tidying();
   * ```
   */
  tidying(): Promise<Tidying | null> {
    return tidying(this.#session, this.run);
  }

  /**
   * Removes the replications that a migration has kept, now, but for those that were used since. There is no way back then.
   * @throws RunNotFound, Refused, NoWorker, SiteAway, StoreUnanswered, TidyPending; the reason of `signal`, which ends the waiting only
   * @example
   * ```ts
   * await run.tidy({ signal: AbortSignal.timeout(60_000) });
   * ```
   */
  async tidy(options: { signal?: AbortSignal } = {}): Promise<TidyResult> {
    return tidyRun(this.#session, this.run, await this.plan(), options.signal);
  }

  /**
   * Starts nothing new until `resume`; what VCDA already does goes on. `reason` is shown to whoever looks.
   * @example
   * ```ts
   * await run.pause('storage at lyon is full', { reference: 'INC0815' });
   * ```
   */
  pause(reason: string, { reference }: Pick<Grounds, 'reference'> = {}): Promise<Steered> {
    return this.#steer({ update: pauseUpdate, told: { reason, reference } });
  }

  /**
   * Goes on after a pause, and tries again what a site refused.
   * @example
   * ```ts
   * await run.resume({ note: 'there is room again' });
   * ```
   */
  resume(grounds: Grounds = {}): Promise<Steered> {
    return this.#steer({ update: resumeUpdate, told: { ...grounds } });
  }

  /**
   * Cancels a wave or a VM (named as for {@link approve}), or the whole run; a cutover that has begun is brought to its end.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.cancel('vm:web1');
   * ```
   */
  async cancel(target?: string, grounds: Grounds = {}): Promise<Steered> {
    const scope = await this.#scope(target);
    return this.#steer({ update: cancelUpdate, told: { ...scope, ...grounds } });
  }

  /**
   * Leaves a wave or a VM (named as for {@link approve}) out, with what was copied of it; a cutover that has begun is brought to
   * its end. @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   * @example
   * ```ts
   * const { affected } = await run.skip('wave:core', { note: 'next week' });
   * ```
   */
  async skip(target: string, grounds: Grounds = {}): Promise<Steered> {
    const scope = await this.#scope(target);
    return this.#steer({ update: skipUpdate, told: { ...scope, ...grounds } });
  }

  /**
   * Has tried again what has failed: all of it, a wave or a VM (named as for {@link approve}). What was copied is kept, and what
   * may have been cut over is left alone. One VM may be changed with it, also where it merely waits at its gate. Of a run that is
   * over a run of these VMs is begun, whose id it gives; `agree` is asked before that, where it is a failover.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending; for a change BadVapp, NothingFound, Ambiguous; of a run
   * that is over NothingToRetry, and as `startRun`
   * @example
   * ```ts
   * const { run: id } = await run.retry('vm:web1');
   * await drover.run(id).wait();
   * ```
   */
  async retry(
    target?: string,
    { change, agree, ...grounds }: Grounds & { change?: VmChange; agree?: Agree } = {},
  ): Promise<Retried> {
    const scope = change === undefined ? await this.#scope(target) : await this.#vm(target ?? '');
    const { vm } = scope;
    const own =
      change === undefined || vm === undefined
        ? null
        : { vm, change: await resolveChange(this.#session, await this.plan(), vm, change) };
    try {
      const told = own === null ? scope : { ...scope, change: own.change };
      const done = await this.#steer({ update: retryUpdate, told: { ...told, ...grounds } });
      return { ...done, run: this.run };
    } catch (error) {
      if (!(error instanceof RunEnded)) throw error;
      const plan = await this.plan();
      const changed = own === null ? plan : withVmChanged(plan, own.vm, own.change);
      return retryEnded(this.#session, changed, await this.report(), scope, { ...grounds, agree });
    }
  }

  /**
   * Has a VM that has not begun its cutover go with another wave from now on: order, `after` and approvals are judged anew.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.move('web1', 'core', { reference: 'CHG0042' });
   * ```
   */
  async move(vm: string, wave: string, grounds: Grounds = {}): Promise<Steered> {
    const scope = await this.#vm(vm);
    return this.#steer({ update: moveUpdate, told: { ...scope, wave, ...grounds } });
  }

  /**
   * Takes a VM that has not begun out of the run: it counts as skipped, and does not keep the run from having succeeded.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.remove('web1', { note: 'stays for now' });
   * ```
   */
  async remove(vm: string, grounds: Grounds = {}): Promise<Steered> {
    return this.#steer({ update: removeUpdate, told: { ...(await this.#vm(vm)), ...grounds } });
  }

  /**
   * Adds the VMs of a plan, or of the plan in a file, to the run, in waves that it has; they wait for approvals of their own. What
   * the plan says of all its VMs must be as in the run; window, limits, priority and `stopAfter` are those of the run. At most 500
   * VMs; the same plan once more adds nothing.
   * @throws BadInput for a bad plan file; Refused, also for a VM that the run has; RunEnded, NoWorker, ActPending; as `resolved`
   * @example
   * ```ts
   * await run.add('late.yaml', { reference: 'CHG0043' });
   * ```
   */
  async add(plan: Plan | string, grounds: Grounds = {}): Promise<Steered> {
    const written = typeof plan === 'string' ? loadPlan(plan, { sites: null }) : plan;
    const own = addOf(await resolveNames(this.#session, written));
    return this.#steer({ update: addUpdate, told: { ...own, ...grounds } });
  }

  /**
   * Changes the window, the share of the sites' limits, the priority, or `stopAfter` of the run while it goes on; moments with a zone. What runs
   * is never stopped by it. @throws Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.set({ window: { closes: '2026-12-06T07:00:00+01:00' }, limits: { syncs: 5 } });
   * ```
   */
  set(settings: Omit<SetRun, keyof Validity>, grounds: Grounds = {}): Promise<Steered> {
    return this.#steer({ update: setRunUpdate, told: { ...settings, ...grounds } });
  }

  /**
   * Ends the run, and takes back what it has begun and not cut over: replications that it has made go, whatever else there is
   * stays. @throws Refused, NoWorker, ActPending
   * @example
   * ```ts
   * await run.undo({ note: 'the project is off' });
   * ```
   */
  undo(grounds: Grounds = {}): Promise<Steered> {
    return this.#steer({ update: undoUpdate, told: { ...grounds } });
  }

  /**
   * Ends the hold of a drill: it is checked once more and cleaned up now, and what it has proved counts. @throws Refused before its hold, and when it is no drill
   * @example
   * ```ts
   * await run.finish({ note: 'the owners have seen it' });
   * ```
   */
  finish(grounds: Grounds = {}): Promise<Steered> {
    return this.#steer({ update: finishUpdate, told: { ...grounds } });
  }

  /**
   * Leaves a cancellation of the whole run with Temporal, for a worker to act on as soon as there is one.
   * @example
   * ```ts
   * await run.requestCancel();
   * ```
   */
  requestCancel(): Promise<void> {
    return requestCancel(this.#session, this.run);
  }

  #steer<T extends object>(act: Act<T>): Promise<Steered> {
    return steer(this.#session, this.run, act);
  }

  async #vm(target: string): Promise<{ vm: string }> {
    return { vm: findUnit(await this.#heard(true), target).id };
  }

  async #scope(target: string | undefined): Promise<Scope> {
    return target === undefined ? {} : findScope(await this.#heard(true), target);
  }
}
