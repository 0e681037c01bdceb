import { ApplicationFailure } from '@temporalio/workflow';
import { executionOfAct } from '../../contract/act.js';
import { type DrillNote, isDrillNote } from '../../contract/drill-note.js';
import { keepEvidenceInOrder } from '../activities.js';

/** Keeps what a person adds to a drill that is over: a finding, a sign-off. Once, however often it is said. */
export async function noteDrill(note: DrillNote): Promise<void> {
  if (!isDrillNote(note))
    throw ApplicationFailure.nonRetryable('it is no note of a drill; nothing was kept', 'Malformed');
  const { run, act } = note;
  await keepEvidenceInOrder({ run, execution: executionOfAct(act), kind: 'drill', at: act.at, units: [], acts: [act] });
}
