/** VMs of a further plan that are to be of a run that goes on, and what keeps them from it: plain JSON, and pure. */
import { areAll } from './guard-parts.js';
import { isPlannedVm, isTold } from './guards.js';
import { isMembers, type Members } from './members.js';
import type { AddVms, PlanHead } from './shard.js';

export const isAddVms = (value: unknown): value is AddVms =>
  isTold(value) &&
  isMembers(value) &&
  isMembers(value.plan) &&
  typeof value.plan.name === 'string' &&
  typeof value.digest === 'string' &&
  Array.isArray(value.waves) &&
  value.waves.length > 0 &&
  areAll(value.waves, isWave);

const isWave = ({ name, vms }: Members): boolean =>
  typeof name === 'string' && Array.isArray(vms) && vms.length > 0 && vms.every(isPlannedVm);

/** What the run itself goes by, as persons have set it, whatever a plan that comes later says. */
const OF_THE_RUN = new Set(['name', 'waves', 'limits', 'priority', 'stopAfter', 'cutover.window']);

/** What of a plan is not as the run has it for all of its VMs, as a clause; null: nothing that counts. */
export function differenceOf(run: PlanHead, added: PlanHead): string | null {
  return differenceIn(asSent(run), asSent(added), []);
}

const asSent = (head: PlanHead): Members => JSON.parse(JSON.stringify(head)) as Members;

function differenceIn(run: Members, added: Members, path: string[]): string | null {
  for (const key of [...new Set([...Object.keys(run), ...Object.keys(added)])].sort()) {
    const at = [...path, key];
    if (OF_THE_RUN.has(at.join('.'))) continue;
    const [its, own] = [run[key], added[key]];
    const found = isMembers(its) && isMembers(own) ? differenceIn(its, own, at) : differs(its, own, at);
    if (found !== null) return found;
  }
  return null;
}

function differs(its: unknown, own: unknown, at: string[]): string | null {
  const [known, said] = [its, own].map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)));
  return known === said ? null : `${at.join('.')} is ${said} in it and ${known} in the run`;
}
