/** The drills that Temporal starts by itself: looked up, made, changed. */
import {
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSummary,
} from '@temporalio/client';
import { DRILL } from '../../contract/inputs.js';
import { drillScheduleId } from '../../contract/names.js';
import { nearest } from '../../plan/source/nearest.js';
import { DrillNotFound, ScheduleRefused, ScheduleTaken } from '../errors.js';
import { askTemporal, type Session } from '../session.js';
import { askSchedule } from './ask-schedule.js';
import { desiredFacts, differences, factsOf, type ScheduledDrill, scheduleOptions } from './schedule-facts.js';

/** What making a schedule be as a drill's file says does, or would do. */
export interface ScheduleChange {
  drill: string;
  change: 'created' | 'updated' | 'unchanged';
  /** what was different before, one line each */
  differences: string[];
}

const PREFIX = drillScheduleId('');

export function scheduleHandle(session: Session, drill: string): ScheduleHandle {
  return session.client.schedule.getHandle(drillScheduleId(drill));
}

/** The schedule of a drill; null when there is none. @throws {@link ScheduleTaken} when it starts anything but a drill */
export async function findSchedule(session: Session, drill: string): Promise<ScheduleDescription | null> {
  let found: ScheduleDescription;
  try {
    found = await askSchedule(session, () => scheduleHandle(session, drill).describe());
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) {
      return null;
    }
    throw error;
  }
  if (found.action.workflowType !== DRILL) {
    throw new ScheduleTaken(
      drill,
      `something else: it starts workflows of type ${found.action.workflowType}`,
      `give the drill another name, or remove the schedule ${found.scheduleId} in Temporal`,
    );
  }
  return found;
}

/** @throws {@link DrillNotFound} with the names that look like it */
export async function requireSchedule(session: Session, drill: string): Promise<ScheduleDescription> {
  const found = await findSchedule(session, drill);
  if (found === null) {
    throw new DrillNotFound(drill, nearest(drill, await scheduledDrills(session)));
  }
  return found;
}

/** Names of all drills that have a schedule. One that was made a moment ago may be missing. */
export async function scheduledDrills(session: Session): Promise<string[]> {
  return askTemporal(session, async () => {
    const names: string[] = [];
    for await (const schedule of session.client.schedule.list()) {
      if (isDrill(schedule)) {
        names.push(drillOf(schedule));
      }
    }
    return names.sort((a, b) => a.localeCompare(b));
  });
}

export function drillOf({ scheduleId }: Pick<ScheduleSummary, 'scheduleId'>): string {
  return scheduleId.slice(PREFIX.length);
}

function isDrill({ scheduleId, action }: ScheduleSummary): boolean {
  return scheduleId.startsWith(PREFIX) && (action === undefined || action.workflowType === DRILL);
}

/**
 * What {@link upsertSchedule} would do.
 * @param set name under which drills are applied; null: not by `drill apply`, and who applies the drill already goes on to
 * @throws {@link ScheduleTaken}
 */
export async function compareSchedule(
  session: Session,
  drill: ScheduledDrill,
  set: string | null,
): Promise<ScheduleChange> {
  return (await compare(session, drill, set)).change;
}

/** Makes the schedule be as the drill says, and starts nothing. @throws {@link ScheduleTaken}, {@link ScheduleRefused} */
export async function upsertSchedule(
  session: Session,
  drill: ScheduledDrill,
  set: string | null,
): Promise<ScheduleChange> {
  const { change, found, owner } = await compare(session, drill, set);
  const options = scheduleOptions(drill, session.taskQueue, owner);
  try {
    if (found === null) {
      await askTemporal(session, () => session.client.schedule.create(options));
    } else if (change.change === 'updated') {
      // Whether it is paused, and why, is not the file's to say.
      await askSchedule(session, () =>
        scheduleHandle(session, drill.name).update(({ state }) => ({ ...options, state })),
      );
    }
    return change;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      // Somebody made it between the look and the creation.
      return upsertSchedule(session, drill, set);
    }
    throw error instanceof TypeError ? new ScheduleRefused(drill.name, error.message, error) : error;
  }
}

async function compare(
  session: Session,
  drill: ScheduledDrill,
  set: string | null,
): Promise<{ change: ScheduleChange; found: ScheduleDescription | null; owner: string | null }> {
  const found = await findSchedule(session, drill.name);
  if (found === null) {
    return { change: { drill: drill.name, change: 'created', differences: [] }, found, owner: set };
  }
  const actual = factsOf(found);
  if (set !== null && actual.set !== null && actual.set !== set) {
    throw new ScheduleTaken(
      drill.name,
      `the drills applied as ${actual.set}`,
      `give the drill another name, or apply it with --set ${actual.set}`,
    );
  }
  const owner = set ?? actual.set;
  const different = differences(actual, desiredFacts(drill, session.taskQueue, owner));
  return {
    change: {
      drill: drill.name,
      change: different.length === 0 ? 'unchanged' : 'updated',
      differences: different,
    },
    found,
    owner,
  };
}
