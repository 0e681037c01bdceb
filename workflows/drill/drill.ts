/**
 * One drill: all its VMs claimed, then recovered group by group, checked, held, and put back as they were. Read and steered
 * as a run is; its id is that of its workflow, which a schedule makes.
 */
import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  setHandler,
  startChild,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import { isUnitReady } from '../../contract/guards.js';
import { DRILL_FAILED, type DrillInput, type VmInput } from '../../contract/inputs.js';
import { runReportQuery, shardRowsQuery, unitReadySignal } from '../../contract/messages.js';
import { runOfWorkflowId } from '../../contract/names.js';
import { carriesContract, contractMemo } from '../../contract/number.js';
import type { RunReport } from '../../contract/report.js';
import type { Pause } from '../../contract/shard.js';
import type { PlanVm } from '../../plan/types.js';
import { hear } from '../hear.js';
import { workWith } from '../own-logins.js';
import { Archive } from '../run/archive.js';
import { MOST, withinBudget } from '../run/cut-rows.js';
import { type ChildOptions, Herd } from '../run/herd.js';
import { meetSites, type Patience } from '../run/meet-sites.js';
import { pageOf } from '../run/pages.js';
import { RunProgress } from '../run/run-state.js';
import { drillResult } from './drill-result.js';
import { DrillStage, type Order } from './drill-stage.js';
import { drillVm } from './drill-vm.js';
import { DrillSteering } from './steering.js';
import { Sweeps } from './sweeps.js';

/** What earlier drills left is waited for at least so long before VMs are taken: ms. */
const LEAST_SWEEP = 60_000;

/** @throws ApplicationFailure `DrillFailed` with the report, when it did not prove what it was for: schedules pause on that */
export async function drill({ drill: plan, carried }: DrillInput): Promise<RunReport> {
  const { workflowId, firstExecutionRunId: execution, memo } = workflowInfo();
  // A schedule that an earlier Drover made starts it without.
  if (!carriesContract(memo)) upsertMemo({ ...contractMemo });
  workWith(plan);
  const run = runOfWorkflowId(workflowId);
  const { name, source, destination, mode, groups, recovery, checks, hold, limits, networks } = plan;
  const herded = { name, kind: 'drill', destination, waves: groups } as const;
  const state = new RunProgress({ run, plan: herded, ...(carried === undefined ? {} : { carried }) }, Date.now());
  const stage = new DrillStage(plan, state.startedAt, carried?.progress);
  const until = state.startedAt + plan.timeout;
  const begin = (_: PlanVm, input: VmInput, options: ChildOptions) =>
    startChild(drillVm, {
      ...options,
      args: [
        {
          ...input,
          mode,
          recovery,
          checks,
          hold,
          until,
          timeout: plan.timeout,
          ...(networks === undefined ? {} : { networks }),
        },
      ],
    });
  const sweeps = new Sweeps();
  // Copies that are not gone by then are met as what they are: in use, or in the way.
  const sweptBy = state.startedAt + Math.max(plan.waitForVms, LEAST_SWEEP);
  let patience: Patience | null = null;
  const herd = new Herd(state, {
    run,
    execution,
    kind: 'drill',
    source,
    destination,
    limits,
    // Two that take some each would wait for each other.
    isWhole: true,
    begin,
    refusesMigrated: () => false,
    patience: () => patience,
    ended: ({ id, state: how }) => {
      if (how === 'failed') herd.free([id]);
    },
    held: (unit, hold, askedAt) => steering.held(unit, hold, askedAt),
  });
  const steering = new DrillSteering(run, state, herd, plan, () => stage.endHold(Date.now()));
  function report(): RunReport {
    const seen = state.report(Date.now());
    // Those that were stopped undo what they have begun, whatever the others would be told to do.
    const progress = state.isStopping ? ({ ...stage.progress, phase: 'clean-up' } as const) : stage.progress;
    const result = drillResult(plan, progress, seen.vms);
    const isShort =
      state.isDone && (stage.progress.timedOut || (seen.state === 'succeeded' && result.missed.length > 0));
    return { ...seen, state: isShort ? 'failed' : seen.state, drill: result };
  }
  hear(unitReadySignal, isUnitReady, (word) => {
    state.heard(word, Date.now());
    herd.wake();
  });
  setHandler(runReportQuery, (asked) => (asked?.isHead === true ? { ...report(), vms: [] } : report()));
  setHandler(shardRowsQuery, (asked) => pageOf(report().vms, asked));

  let proved = report();
  await CancellationScope.nonCancellable(async () => {
    const archive = new Archive({ execution, source: source.site }, state);
    if (carried === undefined) await archive.begin(report());
    const pausable = {
      pause: (why: Pause) => steering.pause(why),
      isPaused: () => state.paused !== null,
      isOver: () => state.isDone,
    };
    patience = await meetSites(plan, pausable, until);
    if (carried === undefined) {
      sweeps.begin([destination.site, source.site], (result) => {
        stage.swept(result);
        herd.wake();
      });
    }
    while (!state.isDone) {
      await herd.runErrands();
      const orders = stage.next(state.report(Date.now()).vms, new Set(state.open), Date.now());
      for (const order of orders) carryOut(order, herd, state);
      if (orders.length > 0) continue;
      const sweeping = sweeps.isOver ? 0 : Math.max(0, sweptBy - Date.now());
      if (stage.progress.phase === 'claim' && sweeping === 0 && (await herd.begin(state.unstarted()))) continue;
      if (state.isDone) break;
      if (await herd.isDueToContinue()) {
        await continueAsNew<typeof drill>({ drill: plan, carried: { ...state.carried, progress: stage.progress } });
      }
      const wakings = [stage.wakeIn(Date.now()), sweeping].filter((ms) => ms !== null && ms > 0) as number[];
      await herd.whenChanged(wakings.length === 0 ? null : Math.min(...wakings));
    }
    await herd.end();
    stage.finish();
    state.finish(Date.now());
    proved = report();
    await archive.end(proved, proved.vms);
    proved = { ...proved, vms: withinBudget(proved.vms, () => true, MOST.answered) };
  });
  if (proved.state === 'succeeded') return proved;
  throw ApplicationFailure.nonRetryable(failureText(proved), DRILL_FAILED, proved);
}

function carryOut(order: Order, herd: Herd, state: RunProgress): void {
  switch (order.order) {
    case 'recover':
      return herd.proceed(order.vmIds, { to: 'recover', triggeredAt: order.triggeredAt });
    case 'clean-up':
      return herd.proceed(order.vmIds, { to: 'clean-up' });
    case 'skip':
      state.skipBlocked(order.vmIds, Date.now());
      return herd.claimAnew();
    case 'give-up':
      return herd.order(state.giveUp(Date.now()));
  }
}

function failureText({ run, state, totals, drill: result }: RunReport): string {
  const missed = result?.missed ?? [];
  const vms = `${totals.succeeded} of ${totals.vms} VMs passed`;
  return `drill ${run} ${state}: ${[vms, ...missed].join('; ')}`;
}
