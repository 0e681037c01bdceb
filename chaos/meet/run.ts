/** One meeting from start to verdict: three runs and a drill begin over the same VMs, and persons steer them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunReport } from '../../contract/report.js';
import type { Carried } from '../attack.js';
import { historyCost } from '../history-cost.js';
import type { Journal } from '../journal.js';
import { onStage } from '../on-stage.js';
import { type ChaosOptions, commandFor } from '../options.js';
import { persistently } from '../persistent.js';
import { SITES } from '../plan-files.js';
import type { ChaosRun } from '../run.js';
import { makeSchedule } from '../schedule.js';
import type { Stage } from '../stage.js';
import { type Struck, type UnderFire, underFire } from '../under-fire.js';
import { plannedActs } from './acts.js';
import type { MeetingEvidence } from './evidence.js';
import { bringToAnEnd, type Persons, steerAtRandom } from './persons.js';
import { type Meeting, meetings, repeatedNames, subjects } from './scenario.js';
import { type MeetingVerdict, verdictOnMeeting } from './verdict.js';
import { executionsOf } from './witnesses.js';

export interface MeetingResult {
  command: string;
  verdict: MeetingVerdict;
  evidence: MeetingEvidence;
  carried: Carried;
  /** epoch ms */
  began: number;
  took: number;
}

/** A rehearsal needs copies: share of the operations after which it begins. */
const DRILL_AT = 0.15;
const LOOK_EVERY = 500;
/** ms for what is read once the runs are over */
const AFTERWARDS = 120_000;

export async function runMeeting(options: ChaosOptions, { env, say, signal }: ChaosRun): Promise<MeetingResult> {
  const schedule = makeSchedule(options);
  const vmChanges = repeatedNames(subjects(options.seed, options.vms));
  const { done, journal, leftProcesses } = await onStage(
    { options, vmChanges, env, say, signal },
    (stage, journal, bound) => play(stage, { options, schedule, journal, bound }),
  );
  const { carried, over, ...seen } = done;
  const evidence = { ...seen, leftProcesses, events: journal.events };
  return {
    command: commandFor(options),
    verdict: verdictOnMeeting(evidence),
    evidence,
    carried,
    began: journal.began,
    took: over - journal.began,
  };
}

type Played = Omit<MeetingEvidence, 'leftProcesses' | 'events'> & Pick<Struck, 'carried' | 'over'>;

async function play(stage: Stage, given: UnderFire): Promise<Played> {
  const { options, journal } = given;
  const { control, drover, client } = stage;
  const all = meetings(options.seed, options.vms);
  const reports = new Map<string, RunReport>();
  const terminated = new Map<string, number>();
  const { carried, incomplete, over } = await underFire(stage, given, async (tail, signal) => {
    const persons: Persons = { drover, client, meetings: all, journal, signal };
    const [drills, runs] = [all.filter(({ isDrill }) => isDrill), all.filter(({ isDrill }) => !isDrill)];
    await Promise.all(runs.map((meeting) => begin(stage, meeting, journal, signal)));
    while (tail.progress < DRILL_AT) await delay(LOOK_EVERY, undefined, { signal });
    await Promise.all(drills.map((meeting) => begin(stage, meeting, journal, signal)));
    await steerAtRandom(persons, plannedActs(options.seed, options.acts, all.length), terminated);
    await bringToAnEnd(persons, reports);
    await allClosed(stage, journal, signal);
  });
  const within = AbortSignal.timeout(AFTERWARDS);
  const { open } = await persistently(() => historyCost(client), within);
  const isDrillGone = all.some(({ id, isDrill }) => isDrill && terminated.has(id));
  if (isDrillGone) await persistently(() => drover.sweep(SITES.destination, { signal: within }), within);
  const ids = all.map(({ id }) => id);
  const { bugs } = await control.stats();
  return {
    carried,
    over,
    meetings: all,
    reports,
    terminated,
    executions: await persistently(() => executionsOf(client, ids), within),
    ledger: await control.ledger(),
    world: await control.world(),
    openWorkflows: open,
    bugs,
    incomplete,
  };
}

async function begin(
  { folder, drover }: Stage,
  { id, isDrill, text }: Meeting,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const file = join(folder, `${id}.yaml`);
  await writeFile(file, text);
  await persistently(() => (isDrill ? drover.startDrill(file, { id }) : drover.startRun(file, { id })), signal);
  journal.add('run', `${isDrill ? 'drill' : 'run'} ${id} started`);
}

/** VMs of a run that was terminated bring what is under way to its end. */
async function allClosed({ client }: Stage, journal: Journal, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { open } = await persistently(() => historyCost(client), signal);
    if (open.length === 0) return;
    journal.add('run', `still open: ${open.slice(0, 5).join(', ')}${open.length > 5 ? ' …' : ''}`);
    await delay(2_000, undefined, { signal });
  }
}
