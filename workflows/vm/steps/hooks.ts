/** The hooks of one VM: what is asked before it goes on, and what others are told after something has happened. */
import { isCancellation } from '@temporalio/workflow';
import { CODES } from '../../../contract/codes.js';
import { type HookRecord, MOST_HOOKS, type UnitHookEvent } from '../../../contract/hook-record.js';
import { type HookAnswer, hookKey, hookRecord, hookVms } from '../../../contract/hooks.js';
import { iso } from '../../../contract/moment.js';
import { isCutover } from '../../../contract/operation.js';
import { nameWithId } from '../../../contract/vm-identity.js';
import { type Hook, shownUrl } from '../../../plan/types.js';
import { callHook } from '../../activities.js';
import { StepFailed, Stopped } from './step-errors.js';
import { untilStopped } from './until-stopped.js';
import type { VmControl } from './vm-control.js';

/** What may stop what it precedes. */
type Before = 'beforeVm' | 'beforeCutover';

/** Before anything is sent for the VM: asked until it lets it begin. @throws StepFailed, where its rule says so @throws Stopped */
export async function mayBegin(vm: VmControl): Promise<void> {
  const { beforeVm: hook } = vm.input.hooks ?? {};
  if (hook === undefined || hasPassed(vm)) return;
  do await vm.whenAllowed();
  while (!(await hasLet(vm, 'beforeVm', hook, null)));
}

/** Before each cutover, while the VM has a place for it. One that was let go on is not asked about again at this gate. */
export class CutoverHook {
  readonly #vm: VmControl;
  #isPassed = false;

  constructor(vm: VmControl) {
    this.#vm = vm;
  }

  /**
   * @param closes epoch ms at which nobody waits any more; null: never
   * @returns false: it was waited for a person, without the place
   * @throws StepFailed, where its rule says so @throws Stopped
   */
  async lets(closes: number | null): Promise<boolean> {
    const { beforeCutover: hook } = this.#vm.input.hooks ?? {};
    if (hook === undefined || this.#isPassed) return true;
    this.#isPassed = await hasLet(this.#vm, 'beforeCutover', hook, closes);
    return this.#isPassed;
  }
}

/** It was brought up at the other site, and runs there as it is to. */
export async function tellCutOver(vm: VmControl): Promise<void> {
  vm.isCutOver = true;
  await tell(vm, 'afterCutover');
}

/** The VM has ended. @param before how many operations were sent for it before this workflow */
export async function tellEnded(vm: VmControl, before: number): Promise<void> {
  const { report, input } = vm;
  const hasBegunCutover = report.operations.slice(before).some(({ kind }) => isCutover(kind));
  if (report.state === 'failed' && hasBegunCutover && !vm.isCutOver) await tell(vm, 'cutoverFailed');
  // Of what was not let begin nobody was told that it had.
  if (input.hooks?.beforeVm === undefined || hasPassed(vm)) await tell(vm, 'afterVm');
}

/** Since it was told the last time that the VM had ended: one that is tried again is asked about anew. */
function hasPassed({ report: { hooks = [] } }: VmControl): boolean {
  const since = hooks.slice(hooks.findLastIndex(({ event }) => event === 'afterVm') + 1);
  return since.some(({ event, result, rule }) => event === 'beforeVm' && (result === 'succeeded' || rule === 'warn'));
}

/** What happened stays as it is, whatever comes of it. */
async function tell(vm: VmControl, event: UnitHookEvent): Promise<void> {
  const hook = vm.input.hooks?.[event];
  if (hook === undefined) return;
  const { record } = await send(vm, event, hook);
  if (record.error !== null) vm.note(`Hook ${event} failed: ${record.error}`);
}

/** @returns false: it was waited for a person */
async function hasLet(vm: VmControl, event: Before, hook: Hook, closes: number | null): Promise<boolean> {
  const askedAt = vm.resumedAt;
  const { record, answer } = await untilStopped(vm, () => send(vm, event, hook));
  const { error } = record;
  if (error === null) return true;
  const message = `hook ${event} of ${nameWithId(vm.report)} failed: ${error}`;
  if (hook.rule === 'warn') {
    vm.note(`Hook ${event} failed: ${error}`);
    return true;
  }
  const { run } = vm.input;
  const next =
    hook.rule === 'fail'
      ? `Then drover retry ${run} vm:${vm.input.vm.id}, which asks it again.`
      : `Then drover resume ${run}, which asks it again; or drover skip ${run} vm:${vm.input.vm.id}.`;
  const why = { code: CODES.hookFailed, message, advice: `${answer.advice ?? 'See why.'} ${next}` };
  if (hook.rule === 'fail') throw new StepFailed({ ...why, operation: null, taskId: null, site: null });
  if (event === 'beforeCutover') await vm.giveSlot('cutover');
  await vm.holdAlone({ ...why, site: vm.site }, askedAt, closes);
  return false;
}

async function send(
  vm: VmControl,
  event: UnitHookEvent,
  hook: Hook,
): Promise<{ record: HookRecord; answer: HookAnswer }> {
  const { input, report } = vm;
  const { run, evidence, source, destination, wave } = input;
  const number = vm.memory.nextAttempt(event);
  const asked = {
    event,
    hook,
    key: hookKey(run, evidence?.execution ?? '', input.vm.id, event, number),
    number,
    run: { id: run, kind: evidence?.kind ?? 'migrate' },
    wave,
    source,
    destination: destination.site,
    at: iso(Date.now()),
    vms: hookVms(report),
  };
  function kept(answer: HookAnswer): { record: HookRecord; answer: HookAnswer } {
    const record = hookRecord(asked, iso(Date.now()), answer);
    report.hooks = [...(report.hooks ?? []), record].slice(-MOST_HOOKS);
    return { record, answer };
  }
  try {
    return kept(await callHook(asked));
  } catch (error) {
    if (isCancellation(error) && vm.stop.isRequested) {
      kept({
        ok: false,
        url: shownUrl(hook.url),
        detail: 'its answer was not waited for: the VM was told to stop',
        advice: null,
        attempts: 1,
      });
      throw new Stopped();
    }
    throw error;
  }
}
