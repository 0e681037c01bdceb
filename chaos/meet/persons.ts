/** Persons who steer runs that meet: first at random, then so that all comes to its end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Drover, RunHandle, RunReport } from '../../client/index.js';
import { DroverError } from '../../client/index.js';
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

/** @returns when each run was terminated: epoch ms */
export async function steerAtRandom(persons: Persons, acts: PlannedAct[]): Promise<Map<string, number>> {
  const { journal, signal } = persons;
  const terminated = new Map<string, number>();
  for (const planned of acts) {
    await delay(planned.after, undefined, { signal });
    const meeting = persons.meetings[planned.run];
    if (meeting === undefined) continue;
    const { id, vms } = meeting;
    const vm = vms[planned.vm % vms.length] ?? '';
    const target = planned.isWhole ? undefined : `vm:${vm}`;
    const what = `${planned.act} ${id}${planned.act === 'approve' || planned.act === 'cancel' ? ` ${target ?? ''}` : ''}`;
    if (planned.act === 'terminate') {
      await terminate(persons, id);
      terminated.set(id, terminated.get(id) ?? Date.now());
      journal.add('steered', what);
      continue;
    }
    const answer = await said(persons.drover.run(id), planned.act, target, signal);
    journal.add('steered', `${what}: ${answer}`);
  }
  return terminated;
}

/** What a refusal says is an answer as well: the run has ended, or has no such VM. */
async function said(
  run: RunHandle,
  act: Exclude<PlannedAct['act'], 'terminate'>,
  target: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  try {
    await within(signal, () => {
      if (act === 'pause') return run.pause('tried');
      return act === 'resume' ? run.resume() : run[act](target);
    });
    return 'done';
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DroverError) return error.name;
    throw error;
  }
}

async function within<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return ask();
}

async function terminate({ client }: Persons, run: string): Promise<void> {
  await client.workflow
    .getHandle(runWorkflowId(run))
    .terminate('chaos')
    // It has ended by itself.
    .catch(() => {});
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
