/**
 * Working claims: which unit of which run works with which VMs now. One workflow keeps them for each pair of sites, so that no
 * two work with one VM at once, by whatever ids their plans know it. Plain JSON.
 */

/** Whoever begins the workflows of units, and claims for them: a shard of a run, or a drill. */
export interface Claimant {
  run: string;
  /** its workflow, which is told what becomes of the claims */
  parent: string;
  /** site that the ids of its units' workflows name */
  source: string;
}

/** Of one unit, for one workflow of it; it ends with that. */
export interface UnitClaim {
  unit: string;
  /** of that workflow */
  revision: number;
  /** what else than the unit's id names the VM: its ids at either site, and those of its replication, as far as they are known */
  also: string[];
}

/** Claims that are over: of these workflows of units, and of those before. */
export interface ClaimOver {
  unit: string;
  revision: number;
}

export interface ClaimRequest extends Claimant {
  /** each is granted as a whole, or waits as a whole: so no two can wait for each other */
  groups: UnitClaim[][];
  /** told along with it, since it costs nothing then */
  over: ClaimOver[];
}

export interface ClaimsOver extends Pick<Claimant, 'run' | 'parent'> {
  /** `all`: the claimant ends */
  over: ClaimOver[] | 'all';
}

/** What a unit has found out, or a site has shown, that its VM is known by as well. */
export interface MoreNames {
  run: string;
  unit: string;
  also: string[];
  /** while it has sent nothing, it gives way to whoever has the VM under such a name; null: it does not */
  unsent: (Claimant & { revision: number }) | null;
}

/** How the claim of a unit stands. */
export interface Standing {
  unit: string;
  /** `unknown`: nothing is known of it */
  is: 'held' | 'waits' | 'unknown';
  /** the run that it waits for; null: it waits with others of its group, or does not */
  by: string | null;
}

export interface Standings {
  /** false: what was claimed before this workflow began is not known yet, and nothing is granted */
  isReady: boolean;
  units: Standing[];
}

/** What a claimant is told. */
export interface ClaimsWord {
  run: string;
  /** what has waited, and is free now */
  granted: ClaimOver[];
  /** what waits for others than before */
  waiting: { unit: string; by: string }[];
  /** what others wait for: they are told at once when it is over */
  awaited: ClaimOver[];
}

/** What a claimant holds, as it knows: by this the claims are put together again when their workflow was terminated. */
export interface HeldClaims extends Claimant {
  sites: [string, string];
  claims: UnitClaim[];
}

/** A claim that others wait for, and by whose workflows it is told whether it is over. */
export interface Holder extends Claimant {
  unit: string;
  revision: number;
}

/** Unordered: whichever way the plans go. */
export const pairOf = (a: string, b: string): [string, string] => (a < b ? [a, b] : [b, a]);
