/** Where each VM of a run, or of a shard of it, stands in the plan. Pure. */
import type { Plan, PlanVm, RunKind } from '../../plan/types.js';

/** What the state of a run needs of a plan or a drill. */
export interface Herded extends Pick<Plan, 'name' | 'waves'> {
  kind: RunKind | 'drill';
  destination: { site: string };
  source?: { site: string };
  /** absent: nothing is cut over behind a gate */
  cutover?: Pick<Plan['cutover'], 'approval' | 'window'>;
  /** absent: it is no failover */
  recovery?: Pick<Plan['recovery'], 'planned'>;
  /** ahead: waves order the cutovers alone */
  sync?: Plan['sync'];
}

export interface Place {
  vm: PlanVm;
  wave: string;
  /** number of its wave */
  at: number;
  /** its own, over the whole plan */
  position: number;
}

export class Planned {
  readonly #run: string;
  readonly #places: Map<string, Place>;
  readonly plan: Herded;
  /** as they are by now; null: not known */
  #waves: Plan['waves'] | null = null;

  /** @param first place of its first VM in the plan */
  constructor(run: string, plan: Herded, first: number) {
    this.#run = run;
    this.plan = plan;
    this.#places = new Map(
      plan.waves
        .flatMap((wave, at) => wave.vms.map((vm) => ({ vm, wave: wave.name, at })))
        .map((one, position) => [one.vm.id, { ...one, position: first + position }] as const),
    );
  }

  /** Waves order the cutovers alone. */
  get isAhead(): boolean {
    return this.plan.sync === 'ahead';
  }

  /** As persons have changed them since; in the plan's order. */
  get waves(): Plan['waves'] {
    const waves = this.#waves ?? this.plan.waves.map(({ name }) => ({ name, vms: [] as PlanVm[] }));
    if (this.#waves === null) for (const { at, vm } of this.#places.values()) waves[at]?.vms.push(vm);
    this.#waves = waves;
    return waves;
  }

  /** Has a VM in another wave, or otherwise, from now on. @throws RangeError when it is none of these */
  amend(id: string, { at, vm }: Partial<Pick<Place, 'at' | 'vm'>>): Place {
    const place = this.get(id);
    const to = at ?? place.at;
    const amended = { ...place, at: to, wave: this.plan.waves[to]?.name ?? place.wave, vm: vm ?? place.vm };
    this.#places.set(id, amended);
    this.#waves = null;
    return amended;
  }

  /** In the plan's order. */
  get ids(): string[] {
    return [...this.#places.keys()];
  }

  /** undefined: it is none of these */
  find(id: string): Place | undefined {
    return this.#places.get(id);
  }

  /** @throws RangeError when it is none of these */
  get(id: string): Place {
    const place = this.#places.get(id);
    if (place === undefined) throw new RangeError(`run ${this.#run} has no VM ${id}`);
    return place;
  }
}
