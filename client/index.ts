/** Drover as a library: what examples/bulk-migration.ts uses, and what the command line is made of. */

export type { StoreState } from '../contract/evidence.js';
export type { SiteInspection } from '../contract/inspection.js';
export type { Steered } from '../contract/messages.js';
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
export { loadDrill } from '../plan/drill/load-drill.js';
export { loadPlan, parsePlan } from '../plan/load-plan.js';
export { BadInput, type Problem } from '../plan/source/problem.js';
export type { Check, Drill, DrillSchedule, Plan, PlanVm, Wave } from '../plan/types.js';
export { TemporalUnreachable } from '../temporal/unreachable.js';
export { asKind, type RecoveryKind } from './as-kind.js';
export type { Attention } from './attention.js';
export type { Applied, AppliedDrill, ApplyOptions } from './drills/apply-drills.js';
export { type DrillFile, loadDrillFolder } from './drills/drill-folder.js';
export type { DrillHandle } from './drills/drill-handle.js';
export type { DrillHistory, PastDrill } from './drills/drill-history.js';
export type { DrillSummary } from './drills/list-drills.js';
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
  AmbiguousName,
  BadRunId,
  DrillNotFound,
  DrillRunning,
  DroverError,
  type Effect,
  NoPlan,
  NotConfirmed,
  NotInRun,
  NoWorker,
  PlanNotKept,
  Refused,
  RunEnded,
  RunExists,
  RunNotFound,
  ScheduleRefused,
  ScheduleTaken,
  SiteAway,
  StoreUnanswered,
  SweepPending,
  WindowOver,
  WorkflowFailing,
} from './errors.js';
export type { FollowOptions } from './follow.js';
export type { RunList } from './list-runs.js';
export type { LiveReport } from './live-report.js';
export type { Retry } from './retries.js';
export type { RunHandle } from './run-handle.js';
export type { RunSummary } from './run-summary.js';
