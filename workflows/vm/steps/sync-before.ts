/**
 * The sync ahead of a cutover: `migrate` sends what has changed since the last one with the source off [seed
 * migrate-vm-replication], so that the VM is down for as long as that takes. It is sent while the VM still runs, and holds the
 * places of both, so that the cutover follows at once.
 */
import { heldAt, isOlderThan } from '../../../contract/copy-age.js';
import type { PlanVmInput } from '../../../contract/inputs.js';
import type { BeforeCutoverInput } from '../../../contract/questions.js';
import type { ReplicationSummary } from '../../../contract/replication.js';
import type { OperationRecord, VmError } from '../../../contract/report.js';
import { SYNC_BEFORE } from '../../../plan/types.js';
import type { Irreversible } from './fitness.js';
import { takeWhileOpen } from './gate.js';
import { operation } from './operation.js';
import { Pace, pauseBeforeNext } from './pace.js';
import type { Step } from './step.js';
import { LookAgain, StepFailed, Stopped, TaskFailed } from './step-errors.js';
import { syncEndedAt } from './sync-ended.js';
import type { VmControl } from './vm-control.js';

export class SyncBefore {
  readonly #vm: VmControl;
  readonly #window: PlanVmInput['cutover']['window'];
  /** ms; null: none is made */
  readonly #most: number | null;
  readonly #pace = new Pace();
  /** what has been sent, and the instance that there was before; null: nothing, or its bytes are told */
  #untold: { record: OperationRecord; before: string | null } | null = null;

  constructor(
    vm: VmControl,
    kind: Irreversible,
    { window, syncBefore = SYNC_BEFORE }: Pick<PlanVmInput['cutover'], 'window' | 'syncBefore'>,
  ) {
    this.#vm = vm;
    this.#window = window;
    this.#most = kind === 'migrate' && syncBefore !== false ? syncBefore : null;
  }

  /** Whether one is likely to be made: before a look nobody knows how old a copy is that has waited at its gate. */
  get isExpected(): boolean {
    const { input, memory } = this.#vm;
    return this.#most !== null && input.phase === 'cutover' && isOlderThan(this.#most, [memory.syncedAt], Date.now());
  }

  /** Its place, which whoever looks at the copy may ask for at once; null: none is made. */
  get wanted(): NonNullable<BeforeCutoverInput['sync']> | null {
    if (this.#most === null) return null;
    const { memory, site, slots } = this.#vm;
    const { syncedAt } = memory;
    return { most: this.#most, syncedAt, clock: memory.clockOf(site), place: slots.request('sync', 'before-cutover') };
  }

  /** Whether the copy is too old to be cut over, or may be. @param seen as it was seen last */
  isDue(seen: ReplicationSummary | null): boolean {
    if (this.#most === null || seen === null) return false;
    const { memory, site } = this.#vm;
    const now = Date.now();
    return isOlderThan(this.#most, [heldAt(seen.latestInstance, memory.clockOf(site), now), memory.syncedAt], now);
  }

  /**
   * Sends what has changed. The VM has a cutover's place, and keeps it unless it must wait.
   * @returns false: it was not sent, or has failed and is to be sent again: the VM goes through its gate anew
   * @throws AtGate when its gate is shut meanwhile @throws StepFailed @throws Stopped
   */
  async isMade(seen: ReplicationSummary): Promise<boolean> {
    const vm = this.#vm;
    vm.enter('sync');
    const began = Date.now();
    const sync: Step = {
      kind: 'sync',
      replicationId: vm.report.replicationId,
      slot: 'sync',
      takeSlot: (slot) => takeWhileOpen(vm, slot, this.#window, 'before-cutover'),
      notAfter: vm.notAfter,
      once: true,
    };
    try {
      const { notice, submitted, record } = await operation(vm, sync);
      // One that was found is not from before it was sent, else it would be sent again for as long as answers are lost.
      const least = submitted.preexisting ? null : began;
      vm.memory.syncedAt = syncEndedAt(notice, submitted, vm.memory.clockOf(vm.site)) ?? least;
      this.#untold = { record, before: seen.latestInstance?.key ?? null };
      return true;
    } catch (error) {
      // Paused, or the copy has changed, so that it was not sent.
      if (error instanceof LookAgain) await vm.giveSlot('sync');
      if (error instanceof TaskFailed) await this.#whenRepeatable(error);
      else throw error instanceof StepFailed ? notCutOver(vm, error) : error;
      return false;
    }
  }

  /** What was sent is told by the instance that it has made. @param seen after it */
  tell(seen: ReplicationSummary | null): void {
    const { latestInstance } = seen ?? {};
    if (this.#untold === null || latestInstance == null) return;
    const { record, before } = this.#untold;
    if (latestInstance.key !== before && latestInstance.bytes !== undefined) record.bytes = latestInstance.bytes;
    this.#untold = null;
  }

  /** Nothing is down, so that others may use the place of the cutover. @throws StepFailed once the row's time is over */
  async #whenRepeatable(failed: TaskFailed): Promise<void> {
    const vm = this.#vm;
    const told = notCutOver(vm, failed);
    if (failed.meaning === 'fail') throw told;
    await vm.giveSlot('cutover');
    const { code, message, advice } = told.reason;
    if (failed.meaning === 'hold') await vm.holdFor({ site: vm.site, code, message, advice }, failed.askedAt);
    else {
      // A unit that waits for a person has no workflow.
      const ends = { notAfter: vm.notAfter, isOver: () => vm.isPaused };
      await pauseBeforeNext(vm, this.#pace, { code, retry: failed.retry }, told, ends);
    }
    if (vm.stop.isRequested) throw new Stopped();
  }
}

/** Its copy is as it was, and nobody has touched its source: both are worth knowing at night. */
function notCutOver({ report, site }: VmControl, { reason }: StepFailed): StepFailed {
  const { message, advice } = reason;
  const copy = `replication ${report.replicationId} at ${site}`;
  const next = `Its copy stays, as ${copy}: run it again once that syncs, or with cutover.syncBefore: false.`;
  const told: VmError = {
    ...reason,
    message: `${message} It was not cut over: it is synced before that (cutover.syncBefore).`,
    advice: advice === null ? next : `${advice} ${next}`,
  };
  return new StepFailed(told);
}
