/** A VM with which nothing goes on until a person says `resume`. */
import type { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { VmInput } from '../../../contract/inputs.js';
import { unitHeldSignal } from '../../../contract/messages.js';
import { FAILURES } from '../../../contract/names.js';
import type { Hold } from '../../../contract/report.js';
import { endedWorkflows } from '../../activities.js';
import { LONGEST_UNHEARD, Patience } from './look-until.js';
import { signalIfOpen } from './signal-if-open.js';
import { Stopped, Unattended } from './step-errors.js';
import type { Stop } from './stop.js';

/** The VM, as far as a hold needs it. */
interface Held {
  readonly input: VmInput;
  readonly parentHandle: ReturnType<typeof getExternalWorkflowHandle>;
  readonly resumedAt: number;
  readonly stop: Pick<Stop, 'isUndone' | 'endsHold'>;
  whenHeld: () => Promise<void>;
  waitFor(reason: null, isOver: () => boolean, timeout?: number): Promise<boolean>;
  waitQuietly(isOver: () => boolean, timeout: number): Promise<boolean>;
}

export class Holding {
  readonly #vm: Held;
  #reason: Hold | null = null;
  /** a `resume` from after it lifts the hold: epoch ms */
  #from = 0;

  constructor(vm: Held) {
    this.#vm = vm;
  }

  /** null: it is not held */
  get reason(): Hold | null {
    return this.#reason;
  }

  /** @param at when a person last said so: epoch ms */
  resumed(at: number): void {
    if (at > this.#from) this.#reason = null;
  }

  /**
   * Tells the run why, and waits; ends, and fails, as the VM's `holdFor` says.
   * @param alone the others of the run go on; it is not waited for longer than until then: epoch ms
   */
  async until(reason: Hold, askedAt: number, isOver?: () => boolean, alone?: { until: number }): Promise<void> {
    // What cannot be told nobody has seen before now, so that an earlier `resume` is no decision.
    const from = reason.code === FAILURES.undecided ? Date.now() : askedAt;
    // A person has resumed while the answer was on its way.
    if (this.#vm.resumedAt > from) return;
    this.#reason = reason;
    this.#from = from;
    const { run, vm } = this.#vm.input;
    const news = { run, unit: vm.id, hold: reason, askedAt: from, ...(alone && { isAlone: true as const }) };
    let isHeld = false;
    try {
      const isAttended = await signalIfOpen(this.#vm.parentHandle, unitHeldSignal, news);
      if (isAttended) await this.#vm.whenHeld();
      isHeld = isAttended && (await this.#whileHeld(isOver, alone?.until));
    } finally {
      this.#reason = null;
    }
    // What runs at the site is asked about again, at its own pace; of what is undone somebody else takes care.
    if (!isHeld && (isOver === undefined || this.#vm.stop.isUndone)) throw new Unattended(reason);
  }

  /** @returns false when the run is over, so that nobody can say `resume`. @throws Stopped */
  async #whileHeld(isOver?: () => boolean, until = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { input } = this.#vm;
    const isGivenUp = () => isOver === undefined && this.#vm.stop.endsHold;
    const isEnough = () => this.#reason === null || isGivenUp() || isOver?.() === true;
    const patience = new Patience(input.selfCheck);
    for (;;) {
      if (Date.now() >= until) return true;
      const timeout = Math.min(patience.next(), LONGEST_UNHEARD, until - Date.now());
      const isDone =
        isOver === undefined
          ? await this.#vm.waitFor(null, isEnough, timeout)
          : await this.#vm.waitQuietly(isEnough, timeout);
      if (isGivenUp()) throw new Stopped();
      if (isDone) return true;
      if ((await endedWorkflows([input.parent])).length > 0) return false;
    }
  }
}
