/** What workflows want of a site, and how far it has got: plain JSON. Times are epoch ms unless said otherwise. */
import type { Plan, ReplicationSettings, VappNetworkSettings, VmNetworkSettings } from '../plan/types.js';
import type { ClockOffset } from './site-clock.js';
import type { SlotKind, SlotRequest } from './slot.js';
import type { VmRef } from './vm-ref.js';

export type { SlotKind, VmRef };

export const OPERATION_KINDS = [
  'start',
  'sync',
  'migrate',
  'failover',
  'failover-test',
  'cleanup',
  'reverse',
  'pause',
  'resume',
  'reconfigure',
  'chown',
  'delete',
] as const;

export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Whether it brings the VM up at the other site. */
export const isCutover = (kind: OperationKind | null): kind is 'migrate' | 'failover' =>
  kind === 'migrate' || kind === 'failover';

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
  /** see activities/latest-start.ts; told by the worker that asks. Absent: not known */
  latestSeen?: number;
  latestStart?: number;
}

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
  /** kind start of a vApp: its VMs, as the plan has them */
  members?: VmRef[];
  recovery?: RecoveryBody;
  reconfigure?: TakeOver;
  /** kind chown: whose it is to be, `org@site` */
  newOwner?: string;
  /** kind reverse: by which the replication is found afterwards, since it moves to the other site and may change its id */
  recoveredVmId?: string | null;
  /** of a run that made or took over the replication: marks that it may bear, the run's own first; absent: any */
  marks?: string[];
  /** kind delete: not when it holds a recovery, since that is somebody else's */
  unlessRecovered?: boolean;
  /** it is left to any other run whose mark it bears, also to one that has ended */
  onlyOwn?: true;
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
  /** how many places that is; absent: one */
  places?: number;
  /** as in `Watch` */
  next?: SlotRequest;
  /** tasks of this VM's earlier operations: none of them is this one */
  knownTasks: string[];
  /** a person has looked at a site that could not tell, and said `resume`: send it, or take what is there for it */
  decided: boolean;
  /** kind start: the replication that the person was shown, and decided on; nothing else is taken for it. Absent: none was */
  taken?: string;
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
