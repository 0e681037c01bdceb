/** What a VM of a drill tells its drill, and is told by it: when it goes on. */
import { isProceed } from '../../contract/guards.js';
import { type Proceed, proceedSignal, unitReadySignal } from '../../contract/messages.js';
import type { VmStep } from '../../contract/report.js';
import { endedWorkflows } from '../activities.js';
import { hear } from '../hear.js';
import { LONGEST_UNHEARD, Patience } from '../vm/steps/look-until.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import type { VmControl } from '../vm/steps/vm-control.js';

export class Cues {
  readonly #vm: VmControl;
  readonly #told = new Map<Proceed['to'], Proceed>();

  /** Registers its handler when made, so that nothing said at the start is missed. */
  constructor(vm: VmControl) {
    this.#vm = vm;
    hear(proceedSignal, isProceed, ({ run, unit, proceed }) => {
      if (vm.isMeant({ run, unit })) this.#told.set(proceed.to, proceed);
    });
  }

  /** Tells the drill that this VM has come to the end of a phase. */
  async tellReady(step: VmStep): Promise<void> {
    const { report, input, parentHandle } = this.#vm;
    report.step = step;
    const { run, vm, revision } = input;
    await signalIfOpen(parentHandle, unitReadySignal, { run, unit: vm.id, revision, report });
  }

  /**
   * What the drill said to let this VM go on; null when it is over, so that nobody will.
   * @throws Stopped
   */
  async whenTold<To extends Proceed['to']>(to: To): Promise<Extract<Proceed, { to: To }> | null> {
    const { selfCheck, parent } = this.#vm.input;
    const patience = new Patience(selfCheck);
    for (;;) {
      const timeout = Math.min(patience.next(), LONGEST_UNHEARD);
      if (await this.#vm.waitFor('dependency', () => this.#told.has(to), timeout)) break;
      if ((await endedWorkflows([parent])).length > 0) return null;
    }
    return this.#told.get(to) as Extract<Proceed, { to: To }>;
  }
}
