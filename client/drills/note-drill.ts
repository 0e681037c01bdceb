/** What a person adds to a drill that is over: a finding, a sign-off. Kept by a worker, which alone has the store's password. */
import { createHash } from 'node:crypto';
import type { ActRecord, Grounds } from '../../contract/act.js';
import { type DrillNote, NOTE_DRILL, noteId } from '../../contract/drill-note.js';
import type { KeptRun } from '../../contract/evidence.js';
import type { Steered } from '../../contract/messages.js';
import { askStore } from '../ask-store.js';
import { DrillNotOver } from '../errors.js';
import { describeRun } from '../run-state.js';
import type { Session } from '../session.js';
import { askWorker } from '../short-workflow.js';
import { requireWorker } from '../worker-presence.js';

export interface NewFinding {
  /** at most 1,000 characters */
  text: string;
  /** who mends it */
  owner?: string;
  /** day, such as `2026-12-31` */
  due?: string;
}

const UNDONE = 'Nothing was kept.';
/** ms */
const KEPT_WITHIN = 60_000;

/** @throws RunNotFound, DrillNotOver, NoWorker, StoreUnanswered */
export function addFinding(session: Session, run: string, { text, owner, due }: NewFinding): Promise<Steered> {
  const assigned = { owner: owner ?? null, due: due ?? null };
  const who = owner === undefined ? 'nobody is to mend it yet' : `${owner} is to mend it`;
  const message = `Finding noted: ${who}${due === undefined ? '' : `, by ${due}`}`;
  return add(session, run, { act: 'finding', note: text, reference: null, after: { message, ...assigned } });
}

/** @throws as {@link addFinding} */
export function signDrill(session: Session, run: string, { note, reference }: Grounds): Promise<Steered> {
  const after = { message: `Drill ${run} signed off` };
  return add(session, run, { act: 'sign', note: note ?? null, reference: reference ?? null, after });
}

type Said = Pick<ActRecord, 'act' | 'note' | 'reference'> & { after: { message: string } };

async function add(session: Session, run: string, said: Said): Promise<Steered> {
  await requireWorker(session, UNDONE);
  const { execution } = await overDrill(session, run);
  const author = session.author ?? { actor: 'unknown', command: null };
  const at = new Date().toISOString();
  const key = createHash('sha256')
    .update(JSON.stringify([author.actor, said]))
    .digest('hex')
    .slice(0, 16);
  const act: ActRecord = {
    id: noteId(execution, key),
    at,
    ...author,
    proof: 'claimed',
    target: null,
    before: null,
    refused: null,
    ...said,
  };
  await askWorker(session, {
    type: NOTE_DRILL,
    prefix: 'note-drill',
    input: { run, act } satisfies DrillNote,
    within: KEPT_WITHIN,
    undone: UNDONE,
    what: 'keep it',
  });
  return { affected: 0, message: said.after.message, by: author.actor, at };
}

/** As the store has it. */
async function overDrill(session: Session, run: string): Promise<KeptRun> {
  const kept = (await askStore(session, { ask: 'run', run })).run ?? null;
  if (kept === null) await describeRun(session, run);
  if (kept === null || kept.head.finishedAt === null)
    throw new DrillNotOver(run, 'goes on, or its evidence is not kept yet');
  if (kept.head.kind !== 'drill') throw new DrillNotOver(run, `is no drill, but of kind ${kept.head.kind}`);
  return kept;
}
