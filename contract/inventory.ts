/** What a site has, as a client is told of it in pages. Plain JSON. */

/** Null in a member: the site does not tell it. */
export interface ListedVm {
  id: string;
  name: string | null;
  computerName: string | null;
  power: 'on' | 'off' | 'suspended' | null;
  org: string | null;
  vdc: { id: string; name: string | null } | null;
  vapp: { id: string; name: string | null } | null;
}

export interface ListedVdc {
  id: string;
  name: string;
  org: string | null;
}

/** A storage profile, SLA profile or network. */
export interface ListedName {
  id: string;
  name: string;
}

/** Lists that are read in pages: a later page begins after an id. */
export type InventoryQuestion = {
  site: string;
  /** the same for all pages of one listing, which are read from the site once */
  list: string;
  /** null: the first page */
  after: string | null;
} & ({ of: 'vms' } | { of: 'vdcs' } | { of: 'slaProfiles' } | { of: 'storageProfiles' | 'networks'; vdc: string });

export interface InventoryPage {
  /** in the order of their ids; null: by its own word the site does not list them, or not to this login */
  items: (ListedVm | ListedVdc | ListedName)[] | null;
  /** where the next page begins; null: there is none */
  next: string | null;
}
