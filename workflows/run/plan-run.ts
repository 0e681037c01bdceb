/** One run of a plan, of any kind: it leads its shards, which have the VMs. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Scope, Validity } from '../../contract/act.js';
import type { RunInput } from '../../contract/inputs.js';
import {
  approveUpdate,
  cancelUpdate,
  pauseUpdate,
  type RunHead,
  resumeUpdate,
  runHeadQuery,
  runPlanQuery,
  type Steered,
} from '../../contract/messages.js';
import type { ShardAct } from '../../contract/shard.js';
import {
  answerActs,
  cancelled,
  handleAct,
  onlyOne,
  PAUSED,
  refuseUnknownWave,
  refuseWithoutReason,
  tooLate,
} from './acts.js';
import { Archive } from './archive.js';
import { Audit } from './audit.js';
import { meetSites } from './meet-sites.js';
import { named } from './named.js';
import { Shards } from './shards.js';
import { Tree } from './tree.js';
import type { Told } from './wants.js';

/** Whom an act is for, and until when it holds. */
interface Meant extends Validity {
  vm?: string | undefined;
  wave?: string | undefined;
}

/** Its shards are to be loaded within it: ms. */
const LOADED_WITHIN = 60 * 60_000;

export async function planRun(input: RunInput): Promise<RunHead> {
  const { run, plan, shards: count, carried } = input;
  const { firstExecutionRunId: execution } = workflowInfo();
  const tree = new Tree(input, Date.now());
  const shards = new Shards(tree, { run, execution, plan });

  async function answerOf(act: ShardAct['act'], scope: Scope, validUntil?: number): Promise<Told> {
    const number = tree.want(act, scope, validUntil);
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
      const { done: approved, target } = await told('approve', scope);
      const whom = approved.count === 0 ? 'nothing of it is left to be cut over' : named(approved);
      return { affected: approved.count, message: `approved ${target ?? 'nothing'}: ${whom}` };
    },
  });
  handleAct(audit, pauseUpdate, {
    refuse: refuseWithoutReason,
    perform: ({ reason }) => {
      tree.pause({ message: reason, advice: null });
      return done({ affected: tree.unfinished, message: PAUSED });
    },
  });
  handleAct(audit, resumeUpdate, {
    perform: () => {
      tree.resume(Date.now());
      shards.tellSites([plan.source.site, plan.destination.site]);
      const message = tree.isUntilSynced
        ? 'the run goes on, and stops when all is copied; say resume once more for the cutovers to begin'
        : 'the run goes on';
      return done({ affected: tree.unfinished, message });
    },
  });
  handleAct(audit, cancelUpdate, {
    refuse: (scope) => refuseUnknownWave(plan.waves, scope),
    // What the run has heard in time it does; only what takes VMs down is refused when it reaches them late.
    perform: async ({ vm, wave }) => cancelled(await told('cancel', { vm, wave })),
  });
  answerActs(tree);
  setHandler(runHeadQuery, () => tree.head);
  setHandler(runPlanQuery, () => plan);
  CancellationScope.current().cancelRequested.catch(() => {
    audit.tell(audit.hear('cancel'), { affected: tree.unfinished, message: 'cancelled through Temporal' });
    tree.want('cancel', {});
    shards.wake();
  });

  return CancellationScope.nonCancellable(async () => {
    const archive = new Archive(
      { execution, source: plan.source.site, plan },
      { awaitStore: (isWaiting) => tree.awaitStore(isWaiting), isKept: () => true, placeOf: () => undefined },
    );
    if (carried === undefined) {
      await shards.begin(count);
      await archive.begin(tree.report);
    }
    const meeting = tree.isBegun ? null : begin(input, tree, shards);
    while (!tree.isDone) {
      await shards.tell();
      if (tree.isDone) break;
      if (workflowInfo().continueAsNewSuggested && shards.mayContinue) {
        await continueAsNew<typeof planRun>({ run, plan, shards: count, carried: tree.carried });
      }
      const isComplete = tree.isLoaded || tree.isCancelling;
      const left = tree.startedAt + LOADED_WITHIN - Date.now();
      if (!isComplete && left <= 0) tree.want('cancel', {});
      else await shards.whenChanged(isComplete ? null : left);
    }
    await meeting;
    tree.finish(Date.now());
    await archive.end(tree.report);
    return tree.head;
  });
}

/** Nothing begins before both sites are met. */
async function begin({ plan }: RunInput, tree: Tree, shards: Shards): Promise<void> {
  const patience = await meetSites(plan, {
    pause: (why) => {
      tree.pause(why);
      shards.wake();
    },
    isPaused: () => tree.paused !== null,
    isOver: () => tree.isDone,
  });
  tree.begin(patience);
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
