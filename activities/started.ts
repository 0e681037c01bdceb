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
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { failureOf } from './failures.js';
import { beating } from './heartbeat.js';
import { MARK_LENGTH, readMark } from './mark.js';
import { passingOver, replicationsOfVm } from './passed-over.js';
import { isOfKind, mayBeOf, relation } from './relation.js';
import { summaryOf } from './replication-summary.js';
import { replicationIdIn } from './send.js';
import { earliestStart, told } from './task-match.js';

export function createStartedActivities(deps: ActivityDeps) {
  return {
    /** @throws ApplicationFailure `Hold`: only a person can go on; else VCDA's code */
    async whatStarted(input: StartedInput): Promise<Started> {
      const { peer, source, vm, resumedAt } = input;
      const site = configured(deps, input.site);
      const options = { peer, resumedAt, signal: cancellationSignal() };
      return beating(
        () => null,
        async ({ attempt }) => {
          try {
            const all = await unextended(options, (local) => replicationsOfVm(site, vm.id, local));
            const its = all.filter((one) => (one.source?.site ?? source) === source);
            const isTold = its.some((one) => whoseMark(one, input) === 'own');
            return startedAmong(its, isTold ? [] : await tasksOf(site, input, options), input);
          } catch (error) {
            throw failureOf(error, { question: 'locate', vm }, attempt, deps.sites.rules);
          }
        },
      );
    },
  };
}

/** All starts that are as recent, and that of the input; none where the site does not tell. */
async function tasksOf(site: Site, { since, taskId }: StartedInput, options: CallOptions): Promise<Task[]> {
  const passing = { ...options, unreadable: passingOver(site) };
  // The clock of a site is not asked about what it began right before or since.
  const startTimeAfter = earliestStart({ requestedAt: since });
  try {
    const recent = await unextended(passing, (local) => site.tasks({ startTimeAfter }, local));
    if (taskId === null || recent.some(({ id }) => id === taskId)) return recent;
    return [...recent, ...(await unextended(passing, (local) => site.tasksById([taskId], local))).values()];
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return [];
    throw error;
  }
}

type Whose = 'own' | 'others' | 'untold';
type Of = Pick<StartedInput, 'vm' | 'operationId' | 'taskId' | 'mark' | 'named'>;

/** Pure. @param all replications of the VM, from the source of the start @param tasks of the site */
export function startedAmong(all: VmReplication[], tasks: Task[], start: Of): Started {
  const told = all.map((one) => ({ one, whose: whoseMark(one, start) }));
  const isNamed = told.some(({ whose }) => whose === 'own');
  const judged = told.map(({ one, whose }) => ({ one, whose: whose ?? byTasks(one, tasks, start) }));
  const likely = judged.filter(({ whose }) => whose === 'own');
  // A start makes one: where nothing but the lack of others tells, several tell nothing.
  const [it] = isNamed ? told.filter(({ whose }) => whose === 'own') : likely.length === 1 ? likely : [];
  const untold = judged.filter(({ one, whose }) => one !== it?.one && !isNamed && whose !== 'others');
  const own = tasks.find((task) => isOwn(task, start));
  return {
    isOver: own !== undefined && taskEnd(own) !== null,
    its: it === undefined ? null : summaryOf(it.one),
    untold: it === undefined ? untold.map(({ one }) => summaryOf(one)) : [],
    beside: all.flatMap(({ id }) => (it === undefined || id === it.one.id ? [] : [id])),
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

/** Of a start that failed, or that the site does not know any more, no task tells that it has made something. */
function byTasks({ id }: VmReplication, tasks: Task[], start: Of): Whose {
  const [namer] = tasks
    .filter((task) => isOfKind('start', task) && replicationIdIn(task) === id)
    .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0));
  if (namer !== undefined) return isOwn(namer, start) ? 'own' : 'others';
  const own = tasks.find((task) => isOwn(task, start));
  if (own === undefined || taskEnd(own) === 'failed' || replicationIdIn(own) !== null) return 'untold';
  const { vm, operationId } = start;
  const asked = { kind: 'start', vm, replicationId: null, operationId } as const;
  const mayHaveMadeIt = (task: Task): boolean =>
    !isOwn(task, start) &&
    taskEnd(task) !== 'failed' &&
    mayBeOf('start', task) &&
    replicationIdIn(task) === null &&
    relation(task, asked) !== 'other';
  return tasks.some(mayHaveMadeIt) ? 'untold' : 'own';
}
