/**
 * Finds out whether an operation has reached a site already: by its operation id, else by the tasks on its VM, else by
 * what the replication shows. An answer lost on the wire is therefore never a second start.
 */

import type { OperationRequest } from '../contract/operation.js';
import {
  type CallOptions,
  recoveryState,
  type Site,
  type Sites,
  type Task,
  taskEnd,
  type VmReplication,
} from '../vcda/index.js';
import { effectOf } from './effect.js';
import { mayBeAnybodys } from './latest-start.js';
import { chosenOf } from './one-of-several.js';
import { isOwnUser } from './ownership.js';
import { passingOver, replicationsOfVm, tasksWithOdd } from './passed-over.js';
import { filtersProvenly } from './proven-filter.js';
import { relation } from './relation.js';
import { findReversed } from './reversal.js';
import { replicationIdIn } from './send.js';
import { earliestStart, mayHaveBegunAfter, told } from './task-match.js';
import { underOperationId } from './under-operation-id.js';

export interface Found {
  /** null: known by its effect only */
  taskId: string | null;
  replicationId: string | null;
  /** ids of others of its VM that were listed with it; absent: none was */
  beside?: string[];
}

/** The VM has a replication that is not this run's to use. */
export class ForeignReplication extends Error {
  override readonly name = 'ForeignReplication';
  readonly code = 'VmAlreadyReplicated';
  readonly advice: string;

  /** @param what said after the name of the VM */
  constructor(what: string, advice: string) {
    super(what);
    this.advice = advice;
  }
}

/** What a search at the site tells of an operation. */
export type Sighting =
  | { is: 'there'; found: Found }
  | { is: 'absent' }
  /** tasks run that may be it: the site does not say what they are for */
  | { is: 'undecided'; tasks: string[] };

/**
 * Searches for an operation. `inDoubt`: it may have been sent before, so every way of finding it is tried; without doubt no
 * task but one under its operation id can be it.
 * @param mark this run's, for the VM
 * @throws VcdaError when the site cannot be asked
 * @throws ForeignReplication when a start would meet a replication that it must not adopt
 * @throws Several when it would meet more than one
 */
export async function findOperation(
  sites: Sites,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  inDoubt: boolean,
  mark: string,
): Promise<Sighting> {
  const byId = await underOperationId(site, request, options);
  const own = newest(byId ?? []);
  if (own !== null) return there(own.id, request.replicationId);

  let related: Related = { named: [], same: [], unknown: [] };
  if (inDoubt && (await filtersProvenly(site, request, options)) !== true) {
    related = await relatedTasks(site, request, options);
    const sure = newest(related.named) ?? newest(related.same.filter((task) => taskEnd(task) === null));
    if (sure !== null) return there(sure.id, request.replicationId);
  }

  const effect =
    request.kind === 'start'
      ? await findReplicationOfVm(site, request, options, inDoubt, mark)
      : await findEffect(sites, site, request, options);
  if (effect !== null) return { is: 'there', found: { ...effect.found, taskId: endedTask(related, request, effect) } };
  const running = related.unknown.filter((task) => taskEnd(task) === null);
  return running.length > 0 ? { is: 'undecided', tasks: running.map(({ id }) => id) } : { is: 'absent' };
}

/** Tasks that may be an operation, without those of other operations. */
interface Related {
  /** under its operation id */
  named: Task[];
  /** of its kind and VM: while it runs, a site takes no second one */
  same: Task[];
  unknown: Task[];
}

/** The tasks of a site that does not filter by operation id. */
async function relatedTasks(site: Site, request: OperationRequest, options: CallOptions): Promise<Related> {
  const since = { startTimeAfter: earliestStart(request) };
  const { tasks: recent, odd } = await tasksWithOdd(site, (use) => site.tasks(since, use), options);
  // None at all in a whole day: the site's clock may be none.
  const listed = recent.length > 0 ? recent : await site.tasks({}, { ...options, unreadable: passingOver(site) });
  const tasks = listed.filter((task) => !request.knownTasks.includes(task.id));
  const named = tasks.filter((task) => told(task, request.operationId) === 'same');
  const related: Related = { named, same: [], unknown: [] };
  for (const task of tasks) {
    if (taskEnd(task) === 'failed') continue;
    const is = relation(task, request);
    if (is !== 'other') related[is].push(task);
  }
  related.unknown.push(...odd.filter((task) => taskEnd(task) === null && relation(task, request) !== 'other'));
  if (request.kind !== 'start') return related;
  return withoutOthers(site, request, await startsOfVm(site, request, related, options), options);
}

/** What another user starts is no start of ours; what comes of it is judged by whose it is. */
async function withoutOthers(
  site: Site,
  request: OperationRequest,
  related: Related,
  options: CallOptions,
): Promise<Related> {
  const users = new Set([...related.same, ...related.unknown].flatMap(({ user }) => user ?? []));
  const others = new Set<string>();
  for (const user of users) if ((await isOwnUser(site, user, options)) === false) others.add(user);
  const isNotOthers = ({ user }: Task) => user == null || !others.has(user);
  const same = related.same.filter(isNotOthers);
  const unknown = related.unknown.filter(isNotOthers);
  // Where nothing speaks for it but the login, what it makes tells, by its mark.
  const isUntold = (task: Task) => site.filtersByOperationId() === null || mayBeAnybodys(task, request);
  return {
    ...related,
    same: same.filter((task) => !isUntold(task)),
    unknown: [...same.filter(isUntold), ...unknown],
  };
}

/** A start's task that names a replication is told by the VM of that replication. */
async function startsOfVm(
  site: Site,
  request: OperationRequest,
  related: Related,
  options: CallOptions,
): Promise<Related> {
  const ids = related.unknown.flatMap((task) => replicationIdIn(task) ?? []);
  if (ids.length === 0) return related;
  const replications = await site.replicationsById([...new Set(ids)], { ...options, unreadable: passingOver(site) });
  const vmOf = (task: Task) => replications.get(replicationIdIn(task) ?? '')?.vmId;
  return {
    ...related,
    same: [...related.same, ...related.unknown.filter((task) => vmOf(task) === request.vm.id)],
    unknown: related.unknown.filter((task) => vmOf(task) == null),
  };
}

/** Of a task that is over, only what the site shows besides tells that it was this one. */
function endedTask({ same }: Related, request: OperationRequest, effect: EffectFound): string | null {
  if (!effect.isDone) return null;
  const over = same.filter((task) => taskEnd(task) === 'succeeded' && mayHaveBegunAfter(task, request));
  return newest(over)?.id ?? null;
}

/** What a replication shows of an operation, whose task it does not name. */
interface EffectFound {
  isDone: boolean;
  found: Omit<Found, 'taskId'>;
}

const there = (taskId: string, replicationId: string | null): Sighting => ({
  is: 'there',
  found: { taskId, replicationId },
});

async function findEffect(
  sites: Sites,
  site: Site,
  request: OperationRequest,
  options: CallOptions,
): Promise<EffectFound | null> {
  if (request.replicationId === null) return null;
  const replication =
    request.kind === 'reverse'
      ? await findReversed(sites, site, request, options)
      : await site.findReplication(request.replicationId, options);
  const effect = effectOf(request, replication);
  if (effect === 'none') return null;
  return { isDone: effect === 'done', found: { replicationId: replication?.id ?? request.replicationId } };
}

async function findReplicationOfVm(
  site: Site,
  request: OperationRequest,
  options: CallOptions,
  inDoubt: boolean,
  mark: string,
): Promise<EffectFound | null> {
  const { start, taken } = request;
  const all = await replicationsOfVm(site, request.vm.id, options, inDoubt);
  const fromThere = all.filter((r) => (r.source?.site ?? start?.sourceSite) === start?.sourceSite);
  const named = fromThere.some(({ id }) => id === taken) ? taken : request.named;
  const chosen = chosenOf(fromThere, { mark, ...(named === undefined ? {} : { named }) });
  if (chosen === null) return null;
  const { it: existing, beside } = chosen;
  const obstacle = obstacleTo(existing, request);
  if (obstacle !== null) throw new ForeignReplication(obstacle.what, obstacle.advice);
  return { isDone: true, found: { replicationId: existing.id, ...(beside.length === 0 ? {} : { beside }) } };
}

/** A VM replicates to one destination only [doc UG46 GUID-1A28D7BE], so one that exists is used or is in the way. */
function obstacleTo(existing: VmReplication, request: OperationRequest): { what: string; advice: string } | null {
  const to = existing.destination?.site ?? request.site;
  if (to !== request.site)
    return {
      what: `already replicates to ${to} (${existing.id}).`,
      advice: 'Find out who needs that one: leave the VM out of the plan, or run it again once it is gone.',
    };
  if (request.start?.isMigration !== (existing.isMigration ?? true)) {
    const is = existing.isMigration === true ? 'a migration' : 'a protection';
    return {
      what: `has ${is} already (${existing.id}) that this plan did not start.`,
      advice: 'Find out who needs it: leave the VM out of the plan, or run it again once it is gone.',
    };
  }
  if (recoveryState(existing) === 'COMPLETE')
    return {
      what: `was recovered at ${to} before (${existing.id}).`,
      advice: 'See which of its VMs runs, and leave it out of the plan; run it again once that replication is gone.',
    };
  if (recoveryState(existing) === 'TEST')
    return {
      what: `has a test copy at ${to} (${existing.id}).`,
      advice: 'Clean the test up, then run the VM again.',
    };
  return null;
}

const newest = (tasks: Task[]): Task | null =>
  tasks.reduce<Task | null>(
    (best, task) => (best === null || (task.startTime ?? 0) > (best.startTime ?? 0) ? task : best),
    null,
  );
