/**
 * What a start has made, where no answer has named it, or a person may have started another replication of its VM since: its
 * mark decides, then what answers have named, then the tasks of the site.
 */
import { cancellationSignal } from '@temporalio/activity';
import type { Started, StartedInput } from '../contract/questions.js';
import {
  type CallOptions,
  type Site,
  saysNo,
  type Task,
  taskEnd,
  VcdaError,
  type VmReplication,
} from '../vcda/index.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { MARK_LENGTH, readMark } from './mark.js';
import { passingOver, replicationsOfVm, tasksWithOdd } from './passed-over.js';
import type { Reachability } from './reachability.js';
import { isOfKind, mayBeOf, relation } from './relation.js';
import { summaryOf } from './replication-summary.js';
import { replicationIdIn } from './send.js';
import { earliestStart, told } from './task-match.js';

export function createStartedActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  return {
    /** @throws ApplicationFailure `Hold`: only a person can go on; else VCDA's code */
    async whatStarted(input: StartedInput): Promise<Started> {
      const { peer, source, vm, resumedAt } = input;
      const site = configured(deps, input.site);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      return asking('locate', { vm }, async () => {
        const all = await unextended(options, (local) => replicationsOfVm(site, vm.id, local));
        const its = all.filter((one) => (one.source?.site ?? source) === source);
        const isTold = its.some((one) => whoseMark(one, input) === 'own');
        return startedAmong(its, isTold ? NOT_ASKED : await tasksOf(site, input, options), input);
      });
    },
  };
}

/** What a site tells of what runs and ran there. */
interface Tasks {
  all: Task[];
  /** that of the start is among them, so that those of others would be as well */
  isWhole: boolean;
}

const NOT_ASKED: Tasks = { all: [], isWhole: false };

/** All that are as recent as the start, and its own; none where the site does not tell. */
async function tasksOf(site: Site, input: StartedInput, options: CallOptions): Promise<Tasks> {
  const { since, taskId } = input;
  const list = (filter: { startTimeAfter?: number }) =>
    tasksWithOdd(site, (use) => unextended(use, (local) => site.tasks(filter, local)), options);
  try {
    // A clock that is off by a day is none.
    const { tasks, odd } = await list({ startTimeAfter: earliestStart({ requestedAt: since }) });
    const all = [...tasks, ...odd];
    if (all.some((task) => isOwn(task, input))) return { all, isWhole: true };
    if (taskId === null) return { all, isWhole: false };
    const named = await unextended({ ...options, unreadable: passingOver(site) }, (use) =>
      site.tasksById([taskId], use),
    );
    return { all: [...all, ...named.values()], isWhole: false };
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return NOT_ASKED;
    throw error;
  }
}

type Whose = 'own' | 'others' | 'untold';
type Of = Pick<StartedInput, 'vm' | 'operationId' | 'taskId' | 'mark' | 'named'>;

/** Pure. @param all replications of the VM, from the source of the start */
export function startedAmong(all: VmReplication[], tasks: Tasks, start: Of): Started {
  const judged = all.map((one) => ({ one, whose: whoseMark(one, start) ?? byTasks(one, tasks, start) }));
  const own = judged.filter(({ whose }) => whose === 'own');
  // A start makes one: several that are told to be its own tell nothing.
  const it = own.length === 1 ? (own[0] ?? null) : theOnly(judged, tasks, start);
  const untold = judged.filter(({ whose }) => whose !== 'others');
  const task = tasks.all.find((one) => isOwn(one, start));
  return {
    isOver: task !== undefined && taskEnd(task) !== null,
    its: it === null ? null : summaryOf(it.one),
    untold: it === null ? untold.map(({ one }) => summaryOf(one)) : [],
    beside: all.flatMap(({ id }) => (it === null || id === it.one.id ? [] : [id])),
  };
}

/** By its mark, or by an answer that has named it; null: neither tells. */
function whoseMark({ id, settings }: VmReplication, { mark, named }: Of): Whose | null {
  const text = settings?.description;
  if (readMark(text) !== null) return text?.slice(0, MARK_LENGTH) === mark ? 'own' : 'others';
  return named.includes(id) ? 'own' : null;
}

const isOwn = (task: Task, { operationId, taskId }: Of): boolean =>
  task.id === taskId || told(task, operationId) === 'same';

/** The task that names it, the first where it was worked on since; else it is not told. */
function byTasks({ id }: VmReplication, { all }: Tasks, start: Of): Whose {
  const [namer] = all
    .filter((task) => isOfKind('start', task) && replicationIdIn(task) === id)
    .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0));
  if (namer === undefined) return 'untold';
  return isOwn(namer, start) ? 'own' : 'others';
}

interface Judged {
  one: VmReplication;
  whose: Whose;
}

/**
 * While a start runs, the only replication of its VM is what it makes, unless another task may have made that. Once it is over
 * nothing tells that without a name: somebody may have removed what it made, and made another.
 */
function theOnly(judged: Judged[], { all, isWhole }: Tasks, start: Of): Judged | null {
  const [only = null, ...more] = judged;
  const own = all.find((task) => isOwn(task, start));
  if (only?.whose !== 'untold' || more.length > 0 || own === undefined || !isWhole) return null;
  if (taskEnd(own) !== null || replicationIdIn(own) !== null) return null;
  const { vm, operationId } = start;
  const asked = { kind: 'start', vm, replicationId: null, operationId } as const;
  const mayHaveMadeIt = (task: Task): boolean =>
    !isOwn(task, start) &&
    taskEnd(task) !== 'failed' &&
    mayBeOf('start', task) &&
    replicationIdIn(task) === null &&
    relation(task, asked) !== 'other';
  return all.some(mayHaveMadeIt) ? null : only;
}
