/** What a shard says to its run, and whether that is still there: without it, nothing more is begun. */
import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { shardHeldSignal, shardSaidSignal } from '../../contract/messages.js';
import { runWorkflowId } from '../../contract/names.js';
import type { ShardHeld, ShardWord } from '../../contract/shard.js';
import { endedWorkflows } from '../activities.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { Check } from './checks.js';
import type { Begin } from './next-units.js';
import type { ShardState } from './shard-state.js';

/** So long ago the run was last heard of at most when units are begun: ms. */
const HEARD_WITHIN = 30_000;
/** How often a shard that nobody tells anything asks whether its run is still there: ms. */
const ASKED = { first: 60_000, longest: 6 * 60 * 60_000 };

export class Link {
  readonly #run: string;
  readonly #check = new Check(ASKED);
  #heardAt = Date.now();
  #isOrphan = false;

  constructor(run: string) {
    this.#run = run;
  }

  get #handle() {
    return getExternalWorkflowHandle(runWorkflowId(this.#run));
  }

  /** The run is gone: somebody terminated it. */
  get isOrphan(): boolean {
    return this.#isOrphan;
  }

  heard(): void {
    this.#heardAt = Date.now();
    this.#check.restart();
  }

  #met(isThere: boolean): void {
    if (isThere) this.heard();
    else this.#isOrphan = true;
  }

  /** @returns whether there was a word to be said */
  async tell(word: ShardWord | null): Promise<boolean> {
    if (word === null || this.#isOrphan) return false;
    // Whatever is cancelled meanwhile: the run must hear it.
    const handle = this.#handle;
    this.#met(await CancellationScope.nonCancellable(() => signalIfOpen(handle, shardSaidSignal, word)));
    return true;
  }

  async held(held: ShardHeld): Promise<void> {
    this.#met(await signalIfOpen(this.#handle, shardHeldSignal, held));
  }

  /** What may be begun by a run that is there: nothing else. */
  async led(next: () => Begin[], state: ShardState): Promise<Begin[]> {
    if (this.#isOrphan) return [];
    const begins = next();
    if (begins.length > 0 && Date.now() - this.#heardAt > HEARD_WITHIN) await this.tell(state.say(Date.now()));
    return this.#isOrphan ? [] : begins;
  }

  /** @param most ms; null: for as long as it takes */
  wakeIn(most: number | null): number {
    return Math.min(most ?? Number.POSITIVE_INFINITY, this.#check.wait(this.#isOrphan ? 0 : 1, Date.now()));
  }

  async lookAfterRun(): Promise<void> {
    if (!this.#isOrphan && this.#check.isDue(1, Date.now()))
      this.#isOrphan = (await endedWorkflows([runWorkflowId(this.#run)])).length > 0;
  }
}
