/** The drills of one name since a moment, from what Temporal knows and what the store remembers: the evidence of a year, say. */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { type Finding, findingsOf, type SignOff, signOffOf } from '../../contract/drill-note.js';
import type { KeptNotes, ReportHead } from '../../contract/evidence.js';
import type { DrillResult, RunState, RunTotals } from '../../contract/report.js';
import { nearest } from '../../plan/source/nearest.js';
import { DrillNotFound, StoreUnanswered } from '../errors.js';
import { keptHeads } from '../kept-runs.js';
import { readListed, summaryOf } from '../run-summary.js';
import type { Session } from '../session.js';
import { plural } from '../words.js';
import { workerListens } from '../worker-presence.js';
import { collectDrills } from './drill-history.js';
import { keptNotes } from './kept-notes.js';
import { scheduledDrills } from './schedules.js';

/** One drill: what it was to prove, and what it did. Null: not measured, or nobody could say. */
export interface DrillRecord {
  run: string;
  /** null: it runs, and nobody could say how */
  state: RunState | null;
  mode: DrillResult['mode'] | null;
  startedAt: string;
  finishedAt: string | null;
  vms: number | null;
  /** VMs that did not succeed; null also while it runs */
  failed: number | null;
  objectives: DrillResult['objectives'];
  rtoSeconds: number | null;
  rpoSeconds: number | null;
  rpoUncertaintySeconds: number | null;
  /** what is to be mended or known: objectives that were missed, VMs that failed, what was left behind, and what persons have noted since; empty: nothing */
  findings: string[];
  /** null: nobody has, or the store does not answer */
  signedBy: SignOff | null;
}

export interface DrillEvidence {
  drill: string;
  since: string;
  /** oldest first */
  drills: DrillRecord[];
  /** why those that Temporal has forgotten are not in it; null: they are */
  missing: string | null;
}

const ASKED_AT_ONCE = 10;
/** ms for the reports of all that run or were ended from outside */
const REPORTS_WITHIN = 5_000;

/** @param since ISO 8601 in UTC @throws DrillNotFound when no drill of this name is known since then, nor one at all by Temporal */
export async function drillEvidence(session: Session, drill: string, since: string): Promise<DrillEvidence> {
  const [{ executions, names }, kept] = await Promise.all([
    collectDrills(session, drill),
    keptOf(session, drill, since),
  ]);
  if (executions.length === 0 && kept.records.length === 0) {
    const scheduled = await scheduledDrills(session);
    if (!scheduled.includes(drill)) {
      throw new DrillNotFound(drill, nearest(drill, [...scheduled, ...names]), 'known');
    }
  }
  const listens = await workerListens(session);
  const deadline = Date.now() + REPORTS_WITHIN;
  const recent = executions.filter(({ startTime }) => startTime.toISOString() >= since);
  const known = await pMap(recent, (execution) => recordOf(session, execution, listens, deadline), {
    concurrency: ASKED_AT_ONCE,
  });
  const runs = new Set(known.map(({ run }) => run));
  const all = [...known, ...kept.records.filter(({ run }) => !runs.has(run))];
  const drills = withNotes(
    all.sort((a, b) => a.startedAt.localeCompare(b.startedAt)),
    kept.missing === null ? await notesOf(session, all) : [],
  );
  return { drill, since, drills, missing: kept.missing };
}

/** As often as one question may name them. */
const NOTED_AT_ONCE = 100;

/** What the store has of them: it has just answered. */
async function notesOf(session: Session, drills: DrillRecord[]): Promise<KeptNotes['notes']> {
  const runs = drills.map(({ run }) => run);
  const parts = Array.from({ length: Math.ceil(runs.length / NOTED_AT_ONCE) }, (_, n) =>
    runs.slice(n * NOTED_AT_ONCE, (n + 1) * NOTED_AT_ONCE),
  );
  const notes = await pMap(parts, (part) => keptNotes(session, part), { concurrency: 1 });
  return notes.flat();
}

const withNotes = (drills: DrillRecord[], notes: KeptNotes['notes']): DrillRecord[] =>
  drills.map((one) => {
    const its = notes.filter(({ run }) => run === one.run);
    return { ...one, findings: [...one.findings, ...findingsOf(its).map(noted)], signedBy: signOffOf(its) };
  });

function noted({ text, owner, due }: Finding): string {
  const who = [...(owner === null ? [] : [owner]), ...(due === null ? [] : [`by ${due}`])].join(', ');
  return `noted: ${text}${who === '' ? '' : ` (${who})`}`;
}

async function recordOf(
  session: Session,
  execution: WorkflowExecutionInfo,
  listens: boolean,
  deadline: number,
): Promise<DrillRecord> {
  const report = await readListed(session, execution, listens, deadline);
  return toRecord(summaryOf(execution, report), report?.drill ?? null);
}

async function keptOf(
  session: Session,
  drill: string,
  since: string,
): Promise<{ records: DrillRecord[]; missing: string | null }> {
  try {
    const heads = await keptHeads(session, since);
    const its = heads.filter(({ kind, plan }) => kind === 'drill' && plan === drill);
    return { records: its.map((head) => toRecord(head, head.drill)), missing: null };
  } catch (error) {
    if (!(error instanceof StoreUnanswered)) throw error;
    return { records: [], missing: error.message };
  }
}

type Told = Pick<ReportHead, 'run' | 'startedAt' | 'finishedAt'> & {
  state: RunState | null;
  totals: RunTotals | null;
};

function toRecord({ run, state, startedAt, finishedAt, totals }: Told, drill: DrillResult | null): DrillRecord {
  // Of one that goes on, nobody knows yet.
  const failed = totals === null || finishedAt === null ? null : totals.vms - totals.succeeded;
  return {
    run,
    state,
    mode: drill?.mode ?? null,
    startedAt,
    finishedAt,
    vms: totals?.vms ?? null,
    failed,
    objectives: drill?.objectives ?? { rtoSeconds: null, rpoSeconds: null },
    rtoSeconds: drill?.rtoSeconds ?? null,
    rpoSeconds: drill?.rpoSeconds ?? null,
    rpoUncertaintySeconds: drill?.rpoUncertaintySeconds ?? null,
    findings: [
      ...(failed === null || failed === 0 ? [] : [`${plural(failed, 'VM')} of ${totals?.vms} did not succeed`]),
      ...(drill?.missed ?? []).map((text) => `missed: ${text}`),
      ...(drill?.left ?? []).map((vm) => `not as it was: ${vm}`),
      ...(drill?.notSwept ?? []).map(({ vm, run: by, reason }) => `found and not removed: ${vm} (${by}): ${reason}`),
    ],
    signedBy: null,
  };
}
