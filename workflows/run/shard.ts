/** At most 500 VMs of a run: each a workflow of its own while something is under way, and a row here while nothing is. */
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import { alikeOf } from '../../contract/alike.js';
import { isPiece, isShardOrders } from '../../contract/guards.js';
import type { ShardInput, VmInput } from '../../contract/inputs.js';
import {
  loadUpdate,
  shardAlikeQuery,
  shardNeedsQuery,
  shardOrdersSignal,
  shardPieceQuery,
  shardRowsQuery,
  shardWantedQuery,
} from '../../contract/messages.js';
import { needsOf } from '../../contract/needs.js';
import { totalsOf, type VmReport } from '../../contract/report.js';
import type { Piece, PlanHead, ShardOrders, ShardWord } from '../../contract/shard.js';
import { wantedOf } from '../../contract/wanted-units.js';
import type { PlanVm, RunKind } from '../../plan/types.js';
import { hear } from '../hear.js';
import { copyVm } from '../vm/copy-vm.js';
import { failbackVm, returnVm } from '../vm/failback-vm.js';
import { failoverVm, lookVm } from '../vm/failover-vm.js';
import { migrateVm } from '../vm/migrate-vm.js';
import { protectVm } from '../vm/protect-vm.js';
import { reverseVm } from '../vm/reverse-vm.js';
import { undoVm } from '../vm/undo-vm.js';
import { Archive } from './archive.js';
import { CopyRounds } from './copy-rounds.js';
import { MOST, withinBudget } from './cut-rows.js';
import { type ChildOptions, Herd } from './herd.js';
import { Link } from './link.js';
import { pageOf } from './pages.js';
import { ShardState } from './shard-state.js';

/** What brings a unit to its gate, where its kind has one, and what goes on from there, or goes all the way. */
const WORKFLOWS = {
  migrate: { copy: copyVm, rest: migrateVm },
  protect: { copy: protectVm, rest: protectVm },
  failover: { copy: lookVm, rest: failoverVm },
  reverse: { copy: reverseVm, rest: reverseVm },
  failback: { copy: returnVm, rest: failbackVm },
} satisfies Record<RunKind, unknown>;

/** Its piece of the plan is to come within it: ms. The run gives up sooner. */
const LOADED_WITHIN = 2 * 60 * 60_000;

/** @returns its VMs in the plan's order, for whoever reads the run when it is over */
export async function shard(input: ShardInput): Promise<VmReport[]> {
  const { run, shard: n, execution, plan, carried } = input;
  const { source } = plan;
  const link = new Link(run);
  let orders = input.orders;
  let piece: Piece | null = carried?.piece ?? input.piece ?? null;
  let led: { state: ShardState; herd: Herd } | null = null;
  let isEnding = false;
  let isStopped = false;

  /** Temporal's own cancellation of the shard means the same as Drover's. */
  function stop(): void {
    isStopped = true;
    if (led === null) return;
    const { state, herd } = led;
    herd.order(state.units.cancel({}, Date.now()).stopped.map(({ id }) => id));
    herd.wake();
  }

  hear(shardOrdersSignal, isShardOrders, (told) => {
    if (told.run !== run || told.shard !== n || told.revision <= orders.revision) return;
    orders = told;
    link.heard();
    if (led === null) return;
    const { ordered, freed } = led.state.obey(orders, Date.now());
    led.herd.order(ordered);
    led.herd.free(freed);
    led.herd.wake();
    if (isEnding) void link.tell(led.state.news(Date.now()));
  });
  setHandler(
    loadUpdate,
    (given) => {
      piece ??= given;
      return { vms: vmsOf(piece) };
    },
    { validator: (given) => refuseOther(piece, given) },
  );
  setHandler(shardRowsQuery, (asked) => pageOf(led?.state.units.report(Date.now()).vms ?? [], asked));
  setHandler(shardPieceQuery, () => led?.state.piece ?? piece);
  setHandler(shardAlikeQuery, (asked) => alikeOf(led?.state.units.all ?? [], asked));
  setHandler(shardWantedQuery, (asked) => wantedOf(led?.state.units.report(Date.now()).vms ?? [], asked));
  setHandler(shardNeedsQuery, () => needsOf(led?.state.units.report(Date.now()).vms ?? []));
  CancellationScope.current().cancelRequested.catch(stop);

  return CancellationScope.nonCancellable(async () => {
    await condition(() => piece !== null || orders.cancelling || isStopped, LOADED_WITHIN);
    if (piece === null) {
      await link.tell(unloaded(orders));
      return [];
    }
    const state = new ShardState(input, piece, orders, Date.now());
    const units = state.units;
    const herd = new Herd(units, {
      run,
      execution,
      ...plan,
      isWhole: false,
      get limits() {
        return orders.set?.limits ?? plan.limits;
      },
      begin: (vm, unit, options) => begin(plan, orders, input.startedAt, vm, unit, options),
      refusesMigrated: (vm) => plan.kind === 'migrate' && !isRemigrated(plan, vm),
      patience: () => orders.begin,
      ended: (report) => state.ended(report),
      held: (unit, hold, askedAt, isAlone) => {
        // It has not heard of the last `resume` yet.
        if (askedAt < units.resumedAt) herd.order([unit]);
        // Whoever resumes a run that stops before its cutovers means one thing at a time.
        else if (!isAlone || orders.untilSynced) herd.errand(() => link.held({ run, shard: n, hold, askedAt }));
      },
    });
    led = { state, herd };
    const rounds = new CopyRounds(units, () => orders.begin?.selfCheck);
    function awaitStore(isWaiting: boolean): void {
      state.awaitStore(isWaiting);
      // That the wait is over, its last word says.
      if (isWaiting) void link.tell(state.news(Date.now()));
    }
    const archive = new Archive(
      { execution, source: source.site },
      { awaitStore, isKept: (id) => units.isKept(id), placeOf: (id) => units.placeOf(id) },
    );
    if (isStopped) stop();

    while (!units.isDone || !state.isDecided) {
      await herd.runErrands();
      await link.tell(state.news(Date.now()));
      if (link.isOrphan && units.open.length === 0) break;
      if (await herd.begin(await link.led(() => units.next(Date.now()), state))) continue;
      if (await link.tell(state.news(Date.now()))) continue;
      if (await herd.isDueToContinue()) await goOn(input, orders, state);
      await herd.whenChanged(Math.min(link.wakeIn(units.wakeIn(Date.now())), rounds.wakeIn(Date.now())));
      await link.lookAfterRun();
      rounds.lookIfDue(Date.now());
    }
    rounds.stop();
    isEnding = true;
    herd.free(state.places);
    await herd.runErrands();
    await herd.end();
    await archive.endUnits({ run, kind: plan.kind }, units.all);
    state.end();
    await link.tell(state.news(Date.now()));
    await condition(allHandlersFinished);
    return withinBudget(units.report(Date.now()).vms, () => true, MOST.answered);
  });
}

/** Its piece of the plan it carries, however it came by it. */
function goOn(input: ShardInput, orders: ShardOrders, { carried }: ShardState): Promise<never> {
  const { piece: _, ...rest } = input;
  return continueAsNew<typeof shard>({ ...rest, orders, carried });
}

const isRemigrated = (plan: PlanHead, vm: PlanVm): boolean => vm.remigrate ?? plan.remigrate;

function begin(
  plan: PlanHead,
  { set }: Pick<ShardOrders, 'set'>,
  triggeredAt: number,
  vm: PlanVm,
  input: VmInput,
  options: ChildOptions,
) {
  const { destination, replication, adopt, recovery, keepReplication, stalledAfter, hooks } = plan;
  const owner = vm.owner ?? plan.owner;
  const cutover = set?.window === undefined ? plan.cutover : { ...plan.cutover, window: set.window };
  const { priority = plan.priority } = set ?? {};
  const { copy, rest } = WORKFLOWS[plan.kind];
  const workflow = input.phase === 'undo' ? undoVm : input.phase === 'copy' ? copy : rest;
  const args = {
    ...input,
    destination,
    replication,
    adopt,
    cutover,
    recovery,
    keepReplication: keepReplication !== false,
    triggeredAt,
    remigrate: isRemigrated(plan, vm),
    ...(priority === undefined ? {} : { priority }),
    ...(stalledAfter === undefined ? {} : { stalledAfter }),
    ...(owner === undefined ? {} : { owner }),
    ...(hooks === undefined ? {} : { hooks }),
  };
  return startChild(workflow, { ...options, args: [args] });
}

const vmsOf = ({ waves }: Piece): number => waves.reduce((sum, { vms }) => sum + vms.length, 0);

function refuseOther(piece: Piece | null, given: unknown): void {
  if (!isPiece(given))
    throw ApplicationFailure.nonRetryable('it is no piece of a plan; nothing was loaded', 'Malformed');
  if (piece === null || JSON.stringify(piece) === JSON.stringify(given)) return;
  throw ApplicationFailure.nonRetryable('the run has another plan; nothing was loaded', 'OtherPiece');
}

/** The only word of a shard that was never loaded. */
const unloaded = ({ run, shard: n, revision }: ShardOrders): ShardWord => ({
  run,
  shard: n,
  revision: 1,
  obeyed: revision,
  loaded: false,
  totals: totalsOf([]),
  good: 0,
  unfinished: [],
  wanted: { open: 0, others: 0, copies: 0 },
  longest: null,
  ends: [],
  keepsPlaces: false,
  outcomes: [],
  answers: [],
  waitsForStore: false,
  isOver: true,
});
