/** What the check of a plan knows of two sites; null, of a list: by its own word its site does not give it, or not to this login. */
import type { Lengths } from '../../contract/lengths.js';
import type { Located } from '../../contract/questions.js';
import type { InventoryVdc, InventoryVm, Named, Policy, SlaProfile, VmReplication } from '../../vcda/index.js';

/** A migration of which Drover's own record, or a list, tells. */
export interface MovedFact {
  vmId: string;
  name: string | null;
  to: string | null;
  run: string;
}

/** The replication of a VM that a failover, reversal or failback needs; a text: why there is none to be used. */
export type LocatedFact = { is: 'found'; at: Located } | { is: 'missing' } | { is: 'unclear'; why: string };

export interface PlanFacts {
  /** of this Drover; see {@link markOf} */
  installation: string;
  /** VMs at the source, by id */
  source: Map<string, InventoryVm> | null;
  destination: InventoryVm[] | null;
  vdcs: InventoryVdc[] | null;
  /** by id of the VDC */
  storageProfiles: Map<string, Named[] | null>;
  networks: Map<string, Named[] | null>;
  /** that hold at the source, and at the destination */
  outgoing: Policy[] | null;
  incoming: Policy[] | null;
  /** replications that go to the destination already, of whoever; null as above, and where no policy bounds them */
  incomingReplications: VmReplication[] | null;
  slaProfiles: SlaProfile[] | null;
  /** at the destination, of VMs of the plan, by id of the VM; null as above */
  replications: Map<string, VmReplication[]> | null;
  /** ids of replications without a mark that an earlier run of this Drover has made */
  madeByDrover: Set<string>;
  located: Map<string, LocatedFact>;
  moved: MovedFact[];
  /** how long its cutovers have taken where it cuts over, and how many may run there at once; null: too few are known */
  cutover: { each: Lengths; atOnce: number } | null;
  /** open run by id of the VM that it works with */
  heldBy: Map<string, string>;
}
