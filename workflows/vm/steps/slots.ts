/** The places that a site lends: asked for, waited for and given back by a VM. */
import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { VmInput } from '../../../contract/inputs.js';
import { releaseSlotSignal, requestSlotSignal } from '../../../contract/messages.js';
import { siteWorkflowId } from '../../../contract/names.js';
import type { SlotKind, VmRef } from '../../../contract/operation.js';
import type { SlotPurpose, SlotRequest } from '../../../contract/site.js';
import { vmsIn } from '../../../contract/vapp.js';
import { openSite } from '../../activities.js';
import { Patience } from './look-until.js';
import { signalIfOpen } from './signal-if-open.js';

/** The VM, as far as a slot needs it. */
interface Asking {
  readonly input: VmInput;
  readonly ref: VmRef;
  readonly site: string;
  readonly stop: { isUndone: boolean };
  readonly syncsBefore: boolean;
  waitFor(reason: 'capacity', isOver: () => boolean, timeout?: number): Promise<boolean>;
}

export class Slots {
  readonly #vm: Asking;
  readonly #granted = new Set<SlotKind>();

  constructor(vm: Asking) {
    this.#vm = vm;
  }

  granted(slot: SlotKind): void {
    this.#granted.add(slot);
  }

  /** Asks for one, and waits; ends as the VM's `takeSlot` says. */
  async take(
    slot: SlotKind,
    timeout?: number,
    isGivenUp: () => boolean = () => false,
    purpose: SlotPurpose = 'first',
  ): Promise<boolean> {
    this.#granted.delete(slot);
    const request = this.#request(slot, purpose);
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
    // Asked again ever more seldom: a site's workflow that somebody ended forgets who queued.
    const patience = new Patience(this.#vm.input.selfCheck);
    try {
      for (;;) {
        const wait = patience.next();
        while (!(await signalIfOpen(this.#site, requestSlotSignal, request))) await openSite(this.#vm.site);
        const isOver = () => this.#granted.has(slot) || isGivenUp();
        await this.#vm.waitFor('capacity', isOver, Math.min(wait, until - Date.now()));
        if (this.#granted.has(slot)) return true;
        if (isGivenUp() || Date.now() >= until) break;
      }
      await this.give(slot);
      return false;
    } catch (error) {
      await this.give(slot);
      throw error;
    }
  }

  async give(slot: SlotKind): Promise<void> {
    await signalIfOpen(this.#site, releaseSlotSignal, { slot, workflowId: workflowInfo().workflowId });
  }

  get #site() {
    return getExternalWorkflowHandle(siteWorkflowId(this.#vm.site));
  }

  #request(slot: SlotKind, purpose: SlotPurpose): SlotRequest {
    const { input, stop, syncsBefore } = this.#vm;
    const { run, limits, priority } = input;
    const asked = stop.isUndone ? 'undo' : purpose;
    const places = vmsIn(input.vm);
    return {
      slot,
      workflowId: workflowInfo().workflowId,
      run,
      vm: this.#vm.ref,
      share: (slot === 'sync' ? limits.syncs : limits.cutovers) ?? null,
      ...(priority === undefined ? {} : { priority }),
      ...(asked === 'first' ? {} : { purpose: asked }),
      ...(slot === 'cutover' && syncsBefore ? { syncs: true } : {}),
      ...(places === 1 ? {} : { places }),
    };
  }
}
