/** A plan in pieces, each of which fits into one message, and put together again: pure. */
import type { Plan, PlanVm } from '../plan/types.js';
import { MOST_IN_SHARD, type Piece, type PlanHead } from './shard.js';
import { allVmsIn, vmsIn } from './vapp.js';

type Placed = { at: number; vm: PlanVm };

export const headOf = ({ waves, ...plan }: Plan): PlanHead => ({
  ...plan,
  waves: waves.map(({ name, vms }) => {
    const count = allVmsIn(vms);
    return { name, vms: count, ...(count === vms.length ? {} : { units: vms.length }) };
  }),
});

/** A vApp is of one piece, with all its VMs. @param most VMs of a piece @returns at least one */
export function piecesOf({ waves }: Pick<Plan, 'waves'>, most: number = MOST_IN_SHARD): Piece[] {
  const placed = waves.flatMap(({ vms }, at) => vms.map((vm): Placed => ({ at, vm })));
  const parts = partsOf(placed, most);
  const pieceOf = new Map(parts.flatMap((part, n) => part.map(({ vm }) => [vm.id, n] as const)));
  const waiting = new Map<string, Set<number>>();
  for (const { vm } of placed) {
    const own = pieceOf.get(vm.id) ?? 0;
    for (const before of vm.after)
      if (pieceOf.get(before) !== own) waiting.set(before, (waiting.get(before) ?? new Set()).add(own));
  }
  return parts.map((part, n) => ({
    first: n * most,
    waves: byWave(part),
    awaited: part.flatMap(({ vm: { id } }) => {
      const by = waiting.get(id);
      return by === undefined ? [] : [{ id, by: [...by] }];
    }),
  }));
}

function partsOf(placed: Placed[], most: number): Placed[][] {
  const parts: Placed[][] = [[]];
  let count = 0;
  for (const one of placed) {
    const its = vmsIn(one.vm);
    if (count > 0 && count + its > most) {
      parts.push([]);
      count = 0;
    }
    parts.at(-1)?.push(one);
    count += its;
  }
  return parts;
}

/** A VM as a run has it by now, which may be in another wave than its plan had it. */
export interface InWave {
  wave: string;
  vm: PlanVm;
}

/** @param vms in the order of the plan @returns null: they are not all of it */
export function planOfVms({ waves, ...head }: PlanHead, vms: InWave[]): Plan | null {
  const filled = new Map(waves.map(({ name }) => [name, [] as PlanVm[]]));
  for (const { wave, vm } of vms) filled.get(wave)?.push(vm);
  const found = [...filled.values()].reduce((sum, { length }) => sum + length, 0);
  const isWhole =
    found === vms.length && found === waves.reduce((sum, { vms: count, units = count }) => sum + units, 0);
  const all = [...filled].map(([name, its]) => ({ name, vms: its }));
  return isWhole ? { ...head, waves: all.filter((one) => one.vms.length > 0) } : null;
}

function byWave(part: Placed[]): Piece['waves'] {
  const waves: Piece['waves'] = [];
  for (const { at, vm } of part) {
    const last = waves.at(-1);
    if (last?.at === at) last.vms.push(vm);
    else waves.push({ at, vms: [vm] });
  }
  return waves;
}
