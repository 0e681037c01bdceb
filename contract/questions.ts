/** What workflows ask activities of a VM, and what they hear: plain JSON. Times are epoch ms unless said otherwise. */
import type { Check, Logins, VappNetworkSettings, VmNetworkSettings } from '../plan/types.js';
import type { MoreNames } from './claims.js';
import type { TestNetworks } from './covered-nics.js';
import type { SlotKind, VmRef } from './operation.js';
import type { ReplicationSummary } from './replication.js';
import type { ClockOffset } from './site-clock.js';
import type { SlotRequest } from './slot.js';

/** A question about the replication of a VM that a plan or drill names as it was when its replication began. */
export interface LocateInput {
  run: string;
  source: string;
  destination: string;
  vm: VmRef & { replicationId?: string; earlier?: EarlierRuns };
  /** `replicationId` was seen before, so that its absence is believed only after a while */
  isKnown?: boolean;
  resumedAt: number;
  /** of the unit, which is told what else its VM is found to be known by; absent: it has none */
  claim?: Omit<MoreNames, 'also'> & { known: string[] };
}

/** What runs before this one know of a VM, as far back as Temporal keeps them; newest first. */
export interface EarlierRuns {
  /** of its replications */
  replicationIds: string[];
  /** ids that it got where it was recovered */
  vmIds: string[];
  /** what the cutover of one of them has left off; null: nothing. Absent in what was recorded before */
  left?: PowerBefore | null;
}

export interface MovedBeforeInput {
  /** site that they are to be moved from */
  source: string;
  vms: VmRef[];
  /** others that the plan of this run names are left out: none is another's successor */
  run?: string;
}

/** A VM that was migrated, as a closed workflow tells. */
export interface Moved {
  vmId: string;
  /** null: migrated before names were kept */
  name: string | null;
  /** site that it was moved to; null as above */
  to: string | null;
  run: string;
}

export interface LookForMovedInput {
  /** whose plan may name others of the VM's name */
  run: string;
  source: string;
  destination: string;
  vdc: string;
  vm: VmRef;
  /** of a vApp: its VMs */
  members?: VmRef[];
  /** a place at the destination that is asked for where nothing speaks against a copy; absent: none */
  wants?: SlotRequest;
  resumedAt: number;
}

export interface OrgInput {
  site: string;
  peer: string;
  vdc: string;
  vm: VmRef;
  resumedAt: number;
}

/** What sites show of a VM that may have been moved before. */
export interface SeenOfMoved {
  /** the place that its VM wants was asked for; absent: it was not */
  isAsked?: true;
  /** what the source calls it; null: it does not list it */
  name: string | null;
  /** false also where nobody says */
  isSourceOff: boolean;
  /** false also where nobody says; absent in what was recorded before */
  isSourceOn?: boolean;
  /** a VM of its name, or computer name, in the destination's VDC, or in one that the site does not tell */
  twin: { id: string; name: string; isPlaceUnknown?: true } | null;
}

/** Where the replication lives now; `peer` is the other of the two sites. */
export interface Located {
  site: string;
  peer: string;
  replication: ReplicationSummary;
  /** its mark names the VM that was asked for, by the plan's id. Absent in what was recorded before */
  isMarkedAsIts?: boolean;
}

export interface ReplicationInput {
  run: string;
  site: string;
  peer: string;
  vm: VmRef;
  replicationId: string;
  resumedAt: number;
  /** says that there is none when it is seen first, not once it was so for as long as it may be missing */
  atOnce?: boolean;
  /** VCDA's id of the VM now: others of it are told as well, as far as the site can be asked for them */
  besideOf?: string;
}

/** All that is looked at right before a migrate. */
export interface BeforeCutoverInput {
  copy: ReplicationInput;
  /** what it is the copy of, where that does not tell; and how long the site of that is asked: ms */
  source: { vmId: string; within: number };
  /** of the store; absent: nothing is asked of it */
  history?: MovedBeforeInput;
  /** a sync that comes first where the copy is older than `most` ms, and a place for that; absent: none */
  sync?: { most: number; syncedAt: number | null; clock: ClockOffset | null; place: SlotRequest };
}

export interface BeforeCutover {
  /** null: there is none */
  replication: ReplicationSummary | null;
  /** of its source; absent: not asked */
  power?: SourcePower;
  /** absent: not asked, or not answered */
  moved?: Moved[];
  /** a place for its sync was asked for, and nothing else looked at: all of it is again after the sync */
  isAsked?: true;
}

/** About what a start has made that was accepted. */
export interface StartedInput {
  site: string;
  peer: string;
  /** where its VM is */
  source: string;
  vm: VmRef;
  operationId: string;
  /** null: no answer has named it */
  taskId: string | null;
  /** that it was sent with; absent: it is not known */
  mark?: string;
  /** replications that answers have named as what it made */
  named: string[];
  /** when it was accepted, or found: epoch ms */
  since: number;
  resumedAt: number;
}

/** Of the replications of its VM at its site. */
export interface Started {
  /** its task was seen to be over */
  isOver: boolean;
  /** what it has made; null: none is known to be */
  its: ReplicationSummary | null;
  /** that it may have made, and that somebody else may have; empty where one is known */
  untold: ReplicationSummary[];
  /** ids of others than the one that is known */
  beside: string[];
}

export type RecoveredByInput = Omit<ReplicationInput, 'atOnce' | 'besideOf'>;

/** The newest task that may have recovered a VM. */
export interface RecoveredBy {
  kind: 'failover' | 'migrate';
  taskId: string;
  /** it runs still: what it recovers may not be there yet */
  isUnderWay: boolean;
  /** the user that the site names; null: it names none */
  who: string | null;
}

/** Which test networks the NICs of a copy would go to. */
export interface TestNetworksInput extends Omit<ReplicationInput, 'atOnce' | 'besideOf'> {
  /** sent with the test failover; what is absent is as the replication has it */
  settings: NetworksOfBody;
}

/** What a drill's map of networks comes to for one replication. */
export interface MapNetworksInput extends Omit<ReplicationInput, 'atOnce' | 'besideOf'> {
  /** from source network to test network, by name */
  map: Record<string, string>;
  /** what the drill says of the VM itself, which goes before its map */
  own?: VmNetworkSettings | undefined;
}

export interface NetworksOfBody {
  vAppNetworkSettings?: VappNetworkSettings;
  vmNetworkSettings?: VmNetworkSettings;
}

/** As the body of a test failover has them. */
export interface TestSettings {
  settings: NetworksOfBody;
  networks: TestNetworks | null;
  /** networks that lead nowhere */
  unmapped: string[];
  /** networks that the map names and that the VDC does not have, or has more than once */
  missing: string[];
  /** names of those that it has */
  available: string[];
}

export interface InstanceInput {
  run: string;
  site: string;
  peer: string;
  vm: VmRef;
  replicationId: string;
  /** the newest instance that is not younger than this */
  before: number;
  resumedAt: number;
}

export interface SourcePowerInput {
  /** where the VM runs */
  site: string;
  /** null: not known */
  vmId: string | null;
  resumedAt: number;
  /** how long the site is asked before its power counts as unknown: ms */
  within: number;
  /** a place at its site that is given back once the VM is seen to run; absent: none */
  gives?: { slot: SlotKind; workflowId: string };
  /** what it was recovered from, asked about at the same time; absent: nothing */
  source?: { site: string; vmId: string | null; within: number };
}

/** Which VMs stand in a vApp. */
export interface VappMembersInput {
  site: string;
  /** see plan/vapp.ts */
  unit: string;
  resumedAt: number;
}

/** Of a VM whose cutover an earlier run began. */
export interface PowerBefore {
  power: SourcePower['power'];
  /** since when it may be down by it; null: it is not, as far as is known */
  downSince: string | null;
}

export interface SourcePower {
  power: 'on' | 'off' | 'unknown';
  at: number;
  /** by what, or why not, in words */
  known: string;
  /** its site lists its VMs, and this one is not among them */
  isMissing?: true;
  /** where it stands; absent: its site does not tell */
  vdc?: { id: string; name: string | null };
  /** of what it was recovered from; absent: not asked */
  source?: SourcePower;
  /** of a vApp, which is on while any of its VMs is: each of them */
  members?: { id: string; power: SourcePower['power'] }[];
  /** the place was given back */
  given?: true;
}

export interface CheckVmInput {
  run: string;
  site: string;
  peer: string;
  vm: VmRef & { address?: string };
  replicationId: string;
  /** whose network settings tell the address */
  recovery: 'test' | 'failover';
  check: Check;
  /** when its time is over */
  until: number;
  resumedAt: number;
}

/** A test copy that a drill has made or is about to make. */
export interface TestCopy {
  /** of the VM's workflow, which removes it while it runs */
  workflowId: string;
  run: string;
  source: string;
  peer: string;
  /** of the drill's, which a sweep uses; absent: the default ones */
  logins?: Logins;
  vm: VmRef;
  replicationId: string;
  since: number;
  /** VCDA's id of the copy; absent: it is not made yet, or the site does not tell */
  copyId?: string;
  /** of the vApp that it is in; absent as above */
  copyVappId?: string;
  /** why no sweep removes it, as far as was seen: it is looked at again whenever a sweep is asked for, and said until it is gone */
  stays?: { is: 'others' | 'unknown' | 'orphan'; reason: string };
}

/** Whether what a test has made stands at its site, whatever its replication says. */
export interface CopyAtInput {
  site: string;
  /** null: not known */
  copyId: string | null;
  copyVappId: string | null;
  resumedAt: number;
}

export interface CopyAt {
  /** `unknown`: the site does not tell, or nobody has told which VM it is */
  is: 'gone' | 'stands' | 'unknown';
  /** which VM and where, or why it is not known: in words */
  known: string;
}

/** A question about a test copy that a drill may have made. */
export interface WhoseCopyInput {
  /** the drill's */
  run: string;
  site: string;
  peer: string;
  vm: VmRef;
  replicationId: string;
  /** when the drill was about to make it; no copy stood there then */
  since: number;
  /** tasks of the drill's own tests that were accepted */
  knownTasks: string[];
  resumedAt: number;
}

/** A workflow that a site keeps something for, and the run that it is of: the same VM may be open for another by now. */
export interface Subject {
  workflowId: string;
  run: string;
}
