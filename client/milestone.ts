/** What of a run may be waited for, and whether it is so, or a person is needed first. Pure. */
import { isFinal, type VmReport } from '../contract/report.js';
import { allVmsIn } from '../contract/vapp.js';
import type { Plan } from '../plan/types.js';
import type { Attention } from './attention.js';
import type { LiveReport } from './live-report.js';

/**
 * `synced`: each VM has ended, or its copy is made; `gate`: none goes on before somebody approves or a window opens, or all have
 * ended; `done`: the run is over.
 */
export const MILESTONES = ['synced', 'gate', 'done'] as const;

export type Milestone = (typeof MILESTONES)[number];

/** How far a run is on its way to what is waited for. */
export interface Standing {
  reached: boolean;
  /** what a person has to do first; none: nothing */
  needed: Attention[];
}

/** Of a plan, what decides which VMs wait for which. */
export type Sync = Plan['sync'];

type Kind = Attention['kind'];

/** What a person alone ends, wherever VMs are. */
const ALWAYS: ReadonlySet<Kind> = new Set(['hold', 'paused', 'brake', 'loading', 'missed']);
/** What is a gate. */
const GATES: ReadonlySet<Kind> = new Set(['approval', 'until']);
const AT_GATE: ReadonlySet<VmReport['waitingFor']> = new Set(['approval', 'until', 'window']);

/** Before the copy is made, or turned around. */
const COPYING: ReadonlySet<VmReport['step']> = new Set([
  'queued',
  'look',
  'start',
  'initial-sync',
  'reverse',
  'resync',
]);

/** @param sync of its plan; null: not known, or it has none */
export function standingOf(report: LiveReport, milestone: Milestone, sync: Sync | null): Standing {
  const reached = report.finishedAt !== null || isReached(report, milestone, sync);
  const bars = (kind: Kind): boolean => ALWAYS.has(kind) || (GATES.has(kind) && isBarred(report, milestone, sync));
  return { reached, needed: reached ? [] : report.attention.filter(({ kind }) => bars(kind)) };
}

function isReached({ totals, vms }: LiveReport, milestone: Milestone, sync: Sync | null): boolean {
  if (milestone === 'done' || allVmsIn(vms) < totals.vms) return false;
  if (milestone === 'synced') return vms.every(isSynced);
  const behind = sync === 'wave' ? laterThanAnOpenOne(vms) : new Set();
  const stands = (vm: VmReport): boolean => isFinal(vm.state) || isAtGate(vm) || behind.has(vm.id);
  return vms.every(stands) && vms.some(({ waitingFor }) => AT_GATE.has(waitingFor));
}

/** Whether a gate keeps the run from what is waited for. */
function isBarred({ vms }: LiveReport, milestone: Milestone, sync: Sync | null): boolean {
  if (milestone !== 'synced') return milestone === 'done';
  if (sync !== 'wave') return false;
  const waves = wavesOf(vms);
  const first = vms.find(({ waitingFor }) => waitingFor === 'approval' || waitingFor === 'until');
  if (first === undefined) return false;
  return vms.some((vm) => !isSynced(vm) && waves.indexOf(vm.wave) > waves.indexOf(first.wave));
}

const isSynced = ({ state, step }: VmReport): boolean => isFinal(state) || !COPYING.has(step);

/** Whether it stands there until somebody acts, time opens it, or others have gone on. */
const isAtGate = ({ state, step, waitingFor }: VmReport): boolean =>
  state === 'waiting' && step === 'gate' && (AT_GATE.has(waitingFor) || waitingFor === 'dependency');

/** Those with which nothing has begun, of waves after one that has not ended. */
function laterThanAnOpenOne(vms: VmReport[]): Set<string> {
  const waves = wavesOf(vms);
  const first = waves.findIndex((wave) => vms.some((vm) => vm.wave === wave && !isFinal(vm.state)));
  const later = new Set(first === -1 ? [] : waves.slice(first + 1));
  return new Set(vms.filter(({ step, wave }) => step === 'queued' && later.has(wave)).map(({ id }) => id));
}

/** In the plan's order. */
const wavesOf = (vms: VmReport[]): string[] => [...new Set(vms.map(({ wave }) => wave))];
