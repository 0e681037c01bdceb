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
  return vms.filter(({ id, replicationId, state }) => {
    const isIt = ids.has(id) || (replicationId !== null && replicationIds.has(replicationId));
    return isIt && !isFinal(state);
  });
}
