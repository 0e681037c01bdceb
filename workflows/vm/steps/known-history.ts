/** Right before a VM is moved: what the store knows of it. Nothing is moved on a guess. */
import type { PlanVmInput } from '../../../contract/inputs.js';
import type { Moved, MovedBeforeInput } from '../../../contract/questions.js';
import { movedByStore } from '../../activities.js';
import { isStoreAway } from '../../evidence/patience.js';
import { movedBy } from './moved-before.js';
import type { VmControl } from './vm-control.js';

export class History {
  readonly #vm: VmControl;
  readonly #input: PlanVmInput;

  constructor(vm: VmControl, input: PlanVmInput) {
    this.#vm = vm;
    this.#input = input;
  }

  /** What the store is asked; null: it is of no account. */
  get question(): MovedBeforeInput | null {
    const { remigrate, evidence, source, vm } = this.#input;
    if (remigrate || evidence === undefined) return null;
    const { id, name, vms = [] } = vm;
    return { source, vms: [{ id, name }, ...vms] };
  }

  /** @param told what it has just answered; absent: it is asked @returns false: it is away. @throws StepFailed `MaybeMoved` */
  async isKnown(told?: Moved[]): Promise<boolean> {
    const { question } = this;
    if (question === null) return true;
    const [vm, input] = [this.#vm, this.#input];
    try {
      const moved = told ?? (await movedByStore(question));
      const other = moved.find(({ vmId, run }) => question.vms.some((one) => one.id === vmId) && run !== input.run);
      if (other !== undefined) throw movedBy(vm, input, other);
      return true;
    } catch (error) {
      if (isStoreAway(error)) return false;
      throw error;
    }
  }
}
