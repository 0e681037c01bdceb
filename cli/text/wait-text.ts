/** What ended the waiting for a run. */
import type { Attention } from '../../client/attention.js';
import type { Milestone } from '../../client/milestone.js';
import type { Waited } from '../../client/run-handle.js';
import type { RunState, RunTotals } from '../../contract/report.js';
import type { Colors } from './output.js';
import { attentionText, totalsLine } from './run-text.js';

const NOT_YET: Readonly<Record<Milestone, string>> = {
  synced: 'before all copies are made',
  gate: 'before it stands at its gate',
  done: 'before it is over',
};

const REACHED: Readonly<Record<Milestone, string>> = {
  synced: 'all copies are made',
  gate: 'it stands at its gate',
  done: 'it is over',
};

export interface WaitDocument {
  run: string;
  for: Milestone;
  reached: boolean;
  state: RunState;
  finishedAt: string | null;
  totals: RunTotals;
  /** what a person has to do first */
  needed: Attention[];
}

export function waitDocument(milestone: Milestone, { report, reached, needed }: Waited): WaitDocument {
  const { run, state, finishedAt, totals } = report;
  return { run, for: milestone, reached, state, finishedAt, totals, needed };
}

export function waitText({ milestone, waited }: { milestone: Milestone; waited: Waited }, colors: Colors): string {
  const { report, reached, needed } = waited;
  const { run, state, finishedAt, totals } = report;
  const totalsText = `${totalsLine(totals)}.`;
  if (!reached)
    return `A person is needed for run ${run} ${NOT_YET[milestone]}. ${totalsText}\n${attentionText(needed, colors)}`;
  const how = finishedAt === null ? REACHED[milestone] : `it is over, ${state}`;
  return `Run ${run}: ${how}. ${totalsText}`;
}
