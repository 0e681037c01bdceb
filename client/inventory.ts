/** The inventory of a site, read through a worker, which alone has its login. */
import { randomUUID } from 'node:crypto';
import type { InventoryQuestion, ListedName, ListedVdc, ListedVm } from '../contract/inventory.js';
import type { Logins } from '../plan/types.js';
import { askSites } from './ask-sites.js';
import { NotTold } from './errors.js';
import { requireKnown } from './known-sites.js';
import type { Session } from './session.js';
import { requireWorker } from './worker-presence.js';

const UNREAD = 'The inventory was not read.';

type Of = InventoryQuestion extends infer Question
  ? Question extends unknown
    ? Omit<Question, 'site' | 'list' | 'after'>
    : never
  : never;

export class Inventory {
  readonly #session: Session;
  readonly #site: string;
  readonly #logins: Logins;
  readonly #onProgress: (read: number) => void;
  /** of all that is read of the site for one purpose */
  readonly #list = randomUUID();

  /** @param onProgress told how many VMs have come, of long lists */
  private constructor(session: Session, site: string, onProgress: (read: number) => void, logins: Logins) {
    this.#session = session;
    this.#site = site;
    this.#logins = logins;
    this.#onProgress = onProgress;
  }

  /** @throws NoWorker when none knows the site */
  static async of(
    session: Session,
    site: string,
    onProgress: (read: number) => void = () => {},
    logins: Logins = {},
  ): Promise<Inventory> {
    await requireWorker(session, UNREAD);
    await requireKnown(session, [site], UNREAD, logins);
    return new Inventory(session, site, onProgress, logins);
  }

  /** In the order of their ids, as the next ones. @throws NoWorker; NotTold where the site does not list them */
  vms = (): Promise<ListedVm[]> => this.#all<ListedVm>({ of: 'vms' }, 'its VMs');
  vdcs = (): Promise<ListedVdc[]> => this.#all<ListedVdc>({ of: 'vdcs' }, 'its VDCs');
  storageProfiles = (vdc: string): Promise<ListedName[]> =>
    this.#all({ of: 'storageProfiles', vdc }, `the storage profiles of VDC ${vdc}`);
  slaProfiles = (): Promise<ListedName[]> => this.#all({ of: 'slaProfiles' }, 'its SLA profiles');
  networks = (vdc: string): Promise<ListedName[]> => this.#all({ of: 'networks', vdc }, `the networks of VDC ${vdc}`);

  async #all<T extends ListedVm | ListedVdc | ListedName>(of: Of, what: string): Promise<T[]> {
    const all: T[] = [];
    let after: string | null = null;
    do {
      const question = { ask: 'inventory', ...of, site: this.#site, list: this.#list, after } as const;
      const doing = `read ${what} at ${this.#site}`;
      const { inventory } = await askSites(this.#session, question, doing, UNREAD, this.#logins);
      if (inventory?.items == null) throw new NotTold(this.#site, what);
      all.push(...(inventory.items as T[]));
      after = inventory.next;
      if (after !== null) this.#onProgress(all.length);
    } while (after !== null);
    return all;
  }
}
