/** What workflows hand to activities and hear from them: plain JSON. Times are epoch ms unless said otherwise. */
import type { Plan, ReplicationSettings, VappNetworkSettings, VmNetworkSettings } from '../plan/types.js';
import type { ClockOffset } from './site-clock.js';

export type OperationKind =
  | 'start'
  | 'sync'
  | 'migrate'
  | 'failover'
  | 'failover-test'
  | 'cleanup'
  | 'reverse'
  | 'pause'
  | 'resume'
  | 'reconfigure'
  | 'delete';

export interface VmRef {
  id: string;
  name: string;
}

/** What an operation sends beside its target; the start body's fields are the seed's. */
export interface StartBody extends ReplicationSettings {
  sourceSite: string;
  destinationSite: string;
  vdc: string;
  storageProfile: string;
  placementPolicy?: string;
  sizingPolicy?: string;
  seedVmId?: string;
  excludedDiskKeys?: number[];
  isMigration: boolean;
}

export interface RecoveryBody {
  powerOn: boolean;
  consolidate: boolean;
  placementPolicy?: string;
  sizingPolicy?: string;
  /** key of an instance; absent: the latest */
  instanceId?: string;
  /** failover-test only: sync first */
  sync?: boolean;
  vAppNetworkSettings?: VappNetworkSettings;
  vmNetworkSettings?: VmNetworkSettings;
}

/** Whose a replication is: of this run's own starts, of an earlier run, of somebody else. */
export type Owner = 'mine' | 'drover' | 'person';

/** Settings that a replication which exists is brought to. */
export type ReconfigureBody = Pick<
  ReplicationSettings,
  'rpo' | 'slaProfileId' | 'dataConnectionType' | 'quiesced' | 'retentionPolicy'
>;

/** What is sent to a replication that Drover takes over: the plan's settings where they differ, and this run's mark. */
export interface TakeOver extends ReconfigureBody {
  mark: string;
  /** the person's own text, after mark and words */
  text: string;
}

/** What a start has found instead of making it. */
export interface Adoption {
  owner: Owner;
  /** null: it stays as it is */
  reconfigure: TakeOver | null;
}

/** What is known of the tries before, of which one may have arrived. */
export interface EarlierTries {
  /** the VM had been seen without a replication */
  absent: boolean;
  /** see report.ts, as the next */
  cleared?: true;
  triedUntil?: number;
  /** by the site's clock, epoch ms: no task of it can have begun later; told by the worker that asks. Absent: not known */
  latestStart?: number;
}

/** A resource that site limits count: a running initial sync, or a VM in cutover. */
export type SlotKind = 'sync' | 'cutover';

export interface OperationRequest {
  operationId: string;
  kind: OperationKind;
  /** where the replication lives and its tasks run: the destination */
  site: string;
  /** the other site, to which the session must be extended */
  peer: string;
  run: string;
  vm: VmRef;
  /** workflow to notify */
  workflowId: string;
  /** null only for `start` */
  replicationId: string | null;
  start?: StartBody;
  /** kind start: which replications of the VM that exist already it may take over; default own */
  adopt?: Plan['adopt'];
  /** kind start: the replication of the VM that the plan names, where it has several; absent: none */
  named?: string;
  recovery?: RecoveryBody;
  reconfigure?: TakeOver;
  /** kind reverse: by which the replication is found afterwards, since it moves to the other site and may change its id */
  recoveredVmId?: string | null;
  /** of a run that made or took over the replication: marks that it may bear, the run's own first; absent: any */
  marks?: string[];
  /** kind delete: not when it holds a recovery, since that is somebody else's */
  unlessRecovered?: boolean;
  /** kind delete: all ids by which the VM is known; absent: its own and that of the last reverse */
  ids?: string[];
  /** VCDA's id of the VM where a reverse has given it another than the plan's */
  vmIdNow?: string;
  /** of the site's clock, as far as this VM's earlier operations have measured it; absent: not */
  clock?: ClockOffset;
  /** an activity before this one may have sent it */
  mayBeSent?: EarlierTries;
  /** when the workflow decided on this operation */
  requestedAt: number;
  /** moment after which it must not be sent any more (a cutover window's end); null: no bound */
  notAfter: number | null;
  /** when a person last said `resume`: a refusal that a worker remembers from before no longer holds */
  resumedAt: number;
  /** `task`: until the task ends; `synced`: and then until the replication holds its first full copy */
  until: 'task' | 'synced';
  /** ms without a byte after which a copy is said to be stalled; absent: an hour */
  stalledAfter?: number;
  /** slot to give back when the watch ends */
  slot: SlotKind | null;
  /** tasks of this VM's earlier operations: none of them is this one */
  knownTasks: string[];
  /** a person has looked at a site that could not tell, and said `resume`: send it, or take what is there for it */
  decided: boolean;
  /** a task of the same step has failed before this one: what the replication shows may be its doing */
  repeats?: boolean;
  /** what the workflow's look has seen of the copy, see look.ts: it is sent as long as that is so. Absent: nobody has looked */
  looked?: string;
}

export interface Submitted {
  taskId: string | null;
  replicationId: string | null;
  adopted: boolean;
  /** the site had its effect before anything was sent: somebody else's work, which Drover uses but does not remove */
  preexisting: boolean;
  submittedAt: number;
  /** of the site's clock, by the start of the task that this very attempt has sent; absent: not measured */
  clock?: ClockOffset | null;
  /** kind start only: this run's mark */
  mark?: string;
  /** kind start only: what the VM's site calls it; absent: it was not asked, or does not tell */
  vmName?: string;
  /** kind start only, of a replication that was there */
  adoption?: Adoption;
  /** kind start only: ids of other replications of the VM that stand beside that; absent: none was seen */
  beside?: string[];
}

/** Whose doing it is that a replication shows the effect of an operation. */
export type Whose =
  | { is: 'ours' }
  /** `who`: the user that the site names; null: it names none */
  | { is: 'others'; who: string | null }
  | { is: 'unknown'; why: string };

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
  until: 'task' | 'synced';
  /** `task` first, then `sync` when the watch goes on until the first full copy */
  phase: 'task' | 'sync';
  slot: SlotKind | null;
  since: number;
  /** its task was there already, and may have ended before `since`; absent: it was sent then */
  adopted?: true;
  /** kind reverse only, as in {@link OperationRequest} */
  recoveredVmId?: string | null;
  /** kind reconfigure only */
  reconfigure?: TakeOver;
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
  const { operationId, workflowId, run, vm, kind, peer, until, slot, recoveredVmId, reconfigure, stalledAfter } =
    request;
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
    ...(recoveredVmId === undefined ? {} : { recoveredVmId }),
    ...(reconfigure === undefined ? {} : { reconfigure }),
    ...(stalledAfter === undefined ? {} : { stalledAfter }),
    ...(kind === 'delete' && submitted.preexisting === true ? { preexisting: true } : {}),
  };
}

/** The state of a replication that workflows decide on. */
export interface ReplicationSummary {
  id: string;
  recoveryState: string;
  dataConnectionState: string;
  /** one of the two that Drover does not know; null: it knows both. Absent in what was recorded before */
  unknownState?: string | null;
  overallHealth: string;
  isPaused: boolean;
  isMigration: boolean;
  /** of the source VM as it is now: after a reverse, the one that was recovered */
  vmId: string | null;
  vmName: string | null;
  sourceSite: string | null;
  destinationSite: string | null;
  /** where it would put the VM; null: not told. Absent in what was recorded before */
  destinationVdc?: { id: string; name: string | null } | null;
  /** as `destinationVdc`: whose that is */
  destinationOrg?: string | null;
  isReversed: boolean;
  /** newest point in time that it can recover; null: none yet */
  latestInstance: ReplicaInstance | null;
  recoveredVappId: string | null;
  recoveredVmId: string | null;
  /** percent of the current transfer; null when the site does not say */
  progress: number | null;
  /** the 32 characters by which Drover marks what is its own; null: it has none, which proves nothing */
  mark: string | null;
  /** the run that the words after its mark name, which a person may have edited; null: none. Absent in what was recorded before */
  markedRun?: string | null;
  /** the site moves its disks to another storage */
  isMovingReplica: boolean;
  /** null: none, as far as the site says */
  lastError: { code: string; message: string } | null;
}

export interface ReplicaInstance {
  /** what recoveries take as `instanceId` */
  key: string;
  /** moment that it holds; null: the site does not say */
  timestamp: number | null;
}

/** What the error table says when a code ends a task: fail the VM, do the step again, or wait for a person. */
export type TaskMeaning = 'fail' | 'retry' | 'hold';

export interface NoticeError {
  code: string;
  message: string;
  /** the next step for a person; null: there is none. Absent in what 0.1 recorded */
  advice: string | null;
  meaning: TaskMeaning;
  /** how the step is done again, as the row says for answers too: ms */
  retry: { initial: number; max: number; for: number };
}

/** What a task says went wrong though it succeeded, such as a VM that could not be powered on. */
export interface TaskWarning {
  code: string;
  message: string;
}

/** Told to a VM's workflow when a phase of its operation is over. */
export interface Notice {
  operationId: string;
  phase: 'task' | 'sync';
  ok: boolean;
  taskId: string | null;
  replicationId: string | null;
  replication: ReplicationSummary | null;
  error: NoticeError | null;
  /** absent: none */
  warnings?: TaskWarning[];
  /** when it was seen that the phase was over, by the worker's clock */
  at: number;
  /** the task's own end, by the site's clock; null or absent: the site does not tell it */
  endedAt?: number | null;
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

/** What a VM is told of an operation that cannot go on at the moment, though it may by itself; null: it goes on. */
export interface OperationTrouble {
  operationId: string;
  phase: Watch['phase'];
  trouble: { code: string; message: string; advice: string | null; since: number; until: number | null } | null;
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

/** One finding of `drover doctor` about a site; `ok: null`: could not be tried, since an earlier check failed. */
export interface SiteCheck {
  name: 'reachable' | 'certificate' | 'login' | 'extend' | 'clock' | 'version' | 'licence';
  ok: boolean | null;
  detail: string;
  /** what a person must do; null when there is nothing to fix */
  fix: string | null;
}

export interface SiteInspection {
  site: string;
  url: string;
  checks: SiteCheck[];
}
