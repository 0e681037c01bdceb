/** What a site's watcher waits for, and what its polls see of it: plain JSON. Times are epoch ms. */
import type { Logins } from '../plan/types.js';
import type { OperationKind, OperationRequest, SlotKind, Submitted, TakeOver, VmRef } from './operation.js';
import type { SlotRequest } from './slot.js';

/** One operation that a site's watcher waits for. */
export interface Watch {
  operationId: string;
  workflowId: string;
  run: string;
  vm: VmRef;
  kind: OperationKind;
  taskId: string | null;
  replicationId: string | null;
  peer: string;
  /** of its site and its peer, where they are not the default ones */
  logins?: Logins;
  until: 'task' | 'synced';
  /** `task` first, then `sync` when the watch goes on until the first full copy */
  phase: 'task' | 'sync';
  slot: SlotKind | null;
  /** how many places of the site it takes; absent: one */
  places?: number;
  /** a place that its VM wants once all of it has ended well, and asks for by this; absent: none */
  next?: SlotRequest;
  since: number;
  /** its task was there already, and may have ended before `since`; absent: it was sent then */
  adopted?: true;
  /** kind reverse only, as in {@link OperationRequest} */
  recoveredVmId?: string | null;
  /** kind reconfigure only */
  reconfigure?: TakeOver;
  /** kind chown only, as in {@link OperationRequest} */
  newOwner?: string;
  /** kind delete only: what it was to remove was not found before anything was sent */
  preexisting?: true;
  /** ms without a byte after which its copy is said to be stalled; absent: an hour */
  stalledAfter?: number;
  /** absent: nothing yet */
  seen?: WatchSeen;
}

/** What has been seen of a watch so far: it stays with the watch, whichever worker polls. Epoch ms. */
export interface WatchSeen {
  /** its task was listed once */
  isListed?: true;
  /** since when its task has not been listed or contradicts itself, or its replication is in error, without a break */
  amissSince?: number;
  /** since when its replication has not been found, without a break */
  missingSince?: number;
  /** what its copy has shown, and since when just that */
  copy?: { shown: string; since: number };
  /** what its VM was told of it last: the code of a `Retrying` */
  told?: string;
}

/** What a poll has seen of a watch anew. */
export type WatchNews = Pick<Watch, 'operationId' | 'phase'> & { seen: WatchSeen };

/** One phase of an operation, as it is told apart from all others that are waited for. */
export const watchKey = ({ operationId, phase }: Pick<Watch, 'operationId' | 'phase'>): string =>
  `${operationId} ${phase}`;

/** What a site's watcher is asked to wait for, once an operation is there. */
export function watchOf(
  request: OperationRequest,
  submitted: Pick<Submitted, 'taskId' | 'replicationId' | 'submittedAt'> & { adopted?: boolean; preexisting?: boolean },
  phase: Watch['phase'] = 'task',
): Watch {
  const { operationId, workflowId, run, vm, kind, peer, until, slot, stalledAfter } = request;
  const { recoveredVmId, reconfigure, newOwner, places, next } = request;
  return {
    operationId,
    workflowId,
    run,
    vm,
    kind,
    taskId: submitted.taskId,
    replicationId: submitted.replicationId,
    peer,
    until,
    phase,
    slot,
    since: submitted.submittedAt,
    ...(submitted.adopted === true ? { adopted: true } : {}),
    ...(places === undefined ? {} : { places }),
    ...(next === undefined ? {} : { next }),
    ...(recoveredVmId === undefined ? {} : { recoveredVmId }),
    ...(reconfigure === undefined ? {} : { reconfigure }),
    ...(newOwner === undefined ? {} : { newOwner }),
    ...(stalledAfter === undefined ? {} : { stalledAfter }),
    ...(kind === 'delete' && submitted.preexisting === true ? { preexisting: true } : {}),
  };
}

/** What a poll of a site needs to know; asked from the site's workflow by query, so that it costs no history. */
export interface SiteWatchList {
  version: number;
  /** null: unchanged since the version that was asked with */
  watches: Watch[] | null;
  resumedAt: number;
  limits: { requestsPerSecond: number | null };
}

export interface PollSiteInput {
  site: string;
  /** of the watches that it is for, as they have them; absent: of those with the default ones */
  logins?: Logins;
  workflowId: string;
}

export interface PolledSite {
  /** watches that are over, or whose task phase is over (`phase: 'sync'` goes on with the replication's id) */
  ended: { operationId: string; phase: 'task' | 'sync'; ok: boolean; replicationId: string | null }[];
  /** of the watches that go on; absent: nothing new */
  news?: WatchNews[];
  /** set when the site refuses to be asked until a person acts */
  hold: SiteHold | null;
}

/** Why a site refuses to be asked until a person acts. */
export interface SiteHold {
  code: string;
  message: string;
  /** what a person must do first; null: nothing more is known */
  advice: string | null;
  /** the last `resume` that the site was asked after: epoch ms */
  askedAt: number;
}
