/** A replication together with others of its VM, in the one request that it takes to read it. */

import type { ReplicationInput } from '../contract/questions.js';
import type { ReplicationSummary } from '../contract/replication.js';
import { type CallOptions, type Site, saysNo, VcdaError, type VmReplication } from '../vcda/index.js';
import { passingOver } from './passed-over.js';
import { summaryOf } from './replication-summary.js';

type Asked = Pick<ReplicationInput, 'replicationId' | 'besideOf'>;

export class AmongOthers {
  /** names of sites that do not list the replications of one VM alone: there each is read by itself */
  readonly #listAll = new Set<string>();

  /** null: the site has none by its id. @throws VcdaError */
  async read(site: Site, { replicationId, besideOf }: Asked, options: CallOptions): Promise<ReplicationSummary | null> {
    const ofVm = besideOf === undefined ? [] : await this.#ofVm(site, besideOf, options);
    const its = ofVm.find(({ id }) => id === replicationId) ?? (await site.findReplication(replicationId, options));
    if (its === null) return null;
    const beside = ofVm.flatMap(({ id }) => (id === replicationId ? [] : [id]));
    return { ...summaryOf(its), ...(beside.length === 0 ? {} : { beside }) };
  }

  async #ofVm(site: Site, vmId: string, options: CallOptions): Promise<VmReplication[]> {
    if (this.#listAll.has(site.name)) return [];
    try {
      const all = await site.replications({ vmId }, { ...options, unreadable: passingOver(site) });
      const ofVm = all.filter((one) => one.vmId === vmId);
      if (ofVm.length < all.length) this.#listAll.add(site.name);
      return ofVm;
    } catch (error) {
      if (!(error instanceof VcdaError) || !saysNo(error)) throw error;
      this.#listAll.add(site.name);
      return [];
    }
  }
}
