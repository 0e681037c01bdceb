/** The removal of test copies, of which none is left behind without a word. */
import { CODES } from '../../contract/codes.js';
import { growing } from '../../contract/growing.js';
import { decisiveOf } from '../../contract/look.js';
import type { Whose } from '../../contract/operation.js';
import type { CopyAt, Located } from '../../contract/questions.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { testCopyAt, whoseTestCopy } from '../activities.js';
import { Again } from '../vm/steps/again.js';
import { ask, locate } from '../vm/steps/locate.js';
import { inTime, lookUntil } from '../vm/steps/look-until.js';
import { operation } from '../vm/steps/operation.js';
import { LookAgain, StepFailed, Stopped, Unattended } from '../vm/steps/step-errors.js';
import { inTimeLeft } from '../vm/steps/until-stopped.js';
import type { VmControl } from '../vm/steps/vm-control.js';
import type { NotedCopy } from './noted-copy.js';

/** Looks before a copy is left to the sweeper, which goes on: over half an hour. */
const LOOKS = 12;
/** One clean-up is repeated for so long, between two looks: ms. */
const AT_MOST = 2 * 60_000;
const PAUSES = { first: 3_000, longest: 5 * 60_000 };

/** Looks at which a copy without a replication must stand before that is believed: an inventory may be late. */
const ORPHAN_LOOKS = 3;

/**
 * Cleans up until the site shows no test copy any more, neither at its replication nor, where that is gone or was not cleaned up
 * here, in its inventory.
 * @returns why one stays that somebody else made; null: there is none
 * @throws StepFailed `TestCopyLeft` when it would not for long; the site's sweeper goes on trying
 */
export async function removeTestCopy(vm: VmControl, noted: NotedCopy): Promise<string | null> {
  const { site } = noted;
  const { replicationId } = noted.copy;
  vm.enter('clean-up');
  const removal = new Removal(vm, noted);
  const end = await lookUntil(
    () => removal.goOn(),
    (state) => state !== 'under way',
    inTime(vm, removal.pauses()),
  );
  removal.over();
  const { orphan } = removal;
  const isGivenUp = end === 'given up' || end === 'under way';
  if (orphan !== null && (end === 'orphan' || isGivenUp)) {
    const left = copyWithoutReplication(vm, noted, orphan);
    await noted.stays('orphan', left.reason.message);
    throw left;
  }
  if (end === 'unknown') {
    const left = copyUnknown(vm, site, replicationId, noted.copy.run);
    await noted.stays('unknown', left.reason.message);
    throw left;
  }
  if (isGivenUp) throw copyLeft(vm, noted, removal.why);
  if (removal.wasForestalled)
    vm.note(`Its test copy at ${site} was gone before the clean-up: somebody else has removed it.`);
  if (end !== 'others') {
    await noted.isGone();
    return null;
  }
  const stays = `The test copy at ${site} stays: somebody else made it [replication ${replicationId}].`;
  await noted.stays('others', stays);
  vm.note(stays);
  return stays;
}

/** The removal of one test copy, over several looks. */
class Removal {
  readonly #vm: VmControl;
  readonly #noted: NotedCopy;
  readonly #again: Again;
  #looks = 0;
  /** how often the site must still show no copy */
  #wanted: number;
  #isCleaned = false;
  #isJustCleaned = false;
  /** seen to stand without a replication, or that this is not known; null: there is none */
  #orphan: CopyAt | null = null;
  #orphanLooks = 0;
  #lastFailure: StepFailed | null = null;
  #isTimeOver = false;

  constructor(vm: VmControl, noted: NotedCopy) {
    this.#vm = vm;
    this.#noted = noted;
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

  get orphan(): CopyAt | null {
    return this.#orphan;
  }

  /** It was made here, and never cleaned up here. */
  get wasForestalled(): boolean {
    const { operations } = this.#vm.report;
    return (
      this.#tests().some(({ result }) => result === 'succeeded') && operations.every(({ kind }) => kind !== 'cleanup')
    );
  }

  /** why it is given up */
  get why(): { text: string; taskId: string | null } {
    const { message, taskId = null } = this.#lastFailure?.reason ?? {};
    const last = message ?? (this.#isTimeOver ? null : 'the site says that it is busy.');
    const over = this.#isTimeOver ? ['the time of its clean-up was over.'] : [];
    return { text: [...over, ...(last === null ? [] : [last])].join(' '), taskId };
  }

  /** Looks once, and cleans up what it sees. */
  async goOn(): Promise<'gone' | 'others' | 'under way' | 'given up' | 'unknown' | 'orphan'> {
    if (this.#looks === LOOKS) return 'given up';
    this.#looks += 1;
    try {
      // That it is gone was believed after a while already, where a copy is known to stand without it.
      const isKnown = this.#noted.copy.stays?.is === 'orphan' ? false : undefined;
      const found = await locate(this.#vm, 'cleanup', isKnown);
      if (found === null || isClean(found.replication.recoveryState, this.#isCleaned)) {
        this.#orphan = await this.#standing(found);
        if (this.#orphan !== null) {
          this.#orphanLooks += 1;
          return this.#orphan.is === 'stands' && this.#orphanLooks >= ORPHAN_LOOKS ? 'orphan' : 'under way';
        }
        this.#wanted -= 1;
        if (found?.replication.recoveryState === 'COMPLETE')
          this.#vm.note(
            `What somebody else has recovered of it at ${found.site} stays [replication ${found.replication.id}].`,
          );
        return this.#wanted === 0 ? 'gone' : 'under way';
      }
      this.#orphan = null;
      if (found.replication.recoveryState !== 'IN_PROGRESS') {
        const whose = await this.#whose(found);
        if (whose === 'others') return 'others';
        if (whose === 'unknown') return 'unknown';
        const { id: replicationId } = found.replication;
        const looked = decisiveOf(found.replication);
        // Its id is not told any more once the replication is gone.
        if (this.#noted.copy.copyId === undefined) await this.#noted.isMade(found.replication);
        await operation(this.#vm, { kind: 'cleanup', replicationId, atMost: AT_MOST, looked });
        this.#isJustCleaned = !this.#isCleaned;
        this.#isCleaned = true;
      }
    } catch (error) {
      // Somebody may have cleaned up ours, and have made their own.
      if (error instanceof LookAgain) return 'under way';
      if (error instanceof Stopped) {
        this.#isTimeOver = true;
        return 'given up';
      }
      if (!(error instanceof StepFailed)) throw error;
      this.#lastFailure = error;
      this.#again.failed(error.reason);
      // Nobody can say resume here; the site's next sweep asks anew.
      if (error instanceof Unattended) return 'given up';
    }
    return 'under way';
  }

  async #whose({ site, peer, replication }: Located): Promise<Whose['is']> {
    const { copyId: made, stays } = this.#noted.copy;
    const shown = replication.recoveredVmId;
    if (made !== undefined && shown !== null) return shown === made ? 'ours' : 'others';
    // The site may have forgotten by now who made it.
    return stays?.is === 'others' ? 'others' : this.#byTasks(site, peer, replication.id);
  }

  async #byTasks(site: string, peer: string, replicationId: string): Promise<Whose['is']> {
    const vm = this.#vm;
    const { run, since } = this.#noted.copy;
    const tests = this.#tests();
    const knownTasks = tests.flatMap(({ taskId }) => taskId ?? []);
    const input = { run, site, peer, vm: vm.ref, replicationId, since, knownTasks };
    const { is } = await ask(vm, 'cleanup', (resumedAt) => whoseTestCopy({ ...input, resumedAt }));
    // A test that was accepted may have gone so far, though its task failed.
    return is === 'unknown' && tests.length > 0 ? 'ours' : is;
  }

  #tests = () => this.#vm.report.operations.filter(({ kind }) => kind === 'failover-test');

  /**
   * The copy, where it stands though no replication shows it, or that this is not known; null: it is gone, or none was made.
   * @param found what its replication shows, which has no test copy; null: there is none
   */
  async #standing(found: Located | null): Promise<CopyAt | null> {
    const { site } = this.#noted;
    const { copyId = null, copyVappId = null, replicationId, peer } = this.#noted.copy;
    const isNamed = copyId !== null || copyVappId !== null;
    // Another replication of the VM knows nothing of a copy that was made by this one.
    const own = found?.replication.id === replicationId ? found : null;
    if (own === null && !isNamed) {
      const isMade = this.#tests().length > 0 || (await this.#byTasks(site, peer, replicationId)) === 'ours';
      if (!isMade) return null;
    }
    if (own !== null) {
      const isCleanedHere = this.#vm.report.operations.some(
        ({ kind, result, taskId }) => kind === 'cleanup' && result === 'succeeded' && taskId !== null,
      );
      if (!isNamed || isCleanedHere || own.replication.recoveredVmId === copyId) return null;
    }
    const { resumedAt } = this.#vm;
    const look = () => testCopyAt({ site, copyId, copyVappId, resumedAt });
    const late: CopyAt = { is: 'unknown', known: `there was no time left to ask ${site}` };
    const seen = (await inTimeLeft(this.#vm, look)) ?? late;
    // A replication that is there is believed where nothing speaks against it.
    return seen.is === 'gone' || (seen.is === 'unknown' && own !== null) ? null : seen;
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

function copyLeft({ report }: VmControl, { site, copy }: NotedCopy, { text, taskId }: Removal['why']): StepFailed {
  const which = copy.copyId === undefined ? '' : ` as VM ${copy.copyId}`;
  return new StepFailed({
    code: CODES.testCopyLeft,
    message: `the test copy of ${nameWithId(report)} is still at ${site}${which}: ${text} Drover goes on trying by itself.`,
    operation: 'cleanup',
    taskId,
    site,
    advice: `Look at replication ${copy.replicationId} there; drover drill sweep ${site} tries at once.`,
  });
}

function copyUnknown({ report }: VmControl, site: string, replicationId: string, run: string): StepFailed {
  return new StepFailed({
    code: CODES.testCopyLeft,
    message:
      `a test copy of ${nameWithId(report)} is at ${site}, and it cannot be told whether drill ${run} or somebody ` +
      'else has made it: it was left as it is.',
    operation: 'cleanup',
    taskId: null,
    site,
    advice: `Look at replication ${replicationId} there, and clean the test up when nobody needs it.`,
  });
}

function copyWithoutReplication({ report }: VmControl, { site, copy }: NotedCopy, { is, known }: CopyAt): StepFailed {
  const of = nameWithId(report);
  const told =
    is === 'stands'
      ? `the test copy of ${of} stays at ${site}: ${known}.`
      : `whether the test copy of ${of} stays at ${site} is not known: ${known}.`;
  return new StepFailed({
    code: CODES.testCopyLeft,
    message: `${told} Replication ${copy.replicationId}, by which it was made, has no test copy any more or is gone, so that nothing can clean it up.`,
    operation: 'cleanup',
    taskId: null,
    site,
    advice:
      is === 'stands'
        ? `Power it off and delete it at ${site} by hand; each drill and sweep of the site says it until it is gone.`
        : `Look at ${site} whether it is there, and delete it by hand; each drill and sweep of the site asks for it again.`,
  });
}

/** A site that tells no recovery state that Drover knows is believed once a clean-up has succeeded. */
function isClean(recoveryState: string, cleaned: boolean): boolean {
  if (recoveryState === 'TEST' || recoveryState === 'IN_PROGRESS') return false;
  return recoveryState === 'NOT_STARTED' || recoveryState === 'COMPLETE' || cleaned;
}
