/**
 * A cutover whose task has failed: its source may be off. It is sent again only after a look at the copy and the source, at
 * the pace of its row of the error table, and by the rule that the plan has for a window that has closed meanwhile.
 */
import type { PlanVmInput } from '../../../contract/inputs.js';
import { iso } from '../../../contract/moment.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { VmError } from '../../../contract/report.js';
import { copyRuns, withSource } from './begun.js';
import type { LastLook } from './last-look.js';
import { readAgain } from './locate.js';
import { broughtUp } from './outage.js';
import { Pace, pauseBeforeNext } from './pace.js';
import { powerOf } from './power.js';
import { windowClosedOnRepeat } from './preconditions.js';
import { lookAtSource, type SourceVm } from './source.js';
import { NotAgain, StepFailed, Stopped, type TaskFailed } from './step-errors.js';
import type { VmControl } from './vm-control.js';

/** How long the site of a copy is asked whether it is on: ms. */
const WITHIN = 5_000;

export class BegunCutover {
  readonly #vm: VmControl;
  readonly #look: LastLook;
  readonly #window: PlanVmInput['cutover']['window'];
  readonly #source: SourceVm;
  readonly #pace = new Pace();

  constructor(vm: VmControl, look: LastLook, window: PlanVmInput['cutover']['window'], source: SourceVm) {
    this.#vm = vm;
    this.#look = look;
    this.#window = window;
    this.#source = source;
  }

  /**
   * Waits until the cutover may be sent once more; the VM keeps its slot, so that no other is taken down instead.
   * @returns the moment after which it must not be sent; null: none
   * @throws StepFailed with what the site said and what is known of the source
   */
  async whenRepeatable(failed: TaskFailed): Promise<number | null> {
    const vm = this.#vm;
    return this.#finish(failed, async (reason) => {
      if (failed.meaning === 'fail') throw new StepFailed(await this.#advised(reason));
      if (failed.meaning === 'hold') {
        const { code, message, advice } = reason;
        await vm.holdFor({ site: vm.site, code, message, advice }, failed.askedAt);
      } else {
        const { retry } = failed;
        await pauseBeforeNext(vm, this.#pace, { code: reason.code, retry }, new StepFailed(reason), {});
        if (vm.stop.isRequested) throw new Stopped();
      }
    });
  }

  /** When it was not sent again: the run is paused, its window has closed, or the site was waited for. @throws StepFailed */
  async whenAllowed(failed: TaskFailed): Promise<number | null> {
    return this.#finish(failed, () => this.#vm.whenAllowed());
  }

  async #finish(failed: TaskFailed, wait: (reason: VmError) => Promise<void>): Promise<number | null> {
    const reason = await this.#told(failed.reason);
    try {
      await wait(reason);
      await this.#whenFit(reason);
      return await this.#notAfter(failed.reason);
    } catch (error) {
      // What stays is told to whoever has stopped it.
      if (error instanceof Stopped) await lookAtSource(this.#vm, this.#source);
      throw error;
    }
  }

  async #told(reason: VmError): Promise<VmError> {
    await lookAtSource(this.#vm, this.#source);
    return withSource(reason, this.#vm.report);
  }

  async #whenFit(reason: VmError): Promise<void> {
    try {
      const { unfit } = await this.#look.look();
      if (unfit !== null) await this.#look.whenFit(unfit, null);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      throw new NotAgain(await this.#advised(reason), error.reason);
    }
  }

  async #advised(reason: VmError): Promise<VmError> {
    const advice = await runningCopy(this.#vm, this.#source);
    return advice === null ? reason : { ...reason, advice };
  }

  async #notAfter(reason: VmError): Promise<number | null> {
    const window = this.#window;
    if (window === null) return null;
    const closes = Date.parse(window.closes);
    if (Date.now() < closes) return closes;
    const vm = this.#vm;
    const source = await lookAtSource(vm, this.#source);
    // Without a cutover the VM would stay down until the next window; what is not known to be off may still be at work.
    if (window.begun === 'finish' && source.power === 'off' && source.before !== 'off') return null;
    const held = windowClosedOnRepeat(await this.#told(reason), window);
    if (window.missed === 'fail') throw new StepFailed(held);
    await vm.giveSlot('cutover');
    vm.fail(held);
    await vm.waitFor('window', () => false);
    throw new StepFailed(held);
  }
}

/** Whatever its task says, the VM is not down where its copy runs. @returns what to do then; null: it is not known to run */
async function runningCopy(vm: VmControl, source: SourceVm): Promise<string | null> {
  const { site } = vm;
  const seen = await lastOf(vm);
  const vmId = seen?.recoveryState === 'COMPLETE' ? seen.recoveredVmId : null;
  if (vmId === null) return null;
  const { power, at } = await powerOf(vm, { site, vmId, within: WITHIN });
  if (power !== 'on') return null;
  vm.recoveredAs(vmId);
  broughtUp(vm, iso(at), true);
  return copyRuns({ vmId, site, home: source.site }, vm.report.source?.power ?? 'unknown');
}

/** What cannot be read tells nothing: the failure of the cutover comes first. */
async function lastOf(vm: VmControl): Promise<ReplicationSummary | null> {
  try {
    return await readAgain(vm, 'migrate', { atOnce: true });
  } catch (error) {
    if (error instanceof StepFailed) return null;
    throw error;
  }
}
