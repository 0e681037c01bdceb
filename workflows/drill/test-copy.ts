/** Test copies: the site remembers each from before it is made until it is seen to be gone, so that none is left behind. */
import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { decisiveOf } from '../../contract/look.js';
import { testCopyGoneSignal, testCopySignal } from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { Whose } from '../../contract/operation.js';
import type { Located, TestCopy } from '../../contract/questions.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { openSite, whoseTestCopy } from '../activities.js';
import { Again } from '../vm/steps/again.js';
import { ask, locate } from '../vm/steps/locate.js';
import { growing, lookUntil } from '../vm/steps/look-until.js';
import { LookAgain, operation } from '../vm/steps/operation.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { StepFailed, Unattended } from '../vm/steps/step-errors.js';
import type { VmControl } from '../vm/steps/vm-control.js';

/** Looks before a copy is left to the sweeper, which goes on: over half an hour. */
const LOOKS = 12;
/** One clean-up is repeated for so long, between two looks: ms. */
const AT_MOST = 2 * 60_000;
const PAUSES = { first: 3_000, longest: 5 * 60_000 };

/** What tells a drill's own test copy from one that somebody else has made meanwhile. */
export interface OwnCopy {
  /** of the drill */
  run: string;
  /** when it was about to be made */
  since: number;
  /** VCDA's id of the copy; null: not known */
  vmId(): string | null;
  /** where nothing tells whose it is, and it stays: the site remembers it, or not */
  unknown: 'remember' | 'forget';
}

/** @returns it, to be noted once more when its id is known */
export async function noteTestCopy(vm: VmControl, { site, peer, replication }: Located): Promise<TestCopy> {
  const { run, source } = vm.input;
  const copy = {
    workflowId: workflowInfo().workflowId,
    run,
    source,
    peer,
    vm: vm.ref,
    replicationId: replication.id,
    since: Date.now(),
  };
  await tellTestCopy(site, copy);
  return copy;
}

/** What the site has noted before is replaced. */
export async function tellTestCopy(site: string, copy: TestCopy): Promise<void> {
  const handle = getExternalWorkflowHandle(siteWorkflowId(site));
  while (!(await signalIfOpen(handle, testCopySignal, copy))) await openSite(site);
}

/**
 * Cleans up until the site shows no test copy any more.
 * @returns why one stays that somebody else made; null: there is none
 * @throws StepFailed `TestCopyLeft` when it would not for long; the site's sweeper goes on trying
 */
export async function removeTestCopy(
  vm: VmControl,
  site: string,
  replicationId: string,
  own: OwnCopy,
): Promise<string | null> {
  vm.enter('clean-up');
  const removal = new Removal(vm, own);
  const end = await lookUntil(
    () => removal.goOn(),
    (state) => state !== 'under way',
    removal.pauses(),
  );
  removal.over();
  if (end === 'unknown') {
    if (own.unknown === 'forget') await forgetTestCopy(site, replicationId);
    throw copyUnknown(vm, site, replicationId, own.run);
  }
  if (end === 'given up') throw copyLeft(vm, site, replicationId, removal.lastFailure);
  await forgetTestCopy(site, replicationId);
  if (end !== 'others') return null;
  const stays = `The test copy at ${site} stays: somebody else made it [replication ${replicationId}].`;
  vm.note(stays);
  return stays;
}

/** The removal of one test copy, over several looks. */
class Removal {
  readonly #vm: VmControl;
  readonly #own: OwnCopy;
  readonly #again: Again;
  #looks = 0;
  /** how often the site must still show no copy */
  #wanted: number;
  #isCleaned = false;
  #isJustCleaned = false;
  #lastFailure: StepFailed | null = null;

  constructor(vm: VmControl, own: OwnCopy) {
    this.#vm = vm;
    this.#own = own;
    this.#again = new Again(vm);
    // Of a test whose end is not known, the copy may still appear.
    const isUncertain = vm.report.operations.some(
      ({ kind, result }) => kind === 'failover-test' && result !== 'succeeded',
    );
    this.#wanted = isUncertain ? 2 : 1;
  }

  /** Whatever it ended with: nothing is tried again any more. */
  over(): void {
    this.#again.over();
  }

  get lastFailure(): StepFailed | null {
    return this.#lastFailure;
  }

  /** Looks once, and cleans up what it sees. */
  async goOn(): Promise<'gone' | 'others' | 'under way' | 'given up' | 'unknown'> {
    if (this.#looks === LOOKS) return 'given up';
    this.#looks += 1;
    try {
      const found = await locate(this.#vm, 'cleanup');
      if (found === null || isClean(found.replication.recoveryState, this.#isCleaned)) {
        this.#wanted -= 1;
        if (found?.replication.recoveryState === 'COMPLETE')
          this.#vm.note(
            `What somebody else has recovered of it at ${found.site} stays [replication ${found.replication.id}].`,
          );
        return this.#wanted === 0 ? 'gone' : 'under way';
      }
      if (found.replication.recoveryState !== 'IN_PROGRESS') {
        const whose = await this.#whose(found);
        if (whose === 'others') return 'others';
        if (whose === 'unknown') return 'unknown';
        const { id: replicationId } = found.replication;
        const looked = decisiveOf(found.replication);
        await operation(this.#vm, { kind: 'cleanup', replicationId, atMost: AT_MOST, looked });
        this.#isJustCleaned = !this.#isCleaned;
        this.#isCleaned = true;
      }
    } catch (error) {
      // Somebody may have cleaned up ours, and have made their own.
      if (error instanceof LookAgain) return 'under way';
      if (!(error instanceof StepFailed)) throw error;
      this.#lastFailure = error;
      this.#again.failed(error.reason);
      // Nobody can say resume here; the site's next sweep asks anew.
      if (error instanceof Unattended) return 'given up';
    }
    return 'under way';
  }

  async #whose({ site, peer, replication }: Located): Promise<Whose['is']> {
    const vm = this.#vm;
    const { run, since } = this.#own;
    const made = this.#own.vmId();
    const shown = replication.recoveredVmId;
    if (made !== null && shown !== null) return shown === made ? 'ours' : 'others';
    const tests = vm.report.operations.filter(({ kind }) => kind === 'failover-test');
    const knownTasks = tests.flatMap(({ taskId }) => taskId ?? []);
    const input = {
      run,
      site,
      peer,
      vm: vm.ref,
      replicationId: replication.id,
      since,
      knownTasks,
    };
    const { is } = await ask(vm, 'cleanup', (resumedAt) => whoseTestCopy({ ...input, resumedAt }));
    // A test that was accepted may have gone so far, though its task failed.
    return is === 'unknown' && tests.length > 0 ? 'ours' : is;
  }

  /** A site's own word of a clean-up is not enough, but is looked at without delay the first time. */
  *pauses(): Generator<number> {
    for (;;) {
      for (const pause of growing(PAUSES)) {
        if (this.#isJustCleaned) break;
        yield pause;
      }
      this.#isJustCleaned = false;
      yield 0;
    }
  }
}

function copyLeft({ report }: VmControl, site: string, replicationId: string, last: StepFailed | null): StepFailed {
  return new StepFailed({
    code: 'TestCopyLeft',
    message:
      `the test copy of ${nameWithId(report)} is still at ${site}: ` +
      `${last?.reason.message ?? 'the site says that it is busy.'} Drover goes on trying by itself.`,
    operation: 'cleanup',
    taskId: last?.reason.taskId ?? null,
    site,
    advice: `Look at replication ${replicationId} there; drover drill sweep ${site} tries at once.`,
  });
}

function copyUnknown({ report }: VmControl, site: string, replicationId: string, run: string): StepFailed {
  return new StepFailed({
    code: 'TestCopyLeft',
    message:
      `a test copy of ${nameWithId(report)} is at ${site}, and it cannot be told whether drill ${run} or somebody ` +
      'else has made it: it was left as it is.',
    operation: 'cleanup',
    taskId: null,
    site,
    advice: `Look at replication ${replicationId} there, and clean the test up when nobody needs it.`,
  });
}

async function forgetTestCopy(site: string, replicationId: string): Promise<void> {
  await signalIfOpen(getExternalWorkflowHandle(siteWorkflowId(site)), testCopyGoneSignal, { replicationId });
}

/** A site that tells no recovery state that Drover knows is believed once a clean-up has succeeded. */
function isClean(recoveryState: string, cleaned: boolean): boolean {
  if (recoveryState === 'TEST' || recoveryState === 'IN_PROGRESS') return false;
  return recoveryState === 'NOT_STARTED' || recoveryState === 'COMPLETE' || cleaned;
}
