/** One run of a plan, of any kind: it leads its shards, which have the VMs. */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Scope, Validity } from '../../contract/act.js';
import { isAddVms } from '../../contract/add.js';
import { isSetRun, isVmChange } from '../../contract/guards.js';
import type { BegunBy, RunInput } from '../../contract/inputs.js';
import {
  addUpdate,
  approveUpdate,
  cancelUpdate,
  finishUpdate,
  moveUpdate,
  pauseUpdate,
  type RunHead,
  removeUpdate,
  resumeUpdate,
  retryUpdate,
  runHeadQuery,
  runPlanQuery,
  type Steered,
  setRunUpdate,
  skipUpdate,
  undoUpdate,
} from '../../contract/messages.js';
import type { ActDetails, ShardAct } from '../../contract/shard.js';
import type { RunKind } from '../../plan/types.js';
import { brakedSites, tidyLater } from '../activities.js';
import { sameLogins, workWith } from '../own-logins.js';
import {
  answerActs,
  cancelled,
  handleAct,
  onlyOne,
  PAUSED,
  refuseActs,
  refuseUnknownWave,
  refuseUnlessTexts,
  refuseWhole,
  refuseWithoutReason,
  retried,
  skipped,
  tooLate,
  undone,
} from './acts.js';
import { Adding } from './adding.js';
import { Amending } from './amending.js';
import { Archive } from './archive.js';
import { Audit } from './audit.js';
import { brakeNote, brakesInWords, sitesOfWork, underBrakes } from './braked.js';
import { meetSites } from './meet-sites.js';
import { RunHooks } from './run-hooks.js';
import { before, settingsInWords, settingsOf } from './set-run.js';
import { Shards } from './shards.js';
import { standingInWords, type Words } from './standing.js';
import { Tree } from './tree.js';
import { usualCutover } from './usual-cutover.js';
import type { Told } from './wants.js';

/** Whom an act is for, and until when it holds. */
interface Meant extends Validity {
  vm?: string | undefined;
  wave?: string | undefined;
}

/** What is said of those that have not come to their gate, where that takes no copy. */
const NOT_AT_GATE: Partial<Record<RunKind, Words>> = {
  failover: { copying: ['is still looked at', 'are still looked at'] },
  failback: { copying: ['is still on its way back', 'are still on their way back'] },
};

/** Its shards are to be loaded within it: ms. */
const LOADED_WITHIN = 60 * 60_000;

export async function planRun(input: RunInput): Promise<RunHead> {
  const { run, plan, shards: count, carried, begunBy } = input;
  const { firstExecutionRunId: execution } = workflowInfo();
  workWith(plan);
  const tree = new Tree(input, Date.now());
  const shards = new Shards(tree, { run, execution, plan });
  const hooks = new RunHooks({ run, execution, plan }, tree, () => shards.wake());

  async function answerOf(
    act: ShardAct['act'],
    scope: Scope,
    validUntil?: number,
    details: ActDetails = {},
  ): Promise<Told> {
    const number = tree.want(act, scope, validUntil, details);
    shards.wake();
    // Also when the run is being cancelled by Temporal's own means: whoever asks is answered.
    await CancellationScope.nonCancellable(() => condition(() => tree.wants.isAnswered(number)));
    shards.wake();
    const told = tree.wants.answerTo(number);
    if (told.isLate) throw tooLate(validUntil ?? 0, Date.now());
    return told;
  }
  /** Not before it is clear which VM is meant: a name may be that of VMs in two shards. */
  async function told(act: ShardAct['act'], { vm, wave, validUntil }: Meant): Promise<Told> {
    if (vm === undefined) return answerOf(act, wave === undefined ? {} : { wave }, validUntil);
    const { found } = await answerOf('find', { vm });
    return answerOf(act, { vm: onlyOne(vm, found) }, validUntil);
  }
  const amending = new Amending();
  const adding = new Adding(run, tree, (one) => shards.add(one));
  const askFor =
    (validUntil?: number) =>
    (act: ShardAct['act'], vm: string, details?: ActDetails): Promise<Told> =>
      answerOf(act, { vm }, validUntil, details);
  /** Sites whose brake is on, as far as they say so. */
  async function brakes(): Promise<string[]> {
    try {
      return await CancellationScope.nonCancellable(() => brakedSites(sitesOfWork(plan)));
    } catch {
      return [];
    }
  }
  /** Told once every shard does it. */
  async function done(steered: Steered): Promise<Steered> {
    shards.wake();
    await CancellationScope.nonCancellable(() => condition(() => tree.isObeyed));
    return steered;
  }

  const audit = new Audit({ run, kind: plan.kind }, tree);
  handleAct(audit, approveUpdate, {
    refuse: (scope) => {
      refuseUnknownWave(plan.waves, scope);
      refuseTooWide(input, scope);
    },
    perform: async (scope) => {
      const { done: approved, target, standing } = await told('approve', scope);
      const braked = await brakes();
      const words = { ...NOT_AT_GATE[plan.kind], ...brakesInWords(braked) };
      const whom = standingInWords(underBrakes(standing, braked), words) ?? 'nothing of it is left to be cut over';
      return { affected: approved.count, message: `Approved ${target ?? 'nothing'}: ${whom}` };
    },
  });
  handleAct(audit, pauseUpdate, {
    malformed: refuseWithoutReason,
    perform: ({ reason }) => {
      tree.pause({ message: reason, advice: null });
      return done({ affected: tree.unfinished, message: PAUSED });
    },
  });
  handleAct(audit, resumeUpdate, {
    perform: async () => {
      tree.resume(Date.now());
      shards.tellSites([plan.source.site, plan.destination.site]);
      const message = tree.isUntilSynced
        ? 'The run goes on, and stops when all is copied; say resume once more for the cutovers to begin'
        : 'The run goes on';
      return done({ affected: tree.unfinished, message: `${message}${brakeNote(await brakes())}` });
    },
  });
  handleAct(audit, cancelUpdate, {
    refuse: (scope) => refuseUnknownWave(plan.waves, scope),
    // What the run has heard in time it does; only what takes VMs down is refused when it reaches them late.
    perform: async ({ vm, wave }) => cancelled(await told('cancel', { vm, wave })),
  });
  handleAct(audit, skipUpdate, {
    malformed: refuseWhole,
    refuse: (scope) => refuseUnknownWave(plan.waves, scope),
    perform: async (scope) => skipped(await told('skip', scope)),
  });
  handleAct(audit, retryUpdate, {
    malformed: ({ vm, change }) => {
      if (change !== undefined && (vm === undefined || !isVmChange(change)))
        throw ApplicationFailure.nonRetryable('it is no change of a VM; nothing was done', 'Malformed');
    },
    refuse: (scope) => {
      refuseUnknownWave(plan.waves, scope);
      if (tree.isCancelling) throw ApplicationFailure.nonRetryable(`run ${run} is being cancelled`, 'Cancelling');
    },
    perform: async ({ change, ...scope }) => {
      const changed =
        change === undefined ? null : await amending.change(askFor(scope.validUntil), scope.vm ?? '', change);
      const again = retried(await told('retry', scope), tree.paused !== null);
      const note = again.affected === 0 ? '' : brakeNote(await brakes());
      if (changed === null) return { ...again, message: `${again.message}${note}` };
      const goesOn = again.affected === 0 ? 'it goes on so' : 'it is tried again so, with what was copied';
      return { affected: 1, message: `${changed.message}; ${goesOn}${note}`, before: changed.before };
    },
  });
  handleAct(audit, moveUpdate, {
    malformed: (told) => refuseUnlessTexts(told.vm, told.wave),
    refuse: ({ wave }) => refuseUnknownWave(plan.waves, { wave }),
    perform: ({ vm, wave, validUntil }) => {
      const to = plan.waves.findIndex(({ name }) => name === wave);
      return amending.move(askFor(validUntil), vm, wave, to);
    },
  });
  handleAct(audit, removeUpdate, {
    malformed: (told) => refuseUnlessTexts(told.vm),
    perform: ({ vm, validUntil }) => amending.remove(askFor(validUntil), vm),
  });
  handleAct(audit, addUpdate, {
    about: () => ({ act: 'add' }),
    malformed: (told) => {
      if (!isAddVms(told)) throw ApplicationFailure.nonRetryable('it is no plan; nothing was added', 'Malformed');
    },
    perform: async (told) => {
      // All else may have ended while it was looked at.
      const added = await adding.add(told).finally(() => shards.wake());
      return { ...added, message: `${added.message}${added.affected === 0 ? '' : brakeNote(await brakes())}` };
    },
  });
  handleAct(audit, setRunUpdate, {
    about: (told) => ({ act: 'set', target: null, before: before(told, tree.plan) }),
    malformed: (told) => {
      if (!isSetRun(told))
        throw ApplicationFailure.nonRetryable('it is no setting of a run; nothing was set', 'Malformed');
    },
    perform: async (told) => {
      const isTimed = settingsOf(told, tree.plan, Date.now()).window?.mustEnd === true;
      if (isTimed) tree.endBy(await usualCutover(plan));
      // Another may have set something meanwhile.
      const settings = settingsOf(told, tree.plan, Date.now());
      tree.set(settings);
      if (settings.limits !== undefined || settings.priority !== undefined) shards.tellShares(tree.plan);
      return done({ affected: tree.unfinished, message: `Set, from now on: ${settingsInWords(settings)}` });
    },
  });
  handleAct(audit, undoUpdate, { perform: async () => undone(await told('undo', {})) });
  refuseActs(audit, [finishUpdate], `${run} is no drill: only a drill has a hold that can be finished`);
  answerActs(tree);
  setHandler(runHeadQuery, () => tree.head);
  setHandler(runPlanQuery, () => tree.plan);
  CancellationScope.current().cancelRequested.catch(() => {
    audit.tell(audit.hear('cancel'), { affected: tree.unfinished, message: 'cancelled through Temporal' });
    tree.want('cancel', {});
    shards.wake();
  });

  return CancellationScope.nonCancellable(async () => {
    const archive = new Archive(
      { execution, source: plan.source.site, plan: () => tree.plan },
      { awaitStore: (isWaiting) => tree.awaitStore(isWaiting), isKept: () => true, placeOf: () => undefined },
    );
    if (carried === undefined) {
      await shards.begin(count);
      await archive.begin(tree.report);
      if (begunBy !== undefined) audit.tell(audit.hear('retry', begunBy), begunInPlace(begunBy, tree));
      // Its shards must not wait for the store: whoever starts the run waits for them.
      const usual = usualCutover(plan);
      if (plan.cutover.window?.mustEnd === true) tree.endBy(await usual);
      void usual.then((known) => tree.expect(known));
    }
    const meeting = tree.isBegun ? null : begin(input, tree, shards, hooks);
    while (!tree.isDone) {
      hooks.sendDue();
      await shards.tell();
      if (tree.isDone) break;
      if (workflowInfo().continueAsNewSuggested && shards.mayContinue && hooks.isIdle) {
        await continueAsNew<typeof planRun>({ run, ...tree.extent, carried: tree.carried });
      }
      const isComplete = tree.isLoaded || tree.isCancelling;
      const left = tree.startedAt + LOADED_WITHIN - Date.now();
      if (!isComplete && left <= 0) tree.want('cancel', {});
      else await shards.whenChanged(isComplete ? null : left);
    }
    tree.close();
    hooks.breakOff();
    await meeting;
    // What its last VMs were told is answered, and stands among its acts.
    await condition(allHandlersFinished);
    const endedAt = Date.now();
    await hooks.end();
    tree.finish(endedAt);
    await tidyInTime(input, tree, execution);
    await archive.end(tree.report);
    await condition(allHandlersFinished);
    return { ...tree.head, plan: tree.plan };
  });
}

const begunInPlace = ({ of }: BegunBy, { totals }: Tree): Steered => ({
  affected: totals.vms,
  message: `Run ${of} is over: this run was begun with what failed of it, and takes up what was copied`,
});

/** What was kept for a while is removed after it, whatever becomes of this run. */
async function tidyInTime({ run, plan }: RunInput, tree: Tree, execution: string): Promise<void> {
  const { kind, source, destination, keepReplication } = plan;
  if (kind !== 'migrate' || typeof keepReplication === 'boolean' || tree.report.totals.succeeded === 0) return;
  const sites = { source: source.site, destination: destination.site };
  await tidyLater({ run, execution, ...sites, ...sameLogins(), round: 0, after: keepReplication });
}

/** Nothing begins before both sites are met, and the hook before the run has let it. */
async function begin({ plan }: RunInput, tree: Tree, shards: Shards, hooks: RunHooks): Promise<void> {
  const patience = await meetSites(plan, {
    pause: (why) => {
      tree.pause(why);
      shards.wake();
    },
    isPaused: () => tree.paused !== null,
    isOver: () => tree.isDone,
  });
  if (await hooks.mayBegin()) tree.begin(patience);
  shards.wake();
}

/** Where the plan wants a word for each VM, one word for many is not it. */
function refuseTooWide({ run, plan }: RunInput, { vm }: Scope): void {
  if (plan.cutover.approval !== 'vm' || vm !== undefined) return;
  throw ApplicationFailure.nonRetryable(
    `the plan asks for an approval of each VM; drover show ${run} tells which wait, and what to type.`,
    'ApprovalTooWide',
  );
}
