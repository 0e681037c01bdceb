/** A plan in pieces, each of which fits into one message, and put together again: pure. */
import type { Plan, PlanVm } from '../plan/types.js';
import { MOST_IN_SHARD, type Piece, type PlanHead } from './shard.js';

type Placed = { at: number; vm: PlanVm };

export const headOf = ({ waves, ...plan }: Plan): PlanHead => ({
  ...plan,
  waves: waves.map(({ name, vms }) => ({ name, vms: vms.length })),
});

/** @param most VMs of a piece @returns at least one */
export function piecesOf({ waves }: Pick<Plan, 'waves'>, most: number = MOST_IN_SHARD): Piece[] {
  const placed = waves.flatMap(({ vms }, at) => vms.map((vm): Placed => ({ at, vm })));
  const count = Math.max(1, Math.ceil(placed.length / most));
  const parts = Array.from({ length: count }, (_, n) => placed.slice(n * most, (n + 1) * most));
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

/** @param vms in the order of the plan @returns null: they are not all of it */
export function planOfVms({ waves, ...head }: PlanHead, vms: PlanVm[]): Plan | null {
  const left = [...vms];
  const filled = waves.map(({ name, vms: count }) => ({ name, vms: left.splice(0, count) }));
  const isWhole = left.length === 0 && filled.every((wave, n) => wave.vms.length === waves[n]?.vms);
  return isWhole ? { ...head, waves: filled } : null;
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

/** @param pieces in their order */
export function planOf({ waves, ...head }: PlanHead, pieces: Piece[]): Plan {
  const all = pieces.flatMap((piece) => piece.waves);
  return {
    ...head,
    waves: waves.map(({ name }, at) => ({ name, vms: all.filter((one) => one.at === at).flatMap(({ vms }) => vms) })),
  };
}
