/** The crash of `drover demo --crash`: the worker dies in the middle of the last wave, and another takes over. */
import type { RunReport, VmReport } from '../../contract/report.js';

const CUTTING_OVER = new Set<VmReport['step']>(['migrate', 'verify', 'delete-replication']);

/** How far the last wave is, when it is in the thick of it: a VM of it is being cut over, and not all are done; else null. */
export function crashMoment({ vms }: Pick<RunReport, 'vms'>): { wave: string; done: number; cutover: number } | null {
  const wave = vms.at(-1)?.wave;
  const members = vms.filter((vm) => vm.wave === wave);
  const done = members.filter(({ state }) => state === 'succeeded').length;
  const cutover = members.filter(({ state, step }) => state === 'running' && CUTTING_OVER.has(step)).length;
  return wave !== undefined && cutover > 0 && done < members.length ? { wave, done, cutover } : null;
}
