/** Drover as a library: what examples/bulk-migration.ts uses, and what the command line is made of. */

export { loadPlan } from '../plan/load-plan.js';
export { BadInput, type Problem } from '../plan/problem.js';
export type { Plan, PlanVm, Wave } from '../plan/types.js';
export { TemporalUnreachable } from '../worker/connection.js';
export type { Steered } from '../workflows/messages.js';
export type {
  OperationRecord,
  RunReport,
  RunState,
  RunTotals,
  VmError,
  VmReport,
  VmState,
} from '../workflows/report.js';
export type { Attention } from './attention.js';
export { type ConnectOptions, connectDrover, type Drover, type StartRunOptions } from './drover.js';
export {
  AmbiguousName,
  BadRunId,
  DroverError,
  KindUnavailable,
  NotInRun,
  NoWorker,
  Refused,
  RunEnded,
  RunExists,
  RunNotFound,
  SiteAway,
  WorkflowFailing,
} from './errors.js';
export type { FollowOptions } from './follow.js';
export type { SiteInspection } from './inspect-sites.js';
export type { RunList, RunSummary } from './list-runs.js';
export type { LiveReport } from './live-report.js';
export type { RunHandle } from './run-handle.js';
