/** What a run knows of a shard that it adds, before that has said anything: pure. */
import { totalsOf, untouched } from '../../contract/report.js';
import type { Piece, PlanHead, ShardWord } from '../../contract/shard.js';
import { allVmsIn } from '../../contract/vapp.js';

/** All of its VMs wait. */
export const wordOf = (run: string, shard: number, { waves }: Piece): ShardWord => ({
  run,
  shard,
  revision: 0,
  obeyed: 0,
  loaded: true,
  totals: totalsOf(waves.flatMap(({ vms }) => vms.map((vm) => untouched(vm, '')))),
  good: 0,
  unfinished: waves.map(({ at, vms }) => [at, allVmsIn(vms)]),
  wanted: { open: 0, others: 0, copies: 0 },
  longest: null,
  ends: [],
  keepsPlaces: false,
  outcomes: [],
  answers: [],
  waitsForStore: false,
  isOver: false,
});

/** The plan with the VMs of the piece counted. */
export function withPiece(head: PlanHead, piece: Piece): PlanHead {
  const waves = head.waves.map(({ name, vms, units = vms }, at) => {
    const its = piece.waves.filter((one) => one.at === at).flatMap((one) => one.vms);
    const [count, all] = [vms + allVmsIn(its), units + its.length];
    return { name, vms: count, ...(count === all ? {} : { units: all }) };
  });
  return { ...head, waves };
}
