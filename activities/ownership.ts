/**
 * Whose doing it is that a replication shows the effect of an operation: its state cannot tell, and what somebody else did is
 * neither to be taken for ours nor to be undone by us. Before anything was sent it is somebody else's; after that the tasks of
 * the site tell, by operation id where it filters by it, else by their user.
 */
import type { ApplicationFailure } from '@temporalio/common';
import { DONE_BY_OTHERS } from '../contract/names.js';
import type { OperationKind, OperationRequest, Whose } from '../contract/operation.js';
import { nameWithId } from '../contract/vm-identity.js';
import { type CallOptions, type Site, saysNo, type Task, taskEnd, VcdaError } from '../vcda/index.js';
import type { ActivityDeps } from './deps.js';
import { unextended } from './extension.js';
import { cannotTell, finalFailure } from './failures.js';
import { mayBeAnybodys } from './latest-start.js';
import { ownerOf, readMark } from './mark.js';
import { passingOver } from './passed-over.js';
import { filtersProvenly } from './proven-filter.js';
import { relation } from './relation.js';
import { earliestStart, mayHaveBegunAfter, told } from './task-match.js';

/** What these do is undone later, or never: for the others it is enough that it is done. */
const OWNED = new Set<OperationKind>(['migrate', 'failover', 'failover-test', 'reverse']);

const OURS: Whose = { is: 'ours' };

/** What shows in a replication's recovery state while it runs, which does not tell one from another. */
const RECOVERIES: OperationKind[] = ['migrate', 'failover', 'failover-test', 'cleanup', 'reverse'];
/** What ends in the same state. */
const ALIKE: Partial<Record<OperationKind, OperationKind>> = { migrate: 'failover', failover: 'migrate' };

/** `against`: a task that somebody else began may have had the effect, so that no mark outvotes it */
type Told = Whose & { against?: true };

type Asked = Pick<
  OperationRequest,
  | 'run'
  | 'kind'
  | 'vm'
  | 'replicationId'
  | 'recoveredVmId'
  | 'vmIdNow'
  | 'clock'
  | 'requestedAt'
  | 'knownTasks'
  | 'operationId'
  | 'mayBeSent'
>;

const isOwned = ({ kind }: Pick<Asked, 'kind'>): boolean => OWNED.has(kind);

/**
 * @param taskId of the task that is taken for the operation's; null: only its effect was seen
 * @param mayBeSent this operation, or an earlier try of it, may have reached the site, which showed no effect before
 * @param isLast no task of it is waited for any more, so that a mark on the replication decides
 * @throws VcdaError
 */
export async function whoseEffect(
  { installation }: Pick<ActivityDeps, 'installation'>,
  site: Site,
  asked: Asked,
  taskId: string | null,
  options: CallOptions,
  mayBeSent: boolean,
  isLast = true,
): Promise<Whose> {
  const { against = false, ...whose } = await byTasks(site, asked, taskId, options, mayBeSent);
  if (whose.is !== 'unknown' || asked.replicationId === null || against || !isLast) return whose;
  // Where no task speaks against it, what this run has marked is worked on by this run.
  const { replicationId, run, vm } = asked;
  const found = await unextended(options, (local) => site.findReplication(replicationId, local));
  const mark = readMark(found?.settings?.description);
  return ownerOf(mark, installation, { run, units: [vm.id] }) === 'mine' ? OURS : whose;
}

async function byTasks(
  site: Site,
  asked: Asked,
  taskId: string | null,
  options: CallOptions,
  mayBeSent: boolean,
): Promise<Told> {
  if (!isOwned(asked) || (taskId !== null && site.filtersByOperationId() === true)) return OURS;
  if (taskId !== null) {
    const task = (await unextended(options, (local) => site.tasksById([taskId], local))).get(taskId);
    const whose = task === undefined ? null : await whoseTask(site, asked, task, options);
    // One that may be ours is: it is of the kind and the replication, and no other tells itself apart.
    return whose === null || (whose.is === 'unknown' && whose.against !== true) ? OURS : whose;
  }
  const { task, isAnother, unnamed } = await newestOf(site, asked, options);
  if (task !== null && asked.knownTasks.includes(task.id)) return OURS;
  if (!mayBeSent) return { is: 'others', who: task?.user ?? null };
  if (task === null) return (await byUnnamed(site, unnamed, options)) ?? UNSEEN;
  if (isAnother) return { is: 'others', who: task.user ?? null };
  return whoseTask(site, asked, task, options);
}

const UNSEEN: Told = { is: 'unknown', why: 'the site shows no task of it' };

/** Of tasks that name no replication, one of somebody else may have had the effect. */
async function byUnnamed(site: Site, tasks: Task[], options: CallOptions): Promise<Told | null> {
  for (const { id, user } of tasks) {
    const isOwn = typeof user === 'string' ? await isOwnUser(site, user, options) : null;
    if (isOwn === false) return { is: 'unknown', why: `task ${id} of ${user} may have done it`, against: true };
  }
  return null;
}

async function whoseTask(site: Site, asked: Asked, task: Task, options: CallOptions): Promise<Told> {
  const { user } = task;
  if (told(task, asked.operationId) === 'same') return OURS;
  const filters = await filtersProvenly(site, asked, options);
  if (filters === true) return { is: 'others', who: user ?? null };
  const isOwn = typeof user === 'string' ? await isOwnUser(site, user, options) : null;
  if (isOwn === null) return { is: 'unknown', why: `its task ${task.id} does not tell who began it` };
  if (!isOwn) return { is: 'others', who: user ?? null };
  if (filters === false && !mayBeAnybodys(task, asked)) return OURS;
  const late = filters === false ? ' and began after this run’s last try was looked for in vain or over' : '';
  return { is: 'unknown', why: `task ${task.id} is of ${user}${late}, which a person may have done`, against: true };
}

/** What the site's tasks tell of an effect. */
interface Seen {
  /** the newest that can have had it; null: none that names the replication */
  task: Task | null;
  /** it is of another kind */
  isAnother: boolean;
  /** that name no replication, and may have had it */
  unnamed: Task[];
}

/** A task of ours counts even if it failed: it may have gone so far. */
async function newestOf(site: Site, asked: Asked, options: CallOptions): Promise<Seen> {
  const passing = { ...options, unreadable: passingOver(site) };
  const recent = await unextended(passing, (local) => site.tasks({ startTimeAfter: earliestStart(asked) }, local));
  const known = await unextended(passing, (local) => site.tasksById(asked.knownTasks.slice(-20), local));
  const isKnown = ({ id }: Task) => asked.knownTasks.includes(id);
  const all = [...new Map([...recent, ...known.values()].map((task) => [task.id, task])).values()]
    .filter((task) => isKnown(task) || (taskEnd(task) !== 'failed' && mayHaveBegunAfter(task, asked)))
    .sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0));
  const relates = (task: Task, kind: OperationKind, as: 'same' | 'unknown') =>
    relation(task, { ...asked, kind }) === as;
  const isOther = (task: Task, as: 'same' | 'unknown') =>
    !isKnown(task) &&
    RECOVERIES.some(
      (kind) =>
        kind !== asked.kind && (kind === ALIKE[asked.kind] || taskEnd(task) === null) && relates(task, kind, as),
    );
  const its = all.filter((task) => relates(task, asked.kind, 'same') || isOther(task, 'same'));
  const task = its[0] ?? null;
  return {
    task,
    isAnother: task !== null && !relates(task, asked.kind, 'same'),
    unnamed: all.filter((one) => relates(one, asked.kind, 'unknown') || isOther(one, 'unknown')),
  };
}

/** Whether a site means by `user` whoever Drover is logged in as there; null: it does not tell. */
export async function isOwnUser(site: Site, user: string, options: CallOptions): Promise<boolean | null> {
  try {
    const own = (await unextended(options, (local) => site.currentSession(local))).user;
    return typeof own === 'string' ? isSame(user, own) : null;
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return null;
    throw error;
  }
}

/** With or without the organization. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a.includes('@') === b.includes('@')) return a === b;
  return a.split('@')[0] === b.split('@')[0];
}

/** For what somebody else has done: nothing is sent, and nothing of it is undone. */
export function doneByOthers(request: OperationRequest, who: string | null): ApplicationFailure {
  const { kind, vm, site, replicationId } = request;
  const message = `${kind} of ${nameWithId(vm)} at ${site} is not this run's: ${who ?? 'somebody else'} has done it meanwhile [replication ${replicationId}]; nothing more was sent.`;
  const advice =
    kind === 'failover-test'
      ? 'Clean that test up in VCDA when it is no longer needed, then run the VM again.'
      : 'Look at the VM at both sites and at its replication before anything is run for it again.';
  return finalFailure({ code: DONE_BY_OTHERS, message, operation: kind, taskId: null, site, advice });
}

/** A person is asked: what was sent may have had the effect, and so may what somebody else did. */
export function ownerUnknown(request: OperationRequest, why: string): ApplicationFailure {
  const { run, kind, vm, site, operationId, replicationId } = request;
  const message =
    `whether the ${kind} of ${nameWithId(vm)}, which replication ${replicationId} at ${site} shows, is this run's ` +
    `cannot be told: its answer was lost, and ${why}; before it was sent the replication did not show it [operation ${operationId}].`;
  const advice = `Look at that replication: drover resume ${run} takes it for this run's and goes on, drover cancel ${run} ${vm.id} leaves it as it is.`;
  return cannotTell(request, { message, advice, leaves: true });
}
