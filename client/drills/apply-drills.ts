/**
 * Desired schedules live in files; this makes Temporal have them. What it has made it marks with the name of a set, so that
 * it removes nothing of anybody else: neither what a person scheduled by hand, nor what another repository applies.
 */
import type { Drill } from '../../plan/types.js';
import { askTemporal, type Session } from '../session.js';
import { DEFAULT_SET } from './default-set.js';
import { factsOf, type ScheduledDrill } from './schedule-facts.js';
import {
  compareSchedule,
  findSchedule,
  type ScheduleChange,
  scheduledDrills,
  scheduleHandle,
  upsertSchedule,
} from './schedules.js';

export interface ApplyOptions {
  /** names the drills that belong together; default `default` */
  set?: string;
  /** remove the set's schedules whose drills are not given; default false */
  prune?: boolean;
  /** only find out what would change; default false */
  dryRun?: boolean;
}

/** What became of one drill; `left`: its schedule is of this set, the drill is not given, and nobody said to remove it. */
export interface AppliedDrill {
  drill: string;
  change: ScheduleChange['change'] | 'removed' | 'left';
  differences: string[];
}

export interface Applied {
  set: string;
  dryRun: boolean;
  drills: AppliedDrill[];
}

/**
 * Looks at everything before it changes anything. Interrupted in between, it is simply applied again.
 * @param drills those without a schedule count as not given
 * @throws ScheduleTaken when a drill is of another set; ScheduleRefused
 */
export async function applyDrills(
  session: Session,
  drills: Drill[],
  { set = DEFAULT_SET, prune = false, dryRun = false }: ApplyOptions,
): Promise<Applied> {
  const wanted = drills.filter((drill): drill is ScheduledDrill => drill.schedule !== null);
  const names = new Set(wanted.map(({ name }) => name));
  const given: AppliedDrill[] = [];
  for (const drill of wanted) {
    given.push(await compareSchedule(session, drill, set));
  }
  const extra: AppliedDrill[] = [];
  for (const drill of await scheduledDrills(session)) {
    if (!names.has(drill) && (await isOfSet(session, drill, set))) {
      extra.push({ drill, change: prune ? 'removed' : 'left', differences: [] });
    }
  }
  if (!dryRun) {
    for (const drill of wanted) {
      await upsertSchedule(session, drill, set);
    }
    for (const { drill } of extra.filter(({ change }) => change === 'removed')) {
      await askTemporal(session, () => scheduleHandle(session, drill).delete());
    }
  }
  return { set, dryRun, drills: [...given, ...extra] };
}

async function isOfSet(session: Session, drill: string, set: string): Promise<boolean> {
  const found = await findSchedule(session, drill);
  return found !== null && factsOf(found).set === set;
}
