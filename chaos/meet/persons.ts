/** Persons who steer runs that meet: first at random, then so that all comes to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Drover, RunHandle, RunReport } from '../../client/index.js';
import { runWorkflowId } from '../../contract/names.js';
import type { Journal } from '../journal.js';
import { persistently } from '../persistent.js';
import type { PlannedAct } from './acts.js';
import type { Meeting } from './scenario.js';

const LOOK_EVERY = 1_500;

export interface Persons {
  drover: Drover;
  client: Client;
  meetings: Meeting[];
  journal: Journal;
  signal: AbortSignal;
}

/** @param terminated when each run was ended by force, as it happens: epoch ms */
export async function steerAtRandom(
  persons: Persons,
  acts: PlannedAct[],
  terminated: Map<string, number>,
): Promise<void> {
  const { journal, signal } = persons;
  for (const planned of acts) {
    await delay(planned.after, undefined, { signal });
    const meeting = persons.meetings[planned.run];
    if (meeting === undefined) continue;
    const { id, vms } = meeting;
    if (planned.act === 'terminate') {
      const isEnded = await terminate(persons, id);
      if (isEnded) terminated.set(id, Date.now());
      journal.add('steered', `terminate ${id}: ${isEnded ? 'done' : 'it was over'}`);
      continue;
    }
    const target = planned.isWhole ? undefined : `vm:${vms[planned.vm % vms.length] ?? ''}`;
    const isOfVms = planned.act === 'approve' || planned.act === 'cancel';
    const answer = await said(persons.drover.run(id), planned.act, target, signal);
    journal.add('steered', `${planned.act} ${id}${isOfVms ? ` ${target ?? ''}` : ''}: ${answer}`);
  }
}

/** Whatever keeps an act from being done is an answer as well: the run has ended, nobody listens, the server is gone. */
async function said(
  run: RunHandle,
  act: Exclude<PlannedAct['act'], 'terminate'>,
  target: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  try {
    if (act === 'pause') await run.pause('tried');
    else if (act === 'resume') await run.resume();
    else await run[act](target);
    return 'done';
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.name : String(error);
  }
}

/** false: it had ended by itself */
function terminate({ client, signal }: Persons, run: string): Promise<boolean> {
  return persistently(async () => {
    try {
      await client.workflow.getHandle(runWorkflowId(run)).terminate('chaos');
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }, signal);
}

/** Says whatever the runs wait for, until each has ended; `reports` holds the last of each. */
export async function bringToAnEnd(persons: Persons, reports: Map<string, RunReport>): Promise<void> {
  const { drover, meetings, journal, signal } = persons;
  await Promise.all(
    meetings.map(async ({ id, isDrill }) => {
      const run = drover.run(id);
      for (;;) {
        const report = await persistently(() => run.report(), signal);
        reports.set(id, report);
        if (report.finishedAt !== null) return;
        if (report.pausedBecause !== null) {
          journal.add('steered', `resume ${id}: ${report.pausedBecause.slice(0, 100)}`);
          await said(run, 'resume', undefined, signal);
        }
        if (!isDrill && report.vms.some(({ waitingFor }) => waitingFor === 'approval')) {
          journal.add('steered', `approve ${id}`);
          await said(run, 'approve', undefined, signal);
        }
        await delay(LOOK_EVERY, undefined, { signal });
      }
    }),
  );
}
