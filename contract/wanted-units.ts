/** Units of a run that others would work with as well: asked of the shards that have them. Pure. */
import { isFinal, type VmReport } from './report.js';

/** Each alone tells a unit. */
export interface WantedInput {
  /** of VMs, as the plan has them */
  ids: string[];
  replicationIds: string[];
}

/** Those of them that have not ended. */
export function wantedOf(vms: VmReport[], asked: WantedInput): VmReport[] {
  const [ids, replicationIds] = [new Set(asked.ids), new Set(asked.replicationIds)];
  const isIt = ({ id, replicationId }: Pick<VmReport, 'id' | 'replicationId'>): boolean =>
    ids.has(id) || (replicationId !== null && replicationIds.has(replicationId));
  // Whoever asks for a VM of a vApp means the unit that has it.
  return vms.filter((unit) => !isFinal(unit.state) && [unit, ...(unit.vms ?? [])].some(isIt));
}
