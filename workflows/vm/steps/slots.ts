/** The places that a site lends: asked for, waited for and given back by a VM. */
import { CancellationScope, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
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
  readonly #taking = new Set<SlotKind>();
  /** those that it was granted and took, and those of which others gave them back for it */
  readonly #held = new Set<SlotKind>();
  readonly #given = new Set<SlotKind>();
  /** those that others have asked for, or may have, on its behalf */
  readonly #asked = new Set<SlotKind>();
  /** those that came too late, on their way back; absent: none ever did */
  #returning?: Promise<unknown>;
  #isClosed = false;

  constructor(vm: Asking) {
    this.#vm = vm;
  }

  /** One that nobody waits for came too late: it is of no use here. */
  granted(slot: SlotKind): void {
    if (this.#taking.has(slot) || this.#asked.has(slot)) this.#granted.add(slot);
    else if (!this.#held.has(slot) && !this.#isClosed)
      this.#returning = Promise.all([this.#returning, CancellationScope.nonCancellable(() => this.give(slot))]);
  }

  /** Asks for one, and waits; ends as the VM's `takeSlot` says. */
  async take(
    slot: SlotKind,
    timeout?: number,
    isGivenUp: () => boolean = () => false,
    purpose: SlotPurpose = 'first',
  ): Promise<boolean> {
    let isAsked = this.#asked.delete(slot);
    this.#taking.add(slot);
    this.#given.delete(slot);
    if (!isAsked) this.#granted.delete(slot);
    const request = this.request(slot, purpose);
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout;
    // Asked again ever more seldom: a site's workflow that somebody ended forgets who queued.
    const patience = new Patience(this.#vm.input.selfCheck);
    try {
      // What goes back after it was asked for anew takes the new one with it.
      if (this.#returning !== undefined) await this.#returning;
      for (;;) {
        const wait = patience.next();
        while (!isAsked && !(await signalIfOpen(this.#site, requestSlotSignal, request))) await openSite(this.#vm.site);
        isAsked = false;
        const isOver = () => this.#granted.has(slot) || isGivenUp();
        await this.#vm.waitFor('capacity', isOver, Math.min(wait, until - Date.now()));
        if (this.#granted.has(slot)) {
          this.#held.add(slot);
          return true;
        }
        if (isGivenUp() || Date.now() >= until) break;
      }
      await this.give(slot);
      return false;
    } catch (error) {
      await this.give(slot);
      throw error;
    } finally {
      this.#taking.delete(slot);
    }
  }

  /** An activity has given it back. */
  given(slot: SlotKind): void {
    this.#given.add(slot);
  }

  /** It is asked for, or may be, by whoever does something else for the VM before it takes it. */
  asked(slot: SlotKind): void {
    // That was another.
    this.#granted.delete(slot);
    this.#asked.add(slot);
  }

  /** It was not asked for after all. */
  notAsked(slot: SlotKind): void {
    this.#asked.delete(slot);
  }

  /** What was asked for and is not wanted any more. */
  async giveAsked(): Promise<void> {
    for (const slot of this.#asked) await this.give(slot);
    this.#asked.clear();
  }

  /** Nothing is told to the site from here on, whatever it says: it looks itself for places of those that run no more. */
  async close(): Promise<void> {
    await this.giveAsked();
    await this.#returning;
    this.#isClosed = true;
  }

  async give(slot: SlotKind): Promise<void> {
    this.#held.delete(slot);
    if (this.#given.delete(slot)) return;
    await signalIfOpen(this.#site, releaseSlotSignal, { slot, workflowId: workflowInfo().workflowId });
  }

  get #site() {
    return getExternalWorkflowHandle(siteWorkflowId(this.#vm.site));
  }

  request(slot: SlotKind, purpose: SlotPurpose = 'first'): SlotRequest {
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
