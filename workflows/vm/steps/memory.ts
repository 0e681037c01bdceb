/** What the workflows of a unit know of its VM and of the replication, each leaving it to the next. Pure. */
import type { VmInput } from '../../../contract/inputs.js';
import type { EarlierRuns } from '../../../contract/questions.js';
import { type ClockOffset, narrowed } from '../../../contract/site-clock.js';
import type { BegunCopy, Numbered, UnitMemory } from '../../../contract/unit.js';

export class Memory {
  readonly #attempts: Map<Numbered, number>;
  readonly #clocks: Map<string, ClockOffset>;
  #site: string;
  #peer: string;
  /** VCDA's id of the VM after a reverse; null: as the plan names it */
  vmIdNow: string | null;
  /** under which this run goes on with the replication that it made or took over, its own first; null: it uses any */
  marks: string[] | null;
  /** what runs before this one know of the VM; null: not asked for yet */
  earlier: EarlierRuns | null;
  /** the start that was accepted, by this workflow of the unit or one before */
  begun: BegunCopy | null;
  /** the site that its replication was last seen to go to; null: not seen, or it does not tell */
  towards: string | null;
  /** id of the VDC that it was to put its VM in when it was first seen to go there; null: as above */
  vdc: string | null;
  /** when the last sync before a cutover had ended, at the earliest: epoch ms; null: none has, or it is not known */
  syncedAt: number | null;

  constructor({ known, source, destination }: Pick<VmInput, 'known' | 'source' | 'destination'>) {
    const { memory } = known ?? {};
    this.#site = memory?.site ?? destination.site;
    this.#peer = memory?.peer ?? source;
    this.towards = memory?.towards ?? null;
    this.vdc = memory?.vdc ?? null;
    this.vmIdNow = memory?.vmIdNow ?? null;
    this.#attempts = new Map(Object.entries(memory?.numbers ?? {}) as [Numbered, number][]);
    this.#clocks = new Map(Object.entries(memory?.clocks ?? {}));
    this.earlier = memory?.earlier ?? null;
    this.begun = memory?.begun ?? null;
    this.marks = memory?.marks ?? null;
    this.syncedAt = memory?.syncedAt ?? null;
  }

  /** For the next workflow of the unit. */
  get carried(): UnitMemory {
    return {
      numbers: Object.fromEntries(this.#attempts),
      site: this.#site,
      peer: this.#peer,
      towards: this.towards,
      vdc: this.vdc,
      vmIdNow: this.vmIdNow,
      clocks: Object.fromEntries(this.#clocks),
      earlier: this.earlier,
      begun: this.begun,
      marks: this.marks,
      syncedAt: this.syncedAt,
    };
  }

  /** where the replication lives */
  get site(): string {
    return this.#site;
  }

  /** the other site */
  get peer(): string {
    return this.#peer;
  }

  /** The replication lives at another site now, as after a reverse. */
  moveTo(where: { site: string; peer: string }): void {
    this.#site = where.site;
    this.#peer = where.peer;
  }

  /** What it goes to, as it is seen now. @param vdc id */
  goesTo(site: string | null, vdc: string | null): void {
    if (site === null || site !== this.towards) this.vdc = null;
    this.towards = site;
    this.vdc ??= vdc;
  }

  /** What a site's clock was seen to be ahead of ours; measured again and again, it is known ever better. */
  noteClock(site: string, seen: ClockOffset | null | undefined): void {
    const known = narrowed(this.clockOf(site), seen ?? null);
    if (known !== null) this.#clocks.set(site, known);
  }

  /** null: not known */
  clockOf(site: string): ClockOffset | null {
    return this.#clocks.get(site) ?? null;
  }

  /** The number in the next operation id of a kind, or in the key of a hook; never used twice by this VM in this run. */
  nextAttempt(kind: Numbered): number {
    const next = (this.#attempts.get(kind) ?? 0) + 1;
    this.#attempts.set(kind, next);
    return next;
  }
}
