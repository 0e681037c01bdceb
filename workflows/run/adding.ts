/** VMs that a person adds to a run that goes on: looked at, then begun as a shard of their own. */
import { ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import { differenceOf } from '../../contract/add.js';
import type { Steered } from '../../contract/messages.js';
import { type AddVms, MOST_IN_SHARD, type Piece } from '../../contract/shard.js';
import { allVmsIn } from '../../contract/vapp.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { listed } from '../../contract/words.js';
import { MOST_VMS } from '../../plan/types.js';
import { vmsOfRun } from '../activities.js';
import { tooLate } from './acts.js';
import { groupOfAll, named } from './named.js';
import type { Tree } from './tree.js';

/** VMs whose names are told. */
const MOST_NAMES = 5;

export class Adding {
  readonly #run: string;
  readonly #tree: Tree;
  /** begins a shard */
  readonly #begin: (shard: { shard: number; piece: Piece }) => Promise<void>;
  #isBusy = false;

  constructor(run: string, tree: Tree, begin: (shard: { shard: number; piece: Piece }) => Promise<void>) {
    this.#run = run;
    this.#tree = tree;
    this.#begin = begin;
  }

  /** One after the other: what was looked at must hold until it is done. @throws ApplicationFailure `NotAdded` */
  async add(told: AddVms): Promise<Steered> {
    this.#refuseUnlessOpen(told);
    while (this.#isBusy) await CancellationScope.nonCancellable(() => condition(() => !this.#isBusy));
    this.#refuseUnlessOpen(told);
    if (this.#tree.hasAdded(told.digest)) {
      const message = `Plan ${told.plan.name} was added before: nothing more was done`;
      return { affected: 0, message };
    }
    this.#isBusy = true;
    this.#tree.add(true);
    try {
      return await CancellationScope.nonCancellable(() => this.#addNew(told));
    } finally {
      this.#isBusy = false;
      this.#tree.add(false);
    }
  }

  async #addNew(told: AddVms): Promise<Steered> {
    const { plan, waves, digest } = told;
    const placed = this.#placed(waves);
    const units = placed.flatMap(({ vms }) => vms);
    const own = new Set(units.map(({ id }) => id));
    const count = allVmsIn(units);
    const why =
      differenceOf(this.#tree.plan, plan) ??
      (count > MOST_IN_SHARD ? `it has ${count} VMs, and at most ${MOST_IN_SHARD} are added at once` : null) ??
      (own.size < units.length ? 'it names a VM twice' : null) ??
      tooMany(this.#tree.totals.vms, count) ??
      beyond(units, own);
    if (why !== null) throw refused(why);
    const ids = units.flatMap(({ id, vms = [] }) => [id, ...vms.map((vm) => vm.id)]);
    const known = await vmsOfRun({ run: this.#run, ids });
    if (known.length > 0) {
      const names = listed(known.slice(0, MOST_NAMES).map(nameWithId), known.length);
      throw refused(`the run has ${names} already`);
    }
    // A person may have spoken meanwhile, and whoever has asked may have been told that it does not hold any more.
    this.#refuseUnlessOpen(told);
    await this.#begin(this.#tree.grow(placed, digest));
    const its = waves.map(({ name }) => name);
    const where = `${its.length === 1 ? 'wave' : 'waves'} ${listed(its)}`;
    const group = { ...groupOfAll(units.slice(0, MOST_NAMES)), count };
    const paused = this.#tree.paused === null ? '' : ', once drover resume is said';
    const gate = this.#tree.plan.cutover.approval === 'none' ? '' : '; approvals from before do not hold for them';
    return {
      affected: count,
      message: `Added to ${where} by plan ${plan.name}: ${named(group)}; they begin with it${paused}${gate}`,
      before: { vms: this.#tree.totals.vms - count },
    };
  }

  #refuseUnlessOpen({ validUntil }: AddVms): void {
    const what = this.#tree.isClosed ? 'is over' : this.#tree.isCancelling ? 'is being cancelled' : null;
    if (what !== null) throw refused(`run ${this.#run} ${what}: start a run of the plan`);
    // Which VMs it has nobody knows before.
    if (!this.#tree.isLoaded) throw refused(`run ${this.#run} has not got all of its own plan yet`);
    const now = Date.now();
    if (validUntil !== undefined && now >= validUntil) throw tooLate(validUntil, now);
  }

  /** @throws ApplicationFailure for a wave that the run does not have */
  #placed(waves: AddVms['waves']): Piece['waves'] {
    const names = this.#tree.plan.waves.map(({ name }) => name);
    const unknown = waves.find(({ name }) => !names.includes(name));
    if (unknown !== undefined)
      throw refused(`the run has no wave ${unknown.name}: VMs are added to waves that it has, ${listed(names)}`);
    return waves.map(({ name, vms }) => ({ at: names.indexOf(name), vms })).sort((one, other) => one.at - other.at);
  }
}

const tooMany = (before: number, count: number): string | null =>
  before + count > MOST_VMS ? `the run would have ${before + count} VMs, and at most ${MOST_VMS} are of one` : null;

/** A VM that comes after one which the same plan does not have. */
function beyond(units: AddVms['waves'][number]['vms'], own: Set<string>): string | null {
  const behind = units.find(({ after }) => after.some((id) => !own.has(id)));
  return behind === undefined ? null : `${nameWithId(behind)} comes after a VM that is not of that plan`;
}

const refused = (why: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${why}; nothing was added`, 'NotAdded');
