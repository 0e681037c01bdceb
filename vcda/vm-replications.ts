/** Replications of VMs: reading them, and every operation on one [doc B45, OPI vm-replications]. */
import type { RecoverySettings, StartSettings } from './bodies.js';
import { type VmReplication, vmReplication } from './schemas/replication.js';
import type { Task } from './schemas/task.js';
import type { CallOptions, SiteHttp } from './site-http.js';

const LIST = '/vm-replications';

/** Filters of `GET /vm-replications` [doc OPI, client PsychoBelka]. */
export interface ReplicationFilter {
  ids?: string[];
  vmId?: string;
  vmName?: string;
  sourceSite?: string;
}

/** `On-Prem-Auth`, opaque: proves that the session may act on an on-premises site [seed] */
export type WithOnPremAuth = CallOptions & { onPremAuth?: string };

export function vmReplicationCalls({ readAll, readByIds, find, segment, operate }: SiteHttp) {
  const at = (id: string, verb = ''): string => `${LIST}/${segment(id)}${verb}`;

  return {
    replications: (filter: ReplicationFilter, options?: CallOptions): Promise<VmReplication[]> =>
      readAll(vmReplication, LIST, { ...filter, ids: filter.ids?.join(',') }, options),
    replicationsById: (ids: string[], options?: CallOptions): Promise<Map<string, VmReplication>> =>
      readByIds(vmReplication, LIST, ids, options),
    /** null: the site answers 404 */
    findReplication: async (id: string, options?: CallOptions): Promise<VmReplication | null> =>
      find(vmReplication, at(id), options),

    /** [seed start-vm-replication] */
    startReplication: (body: StartSettings, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', LIST, options, { body, headers: { 'On-Prem-Auth': onPremAuth } }),
    syncReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/sync'), options),
    pauseReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/pause'), options),
    resumeReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/resume'), options),
    /** Powers the source off, syncs what is left, recovers at the destination [doc B45 migrate]. */
    migrateReplication: async (id: string, body: RecoverySettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/migrate'), options, { body }),
    /** Leaves the source as it is [doc B45 failover]. */
    failoverReplication: async (id: string, body: RecoverySettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover'), options, { body }),
    testFailover: async (id: string, body: RecoverySettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover-test'), options, { body }),
    cleanUpTest: async (id: string, options: CallOptions): Promise<Task> =>
      operate('DELETE', at(id, '/failover-test'), options),
    /** Removes the original source VM [seed reverse-vm-replication]. */
    reverseReplication: async (id: string, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', at(id, '/reverse'), options, { headers: { 'On-Prem-Auth': onPremAuth } }),
    deleteReplication: async (id: string, options: CallOptions): Promise<Task> => operate('DELETE', at(id), options),
  };
}
