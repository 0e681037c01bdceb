/** VMs that nobody may serve now, and what to do about each: by what is known of its source and of its copy. Pure. */
import { FAILURES, NOT_POWERED_ON } from '../contract/names.js';
import { isCutover } from '../contract/operation.js';
import { isFinal, type VmReport } from '../contract/report.js';
import { listed } from '../contract/words.js';
import { byUrgency, isDown } from './urgency.js';
import { moment, plural } from './words.js';

/** VMs of which the same is known. */
export interface Down {
  message: string;
  vms: [VmReport, ...VmReport[]];
}

interface Told {
  /** why it may be off */
  why: string;
  /** what is known, and what to do */
  todo: string;
}

export function downVms(vms: VmReport[]): Down[] {
  const stand = byUrgency(vms).filter((vm) => isDown(vm) && !isBeingMoved(vm));
  const groups = new Map<string, { told: Told; vms: Down['vms'] }>();
  for (const vm of stand) {
    const told = tell(vm);
    const key = JSON.stringify(told);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { told, vms: [vm] });
    else group.vms.push(vm);
  }
  return [...groups.values()].map(({ told: { why, todo }, vms: its }) => {
    const names = its.map(({ name, downSince }) => `${name} since ${moment(downSince ?? null)}`);
    return { message: `${plural(its.length, 'VM')} may be off${why}: ${listed(names)}. ${todo}`, vms: its };
  });
}

function tell(vm: VmReport): Told {
  const { state, error } = vm;
  if (error?.code === NOT_POWERED_ON)
    return {
      why: ', since what was recovered could not be powered on',
      todo: `For each: power it on at ${error.site}.`,
    };
  if (state === 'succeeded' && isMovedHere(vm))
    return { why: ' by the plan (powerOn: false)', todo: 'Power it on where it was recovered.' };
  const todo = [known(vm), ...reason(vm)].join(' ');
  if (isMovedHere(vm)) return { why: ', since a cutover has begun and is not known to have brought it up', todo };
  if (error?.code === FAILURES.undecided && isCutover(error.operation))
    return { why: ': whether its cutover has begun cannot be told', todo };
  const next = isFinal(state) ? [] : ['This run does not bring it up before its own cutover.'];
  return {
    why: ' by a cutover that an earlier run began; this run has not touched it',
    todo: [todo, ...next].join(' '),
  };
}

/** A source is off only if it was seen so; that it was on is from before its cutover. */
function known({ source, recoveredAs = [] }: VmReport): string {
  const isOff = source?.power === 'off';
  const of = isOff ? 'Its source is off' : 'Whether its source is on is not known';
  if (recoveredAs.length > 0)
    return `${of}, and it was recovered: see whether that VM runs, power it on if not, and leave the source off.`;
  return isOff
    ? `${of}, and no copy is known to run: power the source on again, unless the other site shows one that runs.`
    : `${of}, nor whether a copy runs: look at both sites, and power the source on only where neither does.`;
}

/** Of what this run has failed at. */
function reason(vm: VmReport): string[] {
  if (!isMovedHere(vm) && vm.error === null) return [];
  return [`See why: ${vm.error?.code ?? 'it was stopped'}.`];
}

/** While a cutover of this run works on it, that is its work. What an earlier one has left comes with a look at the source. */
const isBeingMoved = (vm: VmReport): boolean => vm.state === 'running' && (isMovedHere(vm) || vm.source === undefined);

const isMovedHere = ({ operations }: VmReport): boolean => operations.some(({ kind }) => isCutover(kind));
