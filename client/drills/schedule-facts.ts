/** What a schedule in Temporal says of a drill, what it should say, and in which words the two differ. */
import { isDeepStrictEqual } from 'node:util';
import type { ScheduleDescription, ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { DRILL, type DrillInput } from '../../contract/inputs.js';
import { drillScheduleId, runWorkflowId } from '../../contract/names.js';
import { CONTRACT, contractMemo } from '../../contract/number.js';
import { formatDuration } from '../../plan/source/durations.js';
import type { Drill, DrillSchedule } from '../../plan/types.js';
import { drillMemo } from './start-drill.js';

/** A drill that has a schedule. */
export type ScheduledDrill = Drill & { schedule: DrillSchedule };

/** Everything about a schedule that a drill's file decides. */
export interface ScheduleFacts extends DrillSchedule {
  taskQueue: string;
  /** null: the schedule starts something else */
  drill: Drill | null;
  /** see {@link ScheduleMemo} */
  set: string | null;
  /** null: the schedule starts drills as an earlier Drover did, which its worker does not go on with */
  contract: number | null;
}

/** Beside what {@link drillMemo} says, the memo of every run that a schedule starts. */
interface ScheduleMemo {
  /** name under which `drill apply` made it; null: made by `drill schedule` */
  set: string | null;
}

const OVERLAP = { skip: 'SKIP', bufferOne: 'BUFFER_ONE' } as const satisfies Record<
  DrillSchedule['overlap'],
  ScheduleOverlapPolicy
>;

/** As Temporal takes it. It never asks for a run by itself: no trigger, no backfill. */
export function scheduleOptions(
  drill: ScheduledDrill,
  taskQueue: string,
  set: string | null,
): Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'action' | 'policies' | 'memo'> {
  const { cron, timezone, jitter, overlap, catchup, pauseOnFailure } = drill.schedule;
  const input: DrillInput = { drill };
  const own: ScheduleMemo = { set };
  return {
    scheduleId: drillScheduleId(drill.name),
    // Temporal keeps the comment beside the fields that it makes of an expression, and forgets the expression.
    spec: { cronExpressions: cron.map((one) => `${one} #${one}`), timezone, jitter },
    action: {
      type: 'startWorkflow',
      workflowType: DRILL,
      // Temporal adds the moment.
      workflowId: runWorkflowId(drill.name),
      taskQueue,
      args: [input],
      memo: { ...drillMemo(drill), ...own, ...contractMemo },
    },
    policies: { overlap: OVERLAP[overlap], catchupWindow: catchup, pauseOnFailure },
    // Of the schedule itself, set once: Temporal has no way to change it.
    memo: { plan: drill.name, kind: 'drill' },
  };
}

export function desiredFacts(drill: ScheduledDrill, taskQueue: string, set: string | null): ScheduleFacts {
  return { ...drill.schedule, taskQueue, drill, set, contract: CONTRACT };
}

export function factsOf({ spec, policies, action }: ScheduleDescription): ScheduleFacts {
  const [input] = (action.args ?? []) as Partial<DrillInput>[];
  const { set, contract } = action.memo ?? {};
  return {
    cron: (spec.calendars ?? []).map(({ comment }) => comment || '?'),
    timezone: spec.timezone || 'UTC',
    jitter: spec.jitter ?? 0,
    overlap: policies.overlap === OVERLAP.skip ? 'skip' : 'bufferOne',
    catchup: policies.catchupWindow,
    pauseOnFailure: policies.pauseOnFailure,
    taskQueue: action.taskQueue,
    drill: input?.drill ?? null,
    set: typeof set === 'string' ? set : null,
    contract: typeof contract === 'number' ? contract : null,
  };
}

/** What changes from `actual` to `desired`, one line each; nothing when they are the same. */
export function differences(actual: ScheduleFacts, desired: ScheduleFacts): string[] {
  const { drill: before, set, taskQueue, contract, ...schedule } = actual;
  const { drill: after, set: wantedSet, taskQueue: wantedQueue, contract: wantedContract, ...wanted } = desired;
  return [
    ...differingKeys('schedule.', schedule, wanted),
    ...differingKeys(
      '',
      { taskQueue, set, contract },
      { taskQueue: wantedQueue, set: wantedSet, contract: wantedContract },
    ),
    ...drillDifferences(before, after),
  ];
}

function drillDifferences(before: Drill | null, after: Drill | null): string[] {
  if (before === null || after === null) {
    return before === after ? [] : ['the drill itself'];
  }
  // Told above, as Temporal has it.
  const { schedule: _before, ...was } = before;
  const { schedule: _after, ...becomes } = after;
  return differingKeys('', was, becomes);
}

function differingKeys(prefix: string, was: object, becomes: object): string[] {
  const [a, b] = [asSent(was), asSent(becomes)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => !isDeepStrictEqual(a[key], b[key]))
    .map((key) => `${prefix}${key}${change(key, a[key], b[key])}`);
}

/** What JSON makes of it, so that members that are undefined do not count. */
function asSent(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function change(key: string, was: unknown, becomes: unknown): string {
  const [from, to] = [shortly(key, was), shortly(key, becomes)];
  return from === null || to === null ? '' : `: ${from} -> ${to}`;
}

/** Members of {@link Drill} and {@link DrillSchedule} that are milliseconds. */
const DURATIONS = ['jitter', 'catchup', 'hold', 'waitForVms', 'timeout'];

/** A short value, durations as a file has them; null for one that would fill the screen. */
function shortly(key: string, value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return DURATIONS.includes(key) ? formatDuration(value) : String(value);
    case 'string':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'none';
    default:
      if (value === null) {
        return 'none';
      }
      return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : null;
  }
}
