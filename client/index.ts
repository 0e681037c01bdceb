/** Drover as a library: what examples/bulk-migration.ts uses, and what the command line is made of. */

export type { ActRecord, Grounds, SetBy } from '../contract/act.js';
export type { VmChange } from '../contract/amend.js';
export type { StoreState } from '../contract/evidence.js';
export type { SiteInspection, SitePair } from '../contract/inspection.js';
export type { ListedReplication } from '../contract/listed-replication.js';
export type { Steered } from '../contract/messages.js';
export type { PlanFinding, RecoveryAhead } from '../contract/plan-check.js';
export type {
  CheckResult,
  DrillResult,
  OperationRecord,
  RunReport,
  RunState,
  RunTotals,
  VmError,
  VmReport,
  VmState,
} from '../contract/report.js';
export type { SetRun } from '../contract/run-settings.js';
export type { SiteLimits } from '../contract/site.js';
export type { ShownLimit, SiteShown } from '../contract/site-shown.js';
export type { TidyResult } from '../contract/tidy.js';
export { loadDrill } from '../plan/drill/load-drill.js';
export { loadPlan, parsePlan } from '../plan/load-plan.js';
export { BadInput, type Problem } from '../plan/source/problem.js';
export type { Check, Drill, DrillSchedule, Plan, PlanVm, Wave } from '../plan/types.js';
export { TemporalUnreachable } from '../temporal/unreachable.js';
export { asKind, type RecoveryKind } from './as-kind.js';
export type { Attention } from './attention.js';
export type { CheckOptions, PlanCheck } from './check-plan.js';
export type { Applied, AppliedDrill, ApplyOptions } from './drills/apply-drills.js';
export type { Coverage, Covered } from './drills/drill-coverage.js';
export type { DrillEvidence, DrillRecord } from './drills/drill-evidence.js';
export { type DrillFile, loadDrillFolder } from './drills/drill-folder.js';
export type { DrillHandle } from './drills/drill-handle.js';
export type { DrillHistory, PastDrill } from './drills/drill-history.js';
export type { DrillSummary } from './drills/list-drills.js';
export type { NewFinding } from './drills/note-drill.js';
export type { ScheduledDrill } from './drills/schedule-facts.js';
export type { ScheduleChange } from './drills/schedules.js';
export type { Swept } from './drills/sweep-site.js';
export type { Triggered } from './drills/trigger-drill.js';
export {
  type ConnectOptions,
  connectDrover,
  type Drover,
  type StartedHandle,
  type StartPlanOptions,
  type StartRunOptions,
} from './drover.js';
export {
  ActPending,
  Ambiguous,
  AmbiguousName,
  BadMilestone,
  BadNames,
  BadRunId,
  BadVapp,
  DrillNotFound,
  DrillNotOver,
  DrillRunning,
  DroverError,
  type Effect,
  NoPlan,
  NotConfirmed,
  NothingFound,
  NothingToRetry,
  NotInPlan,
  NotInRun,
  NotTold,
  NoWorker,
  PlanNotKept,
  Refused,
  RunEnded,
  RunExists,
  RunNotFound,
  ScheduleRefused,
  ScheduleTaken,
  SiteAway,
  SiteNotFound,
  SiteRefused,
  StoreUnanswered,
  SweepPending,
  TidyPending,
  WaitedTooLong,
  WindowOver,
  WorkflowFailing,
} from './errors.js';
export type { FollowOptions } from './follow.js';
export type { Forecast } from './forecast.js';
export type { RunList } from './list-runs.js';
export type { SiteSummary } from './list-sites.js';
export type { LiveReport, LiveVm } from './live-report.js';
export type { Milestone } from './milestone.js';
export type { NewPlan, NewPlanOptions, NewVapp, NewWave, Unmatched } from './new-plan.js';
export { type Part, partOf } from './part-of-plan.js';
export { planned, withInstances } from './recovery-choice.js';
export type { Retry } from './retries.js';
export type { Retried } from './retry-ended.js';
export type { RunFacts } from './run-facts.js';
export type { RunHandle, UntilOptions, Waited } from './run-handle.js';
export type { RunSummary } from './run-summary.js';
export type { SiteHandle } from './site-handle.js';
export type { Tidying } from './tidy.js';
export type { WatchOptions } from './watch.js';
