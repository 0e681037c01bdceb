/** The look at a copy between the last wait and what cannot be undone: one for every try. */
import { CODES } from '../../../contract/codes.js';
import { growing } from '../../../contract/growing.js';
import { decisiveOf } from '../../../contract/look.js';
import type { SlotKind } from '../../../contract/operation.js';
import type { BeforeCutoverInput, Moved, MovedBeforeInput, SourcePower } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import { besideWords } from './beside.js';
import { WITHIN } from './decide-power.js';
import { type Irreversible, type Unfit, unfitness } from './fitness.js';
import { locateElsewhere, readAgain, readBeforeCutover } from './locate.js';
import { goesElsewhere, vdcOf, wantedOf } from './place.js';
import { obstacleElsewhere } from './preconditions.js';
import { toldByWhom } from './recovered-by-others.js';
import { StepFailed } from './step-errors.js';
import { vappChanged } from './vapp-whole.js';
import type { VmControl } from './vm-control.js';

/** Between two looks at a copy that is not fit; a person's `resume` ends the pause: ms. */
const PAUSES = { first: 2_000, longest: 30 * 60_000 };

export interface Looked {
  replication: ReplicationSummary | null;
  /** null: it is fit */
  unfit: Unfit | null;
}

export interface LookedAtAll extends Looked {
  /** of its source; absent: not asked */
  power?: SourcePower;
  /** what the store knows of its VM; absent: not asked, or not answered */
  moved?: Moved[];
  /** a place for a sync was asked for, since one is due */
  isAsked?: true;
}

/** What is asked with the look. */
interface First {
  /** of the store; null: nothing */
  history?: MovedBeforeInput | null;
  /** null: none comes first */
  sync?: BeforeCutoverInput['sync'] | null;
}

export class LastLook {
  readonly #vm: VmControl;
  readonly #kind: Irreversible;
  /** a state that Drover does not know, and that a person has seen and said to go on with */
  #accepted: string | null = null;

  constructor(vm: VmControl, kind: Irreversible) {
    this.#vm = vm;
    this.#kind = kind;
  }

  /** Looks once. @param unfitFor ms since it was first seen not to be fit @throws StepFailed when it never will be */
  async look(unfitFor = 0): Promise<Looked> {
    // It has a place meanwhile, which is not to be held for as long as a copy may be missing.
    const asked = { atOnce: true, besideOf: this.#vmId };
    return this.#judged(await readAgain(this.#vm, this.#kind, asked), unfitFor);
  }

  /**
   * As {@link look}, right before a migrate: its source is looked at as well.
   * Where a sync is to come first, all the rest is looked at after that.
   */
  async lookAtAll({ history = null, sync = null }: First = {}): Promise<LookedAtAll> {
    const source = { vmId: this.#vmId, within: WITHIN.migrate };
    const asked = { source, ...(history === null ? {} : { history }), ...(sync === null ? {} : { sync }) };
    const { slots } = this.#vm;
    const { replication, power, moved, isAsked } = await readBeforeCutover(this.#vm, this.#vmId, asked);
    if (isAsked !== true) slots.notAsked('sync');
    const looked = await this.#judged(replication, 0);
    // It is waited for without any place.
    if (looked.unfit !== null) await slots.giveAsked();
    return {
      ...looked,
      ...(power === undefined ? {} : { power }),
      ...(moved === undefined ? {} : { moved }),
      ...(isAsked === undefined ? {} : { isAsked }),
    };
  }

  /** As it is called by now. */
  get #vmId(): string {
    return this.#vm.memory.vmIdNow ?? this.#vm.input.vm.id;
  }

  async #judged(replication: ReplicationSummary | null, unfitFor: number): Promise<Looked> {
    const { site, peer, report, input, ids, memory } = this.#vm;
    const { marks, towards, begun } = memory;
    this.#vm.note(besideWords(report.replicationId, replication?.beside ?? [], site, this.#kind));
    const { missingFor } = input;
    const own = marks === null ? {} : { own: { run: input.run, marks } };
    // What a run did not start itself may go any way.
    const vdc = marks === null ? null : vdcOf(input);
    const org = marks === null ? undefined : begun?.org;
    const place = { ...(vdc === null ? {} : { vdc }), ...(org === undefined ? {} : { org }) };
    // Whether it was turned round since then; a start of this run went where the plan says.
    const went = towards ?? (marks === null ? null : input.destination.site);
    const isGoing = this.#kind !== 'reverse' && replication !== null;
    const seen = isGoing ? { seen: { vdc: memory.vdc, wants: wantedOf(replication, site, input) } } : {};
    const copy = {
      site,
      peer,
      replicationId: report.replicationId ?? '',
      replication,
      missingFor,
      ids,
      ...own,
      ...place,
      ...seen,
      ...(went === null ? {} : { towards: went }),
    };
    const { vms } = input.vm;
    const whole = { ...copy, ...(vms === undefined ? {} : { members: vms }) };
    const unfit = unfitness(this.#kind, this.#vm.ref, whole, unfitFor, this.#accepted);
    this.#vm.looked = unfit === null ? decisiveOf(replication) : null;
    if (marks === null && isGoing) this.#vm.note(goesElsewhere(replication, site, input));
    if (unfit === null && this.#kind === 'migrate' && replication?.vmId === input.vm.id) {
      const why = await vappChanged(this.#vm, this.#kind);
      if (why !== null) return { replication, unfit: { is: 'held', why } };
    }
    if (unfit?.is === 'over') {
      if (unfit.why.code === CODES.replicationGone) await this.#refuseElsewhere();
      throw await toldByWhom(this.#vm, this.#kind, new StepFailed(unfit.why), replication);
    }
    return { replication, unfit };
  }

  /**
   * Waits until the copy is fit again, saying why it is not.
   * @param until epoch ms at which the wait is over all the same; null: never
   * @throws StepFailed when it will never be @throws Stopped
   */
  async whenFit(first: Unfit, until: number | null): Promise<void> {
    const vm = this.#vm;
    const since = Date.now();
    let unfit: Unfit | null = first;
    try {
      for (const pause of growing(PAUSES)) {
        if (unfit.why.code === CODES.replicationGone) await this.#refuseElsewhere();
        vm.fail(unfit.why);
        const left = until === null ? pause : Math.min(pause, until - Date.now());
        if (left <= 0) return vm.note(`It was not cut over while its window was open: ${unfit.why.message}`);
        const { resumedAt } = vm;
        const isResumed = await vm.waitFor('hold', () => vm.resumedAt !== resumedAt, left);
        if (isResumed) this.#accepted = unfit.unknownState ?? null;
        ({ unfit } = await this.look(Date.now() - since));
        if (unfit === null) return;
      }
    } finally {
      vm.report.error = null;
    }
  }

  /** Before its absence is told: somebody may have reversed it. @throws StepFailed when the other site has it */
  async #refuseElsewhere(): Promise<void> {
    const vm = this.#vm;
    const found = await locateElsewhere(vm, this.#kind);
    if (found !== null) throw new StepFailed(obstacleElsewhere(this.#kind, vm.ref, vm.site, found));
  }

  /**
   * For steps without a gate: a slot and a fit copy are there when this returns. What only a person can fix ends it.
   * @throws StepFailed @throws Stopped
   */
  async takeSlot(slot: SlotKind): Promise<void> {
    const vm = this.#vm;
    for (;;) {
      await vm.takeSlot(slot);
      let unfit: Unfit | null;
      try {
        ({ unfit } = await this.look());
      } catch (error) {
        await vm.giveSlot(slot);
        throw error;
      }
      if (unfit === null) return;
      await vm.giveSlot(slot);
      if (unfit.is === 'held') throw new StepFailed(unfit.why);
      await this.whenFit(unfit, null);
    }
  }
}
