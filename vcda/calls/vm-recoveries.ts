/** Recovering a replicated VM: migrate, failover, its rehearsal, and the way back [doc B45 vm-replications]. */

import type { Task } from '../schemas/task.js';
import type { CallOptions } from './call-options.js';
import type { FailoverSettings, FailoverTestSettings, MigrateSettings } from './recovery-bodies.js';
import type { SiteHttp } from './site-http.js';
import { VM_REPLICATIONS, type WithOnPremAuth } from './vm-replications.js';

export function vmRecoveryCalls({ operate, segment }: SiteHttp) {
  const at = (id: string, verb: string): string => `${VM_REPLICATIONS}/${segment(id)}${verb}`;

  return {
    /**
     * Makes sure that the source is off, syncs what is left, recovers at the destination, powers off and undeploys the
     * source [doc B45 migrate]. Recovery state afterwards: `COMPLETE`.
     */
    migrateReplication: async (id: string, body: MigrateSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/migrate'), options, { body }),

    /** Recovers an instance at the destination and leaves the source as it is [doc B45 failover]. */
    failoverReplication: async (id: string, body: FailoverSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover'), options, { body }),

    /**
     * Recovers a copy beside the replication, which goes on. One at a time: it must be cleaned up before another test or a
     * failover [client PsychoBelka]. Recovery state afterwards: `TEST`.
     */
    testFailover: async (id: string, body: FailoverTestSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover-test'), options, { body }),

    /** Removes the copy of a test [doc B45]. */
    cleanUpTest: async (id: string, options: CallOptions): Promise<Task> =>
      operate('DELETE', at(id, '/failover-test'), options),

    /**
     * After a failover or a migration: replicates back onto the old source's disks, and removes the original source VM
     * [seed reverse-vm-replication].
     */
    reverseReplication: async (id: string, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', at(id, '/reverse'), options, { headers: { 'On-Prem-Auth': onPremAuth } }),
  };
}
