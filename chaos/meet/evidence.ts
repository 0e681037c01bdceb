/** Everything that the verdict on a meeting is made from. */
import type { RunReport } from '../../contract/report.js';
import type { LedgerEntry, WorldView } from '../../simulator/index.js';
import type { ChaosEvent } from '../journal.js';
import type { Execution } from './held.js';
import type { Meeting } from './scenario.js';

export interface MeetingEvidence {
  meetings: Meeting[];
  /** the last one of each run that could be read */
  reports: Map<string, RunReport>;
  /** when each run was ended by force: epoch ms */
  terminated: Map<string, number>;
  executions: Execution[];
  ledger: LedgerEntry[];
  world: Pick<WorldView, 'sites'>;
  openWorkflows: string[];
  bugs: string[];
  incomplete: string[];
  leftProcesses: string[];
  events: ChaosEvent[];
}
