/** What hooks are sent, and what came of them. Plain JSON. */
import type { Hook, HookEvent } from '../plan/types.js';
import type { HookRecord } from './hook-record.js';
import type { RunReport, VmReport } from './report.js';

/** A VM as a hook is told of it. */
export interface HookVm {
  id: string;
  /** what it is moved with: a vApp, as `vapp:ID`, or itself */
  unit: string;
  name: string;
  wave: string;
  state: VmReport['state'];
  step: VmReport['step'];
  replicationId: string | null;
  /** id of the VM at the other site; null: it is not there, or not known yet */
  recoveredId: string | null;
  outageSeconds: number | null;
  /** since when it may be down by its cutover; null: it is not, as far as is known */
  downSince: string | null;
  /** where it ran, as that was last seen; null: it was not looked at */
  sourcePower: 'on' | 'off' | 'unknown' | null;
  error: { code: string; message: string } | null;
}

export interface HookInput {
  event: HookEvent;
  hook: Hook;
  key: string;
  /** how often the same was asked before in this run, and once more */
  number: number;
  run: { id: string; kind: RunReport['kind'] };
  /** null: the run as a whole */
  wave: string | null;
  source: string;
  destination: string;
  /** ISO: when it was sent first */
  at: string;
  /** null: those of the wave or run, as its shards have them */
  vms: HookVm[] | null;
}

/** What is sent. */
export interface HookBody {
  version: 1;
  key: string;
  event: HookEvent;
  number: number;
  at: string;
  run: HookInput['run'];
  wave: string | null;
  source: { site: string };
  destination: { site: string };
  vms: HookVm[];
}

export interface HookAnswer {
  ok: boolean;
  /** where it was sent, without the values of its query */
  url: string;
  /** what was answered, or why nothing was sent */
  detail: string;
  /** the next step for a person; null: none is known */
  advice: string | null;
  attempts: number;
}

/** Why hooks of a plan would not be sent by a worker. */
export interface HookRefusal {
  event: HookEvent;
  rule: Hook['rule'];
  code: 'HookNotAllowed' | 'UnknownSecret' | 'SecretNotSent';
  message: string;
  advice: string;
}

/**
 * The same for the same question, whoever sends it and however often.
 * @param execution Temporal's id of the first execution of the run: an id of a run may be used again @param of VM, or place of a wave
 */
export const hookKey = (run: string, execution: string, of: string, event: HookEvent, number: number): string =>
  ['drover', run, execution.slice(0, 8), of, event, String(number)].map((part) => encodeURIComponent(part)).join('/');

/** A VM as a hook tells it; of a vApp each of its VMs. */
export function hookVms(unit: VmReport): HookVm[] {
  const own = hookVm(unit);
  if (unit.vms === undefined) return [own];
  return unit.vms.map(({ id, name, replicationId, recoveredAs }) => {
    return { ...own, id, name, replicationId, recoveredId: recoveredAs ?? null };
  });
}

const hookVm = (vm: VmReport): HookVm => ({
  id: vm.id,
  unit: vm.id,
  name: vm.name,
  wave: vm.wave,
  state: vm.state,
  step: vm.step,
  replicationId: vm.replicationId,
  recoveredId: vm.recoveredAs?.at(-1) ?? null,
  outageSeconds: vm.outageSeconds,
  downSince: vm.downSince ?? null,
  sourcePower: vm.source?.power ?? null,
  error: vm.error === null ? null : { code: vm.error.code, message: vm.error.message },
});

/** For the report. @param finishedAt ISO */
export const hookRecord = (
  { event, hook, key, at }: Pick<HookInput, 'event' | 'hook' | 'key' | 'at'>,
  finishedAt: string,
  { ok, url, detail, attempts }: HookAnswer,
): HookRecord => ({
  event,
  url,
  key,
  at,
  finishedAt,
  attempts,
  result: ok ? 'succeeded' : 'failed',
  rule: hook.rule,
  error: ok ? null : detail,
});
