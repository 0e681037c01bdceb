/** What stands at a site, as a client is told of it in pages. Plain JSON; a null says that the site does not tell. */

export interface ListedReplication {
  id: string;
  vm: { id: string | null; name: string | null };
  source: string | null;
  destination: string | null;
  vdc: { id: string; name: string | null } | null;
  kind: 'migration' | 'protection' | null;
  health: string | null;
  /** of its connection */
  state: string | null;
  /** `TEST`: a test copy stands; `COMPLETE`: it was recovered */
  recovery: string;
  isPaused: boolean;
  /** `org@site` */
  owner: string | null;
  /** by its mark: this installation's, another's, or without one */
  whose: 'ours' | 'another installation' | 'unmarked';
  /** that its mark names; null: none */
  run: string | null;
  /** of that run, where it is ours; `forgotten`: neither Temporal nor the store knows it */
  runIs: 'open' | 'over' | 'forgotten' | null;
  /** when that run began: ISO; null: not known */
  runStartedAt: string | null;
  /** the newest moment that it holds: ISO, by the site's clock */
  latest: string | null;
  /** made by a run of ours for a migration that is over, or of a test: nobody will remove it */
  isOrphan: boolean;
}

export interface ReplicationsQuestion {
  site: string;
  /** the same for all pages of one listing */
  list: string;
  /** null: the first page */
  after: string | null;
}

export interface ReplicationsPage {
  /** in the order of their ids; null: by its own word the site does not list them, or not to this login */
  items: ListedReplication[] | null;
  /** where the next page begins; null: there is none */
  next: string | null;
}
