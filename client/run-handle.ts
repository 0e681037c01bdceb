import { setMaxListeners } from 'node:events';
import type { Scope } from '../contract/act.js';
import { approveUpdate, cancelUpdate, pauseUpdate, resumeUpdate, type Steered } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { isFinal, type RunReport, type VmReport } from '../contract/report.js';
import type { Plan } from '../plan/types.js';
import { askPlan } from './ask-plan.js';
import { type FollowOptions, follow } from './follow.js';
import { keptReport, orKept } from './kept-runs.js';
import { type LiveReport, LiveReports, type Patience } from './live-report.js';
import type { Retry } from './retries.js';
import { readRun } from './run-state.js';
import { findScope, findVm } from './scope.js';
import type { Session } from './session.js';
import { type Act, requestCancel, steer } from './steer.js';

/** While a run is followed, who is slow to answer is asked again at the next look. */
const GLANCE: Patience = { run: 5_000, vms: 3_000 };

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
   */
  report(options: { live: true }): Promise<LiveReport>;
  report(options?: { live?: boolean }): Promise<RunReport>;
  async report(options: { live?: boolean } = {}): Promise<RunReport> {
    if (options.live) return this.#live.read();
    const ask = async (): Promise<RunReport> => (await readRun(this.#session, this.run)).report;
    return orKept(this.#session, this.run, ask, (kept) => keptReport(this.#session, kept));
  }

  /** One VM (by id or name) with the live report of its run, and with what it has failed to do and tries again. @throws NotInRun, and as `report` */
  async vm(name: string): Promise<{ report: LiveReport; vm: VmReport; retries: Retry[] }> {
    const report = await this.#live.read();
    const vm = findVm(report, name);
    return { report, vm, retries: isFinal(vm.state) ? [] : await this.#live.retries(vm.id) };
  }

  /**
   * The plan that the run was started with, to fail over or reverse what it did.
   * @throws NoPlan for a drill; PlanNotKept when Temporal has forgotten the run and the store has not all of it; NoWorker, WorkflowFailing when nobody can answer
   */
  plan(): Promise<Plan> {
    return askPlan(this.#session, this.run);
  }

  /** Waits until the run has ended, for as long as it takes, and returns its final report. */
  wait(options: FollowOptions = {}): Promise<LiveReport> {
    const { client, connection } = this.#session;
    const signal = options.signal && callSignal(options.signal);
    const stoppable = <T>(ask: () => Promise<T>): Promise<T> =>
      signal === undefined ? ask() : connection.withAbortSignal(signal, ask);
    return follow(
      {
        read: () => stoppable(() => this.#live.read(GLANCE)),
        closed: () => stoppable(() => client.workflow.getHandle(runWorkflowId(this.run)).result()),
      },
      options,
    );
  }

  /**
   * Approves the cutovers of a wave (by name), of a VM (by id or name), or of the wave that runs now. `wave:NAME` and `vm:NAME`
   * say which of the two is meant.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   */
  async approve(target?: string): Promise<Steered> {
    const scope = await this.#scope(target);
    return this.#steer({ update: approveUpdate, told: scope });
  }

  /** Starts nothing new until `resume`; what VCDA already does goes on. `reason` is shown to whoever looks. */
  pause(reason: string): Promise<Steered> {
    return this.#steer({ update: pauseUpdate, told: { reason } });
  }

  /** Goes on after a pause, and tries again what a site refused. */
  resume(): Promise<Steered> {
    return this.#steer({ update: resumeUpdate, told: {} });
  }

  /**
   * Cancels a wave or a VM (named as for {@link approve}), or the whole run; a cutover that has begun is brought to its end.
   * @throws NotInRun, AmbiguousName, Refused, NoWorker, ActPending
   */
  async cancel(target?: string): Promise<Steered> {
    const scope = await this.#scope(target);
    return this.#steer({ update: cancelUpdate, told: scope });
  }

  /** Leaves a cancellation of the whole run with Temporal, for a worker to act on as soon as there is one. */
  requestCancel(): Promise<void> {
    return requestCancel(this.#session, this.run);
  }

  #steer<T extends object>(act: Act<T>): Promise<Steered> {
    return steer(this.#session, this.run, act);
  }

  async #scope(target: string | undefined): Promise<Scope> {
    return target === undefined ? {} : findScope(await this.report(), target);
  }
}

/** A signal that follows the caller's and may be listened to by as many calls as are open at once. */
function callSignal(given: AbortSignal): AbortSignal {
  const signal = AbortSignal.any([given]);
  setMaxListeners(0, signal);
  return signal;
}
