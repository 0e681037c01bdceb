/**
 * What a run and the workflows of its units tell each other. A unit has a workflow only while something is under way; between
 * two of them the run keeps what the next must know. Plain JSON; times are epoch ms.
 */
import type { UnitHookEvent } from './hook-record.js';
import type { OperationKind, Submitted } from './operation.js';
import type { EarlierRuns } from './questions.js';
import type { VmReport } from './report.js';
import type { Window } from './run-settings.js';
import type { ClockOffset } from './site-clock.js';

/**
 * What a unit's workflow is begun for: `copy` brings it to its gate, `cutover` goes on from there, `through` does both, since
 * nothing is to be waited for in between, `undo` takes back what was begun for a unit that is not wanted any more.
 */
export type Phase = 'copy' | 'cutover' | 'through' | 'undo';

export type Numbered = OperationKind | UnitHookEvent;

/** What one workflow of a unit leaves for the next. */
export interface UnitMemory {
  /** the highest number in an operation id of each kind, and in a key of each hook; none is used twice by the unit in this run */
  numbers: Partial<Record<Numbered, number>>;
  /** where its replication lives, and the other site */
  site: string;
  peer: string;
  /** the site that its replication was last seen to go to; null: it does not tell. Absent in what was recorded before */
  towards?: string | null;
  /** id of the VDC that it was first seen to go to there; null, absent: as above */
  vdc?: string | null;
  /** VCDA's id of the VM after a reverse; null: as the plan names it */
  vmIdNow: string | null;
  /** when the last sync before a cutover had ended, at the earliest; null, absent: none has, or it is not known */
  syncedAt?: number | null;
  /** of each site, as far as they were measured */
  clocks: Record<string, ClockOffset>;
  /** null: it was not asked for */
  earlier: EarlierRuns | null;
  /** the start that was accepted; null: none was */
  begun: BegunCopy | null;
  /** marks under which the run goes on with the replication, its own first; null: any */
  marks: string[] | null;
}

/** A start that was accepted. */
export interface BegunCopy {
  operationId: string;
  submitted: Submitted;
  /** its replication was seen to be the one that this start has made */
  isConfirmed: boolean;
  /** the organization that it went to when it was first seen, as its site calls it; absent: not told */
  org?: string;
}

export interface Known {
  report: VmReport;
  memory: UnitMemory;
}

/** The last word of a workflow of a unit: the whole truth about the unit, so that it may come twice, or late. */
export interface UnitWord {
  run: string;
  unit: string;
  /** of the workflow that says it, as its input had it; that of an earlier workflow of the unit says nothing any more */
  revision: number;
  report: VmReport;
  /** for the next workflow of the unit; null: there is none to come */
  memory: UnitMemory | null;
  /** of one that has ended and has not succeeded: for the case that a person has it tried again. Absent in what was recorded before */
  left?: UnitMemory;
  /** the open run that has its replication, for which it waits; null: nobody has */
  claimedBy: string | null;
  /** its claim waits for that run; absent: that run has its replication at a gate, by its mark */
  isQueued?: true;
  /** the store has its evidence */
  kept: boolean;
}

/** What a run wants of a unit: the whole truth, the newest of which holds. */
export interface Orders {
  run: string;
  unit: string;
  /** grows with each change */
  revision: number;
  paused: boolean;
  /** when a person last said `resume`; 0: never */
  resumedAt: number;
  /** a person wants its end */
  stop: boolean;
  /** with all that was begun for it left as it is; absent: that is taken back */
  leaves?: true;
  /** its cutover's, where a person has moved that of the plan; absent: as the plan has it */
  window?: Window;
  /** moment after which its cutover must not be sent; null: none */
  notAfter: number | null;
}
