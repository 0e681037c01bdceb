/** Which replication a watch is about, and where it is by now. */
import type { Watch } from '../contract/watch.js';
import type { CallOptions, Site, Task, VmReplication } from '../vcda/index.js';
import type { ByIds } from './by-ids.js';
import type { ActivityDeps } from './deps.js';
import { ownMark } from './mark.js';
import { onlyOrMarked } from './one-of-several.js';
import { isDeleted } from './outcome.js';
import { replicationsOfVm } from './passed-over.js';
import { findReversed, reversedIn } from './reversal.js';
import { replicationIdIn } from './send.js';

/** As far as the watch, or its task, tells it. */
export function replicationIdOf(watch: Watch, task: Task | undefined): string | null {
  const told = task === undefined ? null : replicationIdIn(task);
  return watch.kind === 'reverse' ? (told ?? watch.replicationId) : (watch.replicationId ?? told);
}

/** A start's replication is known by its task's result, else by its VM; a reverse's may be elsewhere and have another id. */
export async function replicationOf(
  deps: Pick<ActivityDeps, 'sites' | 'installation'>,
  site: Site,
  watch: Watch,
  task: Task | undefined,
  { found: known, failed }: ByIds<VmReplication>,
  options: CallOptions,
): Promise<VmReplication | null> {
  const id = replicationIdOf(watch, task);
  const failure = id === null ? undefined : failed.get(id);
  if (failure !== undefined) throw failure;
  if (watch.kind === 'reverse') {
    const listed = id === null ? undefined : known.get(id);
    if (watch.phase === 'sync' && listed !== undefined) return listed;
    const found = await findReversed(deps.sites, site, { ...watch, replicationId: id }, options);
    return found ?? reversedIn(task, watch);
  }
  // What a list that was asked for by its id leaves out is gone.
  const isGone = id !== null && !known.has(id) && isDeleted(watch, task);
  const named = id === null || isGone ? null : (known.get(id) ?? (await site.findReplication(id, options)));
  if (named !== null || (id !== null && watch.kind !== 'start')) return named;
  const all = await replicationsOfVm(site, watch.vm.id, options);
  return onlyOrMarked(all, ownMark(deps, watch));
}
