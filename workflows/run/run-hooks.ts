/** The hooks of a run and of its waves: sent once each, whatever becomes of the workers and however often the run continues as new. */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { type HookAnswer, type HookInput, hookKey, hookRecord } from '../../contract/hooks.js';
import type { RunInput } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import type { Pause } from '../../contract/shard.js';
import { callHook } from '../activities.js';
import type { Due } from './hook-turns.js';
import type { Tree } from './tree.js';

interface Of extends Pick<RunInput, 'run' | 'plan'> {
  /** Temporal's id of the first execution of the run */
  execution: string;
}

export class RunHooks {
  readonly #of: Of;
  readonly #tree: Tree;
  readonly #wake: () => void;
  /** what is broken off when the run is cancelled, or over */
  readonly #before = new CancellationScope();

  /** @param wake shards may have to be told */
  constructor(of: Of, tree: Tree, wake: () => void) {
    this.#of = of;
    this.#tree = tree;
    this.#wake = wake;
  }

  /** The one before all else, asked until it lets the run begin. @returns whether it does */
  async mayBegin(): Promise<boolean> {
    const { hooks } = this.#tree;
    const isOver = () => hooks.isRefused || this.#tree.isDone || this.#tree.isCancelling;
    // It names all VMs.
    const mayAsk = () => this.#tree.paused === null && this.#tree.isLoaded;
    while (!hooks.isPassed(null) && !isOver()) {
      await condition(() => mayAsk() || isOver());
      if (isOver()) break;
      const due = hooks.ask('beforeRun', null);
      if (due !== null) await this.#send(due);
    }
    return hooks.isPassed(null);
  }

  /** Sends those of waves whose turn has come; their answers are not waited for. */
  sendDue(): void {
    const { hooks, hookFacts, paused, isCancelling } = this.#tree;
    if (isCancelling) this.breakOff();
    for (const due of hooks.due({ ...hookFacts, isPaused: paused !== null, isCancelling })) void this.#send(due);
  }

  /** Whether the run may continue as new. */
  get isIdle(): boolean {
    return this.#tree.hooks.isIdle;
  }

  /** What one precedes is over: nobody waits for its answer. */
  breakOff(): void {
    this.#before.cancel();
  }

  /** Nothing of the run is under way any more. */
  async end(): Promise<void> {
    this.sendDue();
    await condition(() => this.isIdle);
    if (!this.#tree.isBegun) return;
    const due = this.#tree.hooks.ask('afterRun', null);
    if (due !== null) await this.#send(due);
  }

  async #send(due: Due): Promise<void> {
    const { event } = due;
    const { resumedAt } = this.#tree;
    const asked = this.#question(due);
    const isBefore = event === 'beforeRun' || event === 'beforeWave';
    let answer: HookAnswer;
    try {
      answer = isBefore ? await this.#before.run(() => callHook(asked)) : await callHook(asked);
    } catch (error) {
      if (!isCancellation(error) && !this.#before.consideredCancelled) throw error;
      this.#tree.hooks.brokenOff(due);
      return;
    }
    const told = hookRecord(asked, iso(Date.now()), answer);
    const record = asked.wave === null ? told : { ...told, wave: asked.wave };
    const why = this.#why(due, answer);
    const isHeld = this.#tree.hooks.answered(due, record, why);
    // One that a person has resumed meanwhile is asked again at once.
    if (isHeld && this.#tree.resumedAt === resumedAt) this.#tree.pause(why);
    this.#wake();
  }

  #question({ event, hook, at, number }: Due): HookInput {
    const { run, plan, execution } = this.#of;
    const of = at === null ? 'run' : `wave-${at + 1}`;
    return {
      event,
      hook,
      key: hookKey(run, execution, of, event, number),
      number,
      run: { id: run, kind: plan.kind },
      wave: at === null ? null : (plan.waves[at]?.name ?? null),
      source: plan.source.site,
      destination: plan.destination.site,
      at: iso(Date.now()),
      vms: null,
    };
  }

  #why({ event, hook, at }: Due, { detail, advice }: HookAnswer): Pause {
    const { run, plan } = this.#of;
    const of = at === null ? '' : ` of wave ${plan.waves[at]?.name}`;
    const next =
      hook.rule === 'hold'
        ? `Then drover resume ${run}, which asks it again; or drover cancel ${run}.`
        : `Then drover retry ${run}, which asks it again.`;
    return { message: `hook ${event}${of} failed: ${detail}`, advice: `${advice ?? 'See why.'} ${next}` };
  }
}
