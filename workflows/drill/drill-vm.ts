/**
 * One VM of a drill: locate → (the drill says go) → recover → checks → hold → (the drill says enough) → everything as it was.
 * What was begun is always undone: after a failure, a cancellation, or the end of the drill itself.
 */

import type { DrillVmInput } from '../../contract/inputs.js';
import { DONE_BY_OTHERS, FAILURES } from '../../contract/names.js';
import type { RecoveryBody } from '../../contract/operation.js';
import type { Located } from '../../contract/questions.js';
import type { VmReport } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { LastLook } from '../vm/steps/last-look.js';
import { chooseInstance, locateFor } from '../vm/steps/locate.js';
import { measure, type Recovery } from '../vm/steps/objectives.js';
import { operation } from '../vm/steps/operation.js';
import { whyOff } from '../vm/steps/powered-on.js';
import { obstacleToRecovery, type Recovering } from '../vm/steps/preconditions.js';
import { locateAgain } from '../vm/steps/recovered-by-others.js';
import { StepFailed } from '../vm/steps/step-errors.js';
import { VmControl } from '../vm/steps/vm-control.js';
import { runVm } from '../vm/steps/vm-lifecycle.js';
import { onceCleaned } from './cleaned-up.js';
import { Cues } from './cues.js';
import { askAgain, runChecks } from './drill-checks.js';
import { NotedCopy } from './noted-copy.js';
import { bringHome, failOverForDrill } from './round-trip.js';
import { removeTestCopy } from './test-copy.js';
import { requireTestNetworks } from './test-networks.js';
import { undoUntil } from './undo-time.js';

export async function drillVm(input: DrillVmInput): Promise<VmReport> {
  const vm = new VmControl(input);
  const cues = new Cues(vm);
  vm.stop.endBy(input.until ?? Number.POSITIVE_INFINITY);
  const isTest = input.mode === 'test';
  const kind = isTest ? 'failover-test' : 'failover';
  const obstacle = (at: Located) => obstacleToRecovery(kind, vm.ref, at);
  return runVm(vm, async () => {
    vm.enter('look');
    const found = await locateFor(vm, kind, obstacle);
    const foundAt = Date.now();
    if (isTest) await requireTestNetworks(vm, input, found);
    await cues.tellReady('ready');
    const go = await cues.whenTold('recover');
    if (go === null) throw drillGone(vm);
    const before = await locateAgain(vm, kind, obstacle);
    // A person may have changed the settings while the others were waited for.
    const networks = isTest ? await requireTestNetworks(vm, input, before) : {};
    const copy = isTest ? await NotedCopy.of(vm, before) : null;
    const undo =
      copy !== null
        ? () => removeTestCopy(vm, copy)
        : async () => {
            await bringHome(vm, input, before);
            return null;
          };
    let recovered: Recovery | null = null;
    const runs = input.recovery.powerOn;
    function judge(): string | null {
      return recovered === null ? null : measure(vm.report, recovered, vm.memory.clockOf(before.site));
    }
    await thenUndo(vm, input, undo, async () => {
      const { instance, body } = await chooseInstance(vm, kind, before, input.recovery.instance);
      const foundFirst = found.replication.latestInstance;
      const isAsFound = instance !== null && instance.key === foundFirst?.key;
      const seenAt = isAsFound ? foundAt : Date.now();
      if (copy !== null) await testFailover(vm, input, { ...body, ...networks }, copy);
      else await failOverForDrill(vm, input, before, body);
      const passedAt = await runChecks(vm, input, isTest ? 'test' : 'failover');
      const { triggeredAt } = go;
      if (passedAt !== null)
        recovered = {
          triggeredAt,
          recoveredAt: runs ? passedAt : null,
          instance: { at: instance?.timestamp ?? null, seenAt },
          earlier: { at: foundFirst?.timestamp ?? null, seenAt: foundAt },
        };
      judge();
      await cues.tellReady('hold');
      const told = await cues.whenTold('clean-up');
      if (told !== null && input.hold > 0 && passedAt !== null) await askAgain(vm, input, isTest ? 'test' : 'failover');
    });
    // The clean-up has measured the site's clock once more, or for the first time where the recovery was adopted.
    const odd = judge();
    if (odd !== null) vm.note(odd);
    refuseFailedChecks(vm, kind);
  });
}

/**
 * Undoes whatever became of the steps, and only then lets their error out; an error of the undoing goes before it.
 * @param undo says what stays of a test; null: nothing
 */
async function thenUndo(
  vm: VmControl,
  { until, timeout }: DrillVmInput,
  undo: () => Promise<string | null>,
  steps: () => Promise<void>,
): Promise<void> {
  let failed: { error: unknown } | null = null;
  try {
    await steps();
  } catch (error) {
    failed = { error };
  }
  vm.stop.ignore('always');
  const isUndone = failed === null || !isOfOthers(vm, failed.error);
  const stays = isUndone ? await vm.stop.undoBy(undoUntil(Date.now(), until, timeout), undo) : null;
  if (failed === null) return;
  if (!isUndone || stays !== null) throw failed.error;
  const isCleaned = vm.report.operations.some(({ kind, result }) => kind === 'cleanup' && result === 'succeeded');
  throw onceCleaned(failed.error, isCleaned);
}

/** A failover that somebody else did, or may have done, is not undone by a drill; test copies are told apart one by one. */
function isOfOthers({ report }: VmControl, error: unknown): boolean {
  if (!(error instanceof StepFailed) || error.reason.operation !== 'failover') return false;
  const own = report.operations.filter(({ kind }) => kind === 'failover');
  if (error.reason.code === DONE_BY_OTHERS) return own.every(({ result }) => result === 'failed');
  return own.length === 0 && error.reason.code === FAILURES.undecided;
}

/** @param copy is told what was made @throws StepFailed also when the copy does not run */
async function testFailover(
  vm: VmControl,
  input: DrillVmInput,
  body: Partial<RecoveryBody>,
  copy: NotedCopy,
): Promise<void> {
  const { powerOn, sync } = input.recovery;
  vm.enter('failover-test');
  const look = new LastLook(vm, 'failover-test');
  const tested = await operation(vm, {
    kind: 'failover-test',
    replicationId: vm.report.replicationId,
    recovery: { powerOn, consolidate: false, sync, ...body },
    slot: 'cutover',
    takeSlot: (slot) => look.takeSlot(slot),
  });
  const { replication } = tested.notice;
  await copy.isMade(replication);
  const off = await whyOff(vm, tested, powerOn, replication, { isRehearsal: true });
  if (off !== null) throw off;
}

function refuseFailedChecks({ report, site }: VmControl, operation: Recovering): void {
  const failed = report.checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  throw new StepFailed({
    code: 'CheckFailed',
    message: `${nameWithId(report)} was recovered, but did not pass: ${failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}.`,
    operation,
    taskId: null,
    site,
    advice: [
      ...new Set(failed.flatMap(({ advice }) => advice ?? [])),
      'Look at the application; everything was put back as it was.',
    ].join(' '),
  });
}

const drillGone = ({ report }: VmControl): StepFailed =>
  new StepFailed({
    code: 'DrillGone',
    message: `the drill of ${nameWithId(report)} ended before anything was recovered: its workflow was terminated.`,
    operation: null,
    taskId: null,
    site: null,
    advice: 'Run the drill again.',
  });
