/** Which of a VM's replications its start has met: what exists is used or in the way, and between several nobody guesses. Pure. */
import type { VmReplication } from '../vcda/index.js';
import { MARK_LENGTH } from './mark.js';

export interface Chosen {
  it: VmReplication;
  /** ids of the others */
  beside: string[];
}

/** Nothing tells which is meant. */
export class Several extends Error {
  override readonly name = 'Several';
  readonly code = 'AmbiguousReplication';
  readonly advice = 'Name the right one in the plan, as replicationId of the VM, or remove the others.';
}

/** What tells one from others. */
export interface Wanted {
  /** id that the plan names; absent: none */
  named?: string;
  /** of this run, for the VM */
  mark: string;
}

/**
 * The one that the plan names, else the one that bears this run's mark, else the only one.
 * @param all of the VM, from the source of the start
 * @returns null: it has none
 * @throws Several with the candidates, said after the name of the VM
 */
export function chosenOf(all: VmReplication[], { named, mark }: Wanted): Chosen | null {
  if (all.length === 0) return null;
  const own = all.filter((one) => bears(one, mark));
  const fit = named === undefined ? (own.length > 0 ? own : all) : all.filter(({ id }) => id === named);
  const [it, ...others] = fit;
  if (it === undefined) throw new Several(`has ${told(all)}, and not ${named}, which the plan names.`);
  if (others.length > 0)
    throw new Several(`has ${fit.length} replications, and nothing tells which is meant: ${told(fit)}.`);
  return { it, beside: all.flatMap(({ id }) => (id === it.id ? [] : [id])) };
}

/** null: there is none, or nothing tells which. */
export function onlyOrMarked(all: VmReplication[], mark: string): VmReplication | null {
  const [it, ...others] = all.length > 1 ? all.filter((one) => bears(one, mark)) : all;
  return others.length > 0 ? null : (it ?? null);
}

const bears = ({ settings }: VmReplication, mark: string): boolean =>
  settings?.description?.slice(0, MARK_LENGTH) === mark;

function told(all: VmReplication[]): string {
  const list = all.slice(0, 5).map(({ id, owner, destination }) => {
    const to = destination?.vdcName ?? destination?.vdcId;
    const more = [...(owner == null ? [] : [`of ${owner}`]), ...(to == null ? [] : [`to VDC ${to}`])];
    return more.length === 0 ? id : `${id} (${more.join(', ')})`;
  });
  return list.join('; ');
}
