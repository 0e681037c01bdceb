/**
 * The working claims of a run's or drill's units, as the workflow that begins them asks for them and gives them back. What is
 * over is told with the next question, since that costs nothing, and at once where somebody waits for it.
 */
import { getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import { claimNames } from '../../contract/claim-names.js';
import {
  type ClaimOver,
  type ClaimsWord,
  type HeldClaims,
  pairOf,
  type Standing,
  type UnitClaim,
} from '../../contract/claims.js';
import { isClaimsWord } from '../../contract/guards.js';
import { claimsOverSignal, claimsToldSignal, heldClaimsQuery } from '../../contract/messages.js';
import { claimsWorkflowId } from '../../contract/names.js';
import type { PlanVm } from '../../plan/types.js';
import { claimStandings, claimUnits } from '../activities.js';
import { hear } from '../hear.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import type { RunProgress } from './run-state.js';

export interface ClaimingSettings {
  run: string;
  source: { site: string };
  destination: { site: string };
  /** all units are claimed as one, so that it has all or none; each is given back by itself */
  isWhole: boolean;
  /** earlier runs may have left its VMs under other ids */
  knowsEarlier: boolean;
  /** others must be told something, in its turn */
  errand(errand: () => Promise<void>): void;
  /** something has happened that may let a unit go on */
  wake(): void;
  /** others wait for open units: whether those still run is asked soon */
  suspect(): void;
}

export class Claiming {
  readonly #state: RunProgress;
  readonly #settings: ClaimingSettings;
  readonly #sites: [string, string];
  /** units that are being asked for */
  #asking = new Set<string>();
  readonly #waiting = new Set<string>();
  /** granted, and not begun */
  readonly #granted = new Set<string>();
  /** ended, and not told: the number of its last workflow */
  readonly #over = new Map<string, number>();
  /** open, and others wait for them */
  readonly #awaited = new Set<string>();

  /** Registers its handlers, so that nothing is missed. */
  constructor(state: RunProgress, settings: ClaimingSettings) {
    this.#state = state;
    this.#settings = settings;
    this.#sites = pairOf(settings.source.site, settings.destination.site);
    hear(claimsToldSignal, isClaimsWord, (word) => this.#hear(word));
    setHandler(heldClaimsQuery, () => this.#held);
  }

  /** How many units wait for others. */
  get waits(): number {
    return this.#waiting.size;
  }

  isWaiting(vmId: string): boolean {
    return this.#waiting.has(vmId);
  }

  /** Granted, so that a workflow may be begun for it. */
  isGranted(vmId: string): boolean {
    return this.#granted.has(vmId);
  }

  /** Asks for units that are to be begun; what others have waits from then on, and says for whom. */
  async take(vms: PlanVm[]): Promise<void> {
    const asked = vms.filter(({ id }) => !this.#granted.has(id));
    if (asked.length === 0) return;
    const { run, source, isWhole, knowsEarlier } = this.#settings;
    const claims = asked.map((vm) => this.#claimOf(vm, this.#state.revisionOf(vm.id) + 1));
    for (const { id } of asked) this.#over.delete(id);
    const over = this.#takeOver();
    this.#asking = new Set(asked.map(({ id }) => id));
    const standings = await claimUnits({
      sites: this.#sites,
      run,
      parent: workflowInfo().workflowId,
      source: source.site,
      groups: isWhole ? [claims] : claims.map((claim) => [claim]),
      over,
      knowsEarlier,
    });
    this.#asking.clear();
    for (const standing of standings) this.#stands(standing);
  }

  /** A workflow of it is begun. */
  begun(vmId: string): void {
    this.#granted.delete(vmId);
  }

  /** Its workflow was not begun after all, or has ended. @param revision of the last that was, or was to be, begun */
  ended(vmId: string, revision: number): void {
    this.#granted.delete(vmId);
    this.#over.set(vmId, revision);
    if (this.#awaited.delete(vmId)) this.tell();
  }

  /** Its workflow has ended since others have its VM under another id, and the claim waits for them. */
  queued(vmId: string): void {
    // It may be granted before this was heard.
    if (!this.#granted.has(vmId)) this.#waiting.add(vmId);
  }

  /** Gives back what was granted and is not to be begun by now. */
  giveBackIdle(): void {
    const idle = [...this.#granted].filter((id) => !this.#state.isOpen(id));
    for (const id of idle) this.ended(id, this.#state.revisionOf(id) + 1);
    if (idle.length > 0) this.tell();
  }

  /** Tells what is over; false when there is nothing to be told. */
  tell(): boolean {
    if (this.#over.size === 0) return false;
    this.#settings.errand(async () => {
      const over = this.#takeOver();
      if (over.length > 0) await this.#say(over);
    });
    return true;
  }

  /** What waits is asked for anew, as another whole. */
  anew(): void {
    this.#waiting.clear();
  }

  /** Nothing is claimed any more. */
  async end(): Promise<void> {
    await this.#say('all');
  }

  /** A word that it is free may be lost, and what was claimed with whoever kept it. */
  async askAgain(): Promise<void> {
    const units = [...this.#waiting];
    for (const standing of await claimStandings({ sites: this.#sites, run: this.#settings.run, units })) {
      if (standing.is === 'waits' || !this.#waiting.has(standing.unit)) continue;
      this.#stands(standing);
      this.#settings.wake();
    }
  }

  #hear({ run, granted, waiting, awaited }: ClaimsWord): void {
    if (run !== this.#settings.run) return;
    const known = granted.filter(({ unit }) => this.#state.has(unit));
    for (const { unit } of known) this.#stands({ unit, is: 'held', by: null });
    if (known.length > 0) this.#settings.wake();
    for (const { unit, by } of waiting) if (this.#waiting.has(unit)) this.#block(unit, by);
    for (const one of awaited) this.#expect(one);
  }

  #expect({ unit, revision }: ClaimOver): void {
    const isTaken = this.#asking.has(unit) || this.#granted.has(unit);
    if (isTaken || (this.#state.has(unit) && this.#state.isOpen(unit))) {
      this.#awaited.add(unit);
      this.#settings.suspect();
      return;
    }
    this.#over.set(unit, Math.max(revision, this.#over.get(unit) ?? 0));
    this.tell();
  }

  #stands({ unit, is, by }: Standing): void {
    if (is === 'held') this.#granted.add(unit);
    const isWaiting = is === 'waits' && !this.#granted.has(unit);
    if (!isWaiting) {
      this.#waiting.delete(unit);
      return;
    }
    this.#waiting.add(unit);
    if (by !== null) this.#block(unit, by);
  }

  #block(unit: string, by: string): void {
    this.#state.blocked(unit, `run ${by}`, Date.now());
  }

  #takeOver(): ClaimOver[] {
    const over = [...this.#over].map(([unit, revision]) => ({ unit, revision }));
    this.#over.clear();
    return over;
  }

  async #say(over: ClaimOver[] | 'all'): Promise<void> {
    const { run } = this.#settings;
    const handle = getExternalWorkflowHandle(claimsWorkflowId(...this.#sites));
    await signalIfOpen(handle, claimsOverSignal, { run, parent: workflowInfo().workflowId, over });
  }

  #claimOf(vm: PlanVm, revision: number): UnitClaim {
    return { unit: vm.id, revision, also: claimNames(vm, this.#state.knownOf(vm.id)) };
  }

  get #held(): HeldClaims {
    const { run, source } = this.#settings;
    const state = this.#state;
    const open = state.open.map((id) => this.#claimOf(state.vmOf(id), state.revisionOf(id)));
    const idle = [...this.#granted].filter((id) => !state.isOpen(id));
    const granted = idle.map((id) => this.#claimOf(state.vmOf(id), state.revisionOf(id) + 1));
    return {
      run,
      parent: workflowInfo().workflowId,
      source: source.site,
      sites: this.#sites,
      claims: [...open, ...granted],
    };
  }
}
