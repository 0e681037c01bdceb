/**
 * Replications of vApps, the twins of those of VMs: an operation on one works on all its VMs [doc B45 vapp-replications].
 * Where they live, what needs an extension and which errors come is the same.
 */

import { networkSettings, type ShownNetworkSettings } from '../schemas/networks.js';
import type { Task } from '../schemas/task.js';
import { type VappReplication, type VappSummary, vappReplication, vappSummary } from '../schemas/vapp-replication.js';
import type { ReconfigureSettings, StartVappSettings } from './bodies.js';
import type { CallOptions } from './call-options.js';
import type {
  NetworkSettings,
  VappFailoverSettings,
  VappFailoverTestSettings,
  VappMigrateSettings,
} from './recovery-bodies.js';
import type { SiteHttp } from './site-http.js';
import type { ReplicationFilter, WithOnPremAuth } from './vm-replications.js';

const LIST = '/vapp-replications';

/** Filters of `GET /vapp-replications` [doc B45 vapp-replications/get]. */
export interface VappReplicationFilter extends Omit<ReplicationFilter, 'vmId' | 'vmName'> {
  vappId?: string | undefined;
  /** part of the name */
  vappName?: string | undefined;
  /** the parameter's name is assumed */
  recoveredVappId?: string | undefined;
}

export function vappReplicationCalls({ ask, read, readAll, readByIds, find, segment, operate }: SiteHttp) {
  const at = (id: string, verb = ''): string => `${LIST}/${segment(id)}${verb}`;

  return {
    list: (filter: VappReplicationFilter = {}, options?: CallOptions): Promise<VappReplication[]> =>
      readAll(vappReplication, LIST, { ...filter, ids: filter.ids?.join(',') }, options),
    byId: (ids: string[], options?: CallOptions): Promise<Map<string, VappReplication>> =>
      readByIds(vappReplication, LIST, ids, options),
    /** null: the site lists none by this id, or answers that there is none where no list can be asked */
    find: async (id: string, options?: CallOptions): Promise<VappReplication | null> =>
      find(vappReplication, LIST, id, options),
    /** Counters of the dashboard; their names are undocumented. */
    summary: (options?: CallOptions): Promise<VappSummary> => read(vappSummary, `${LIST}/summary`, {}, options),

    /** One VM replication for every VM of the vApp. @throws VcdaError `BadRequest`, `ServiceNotLicensed` */
    start: (body: StartVappSettings, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', LIST, options, { body, headers: { 'On-Prem-Auth': onPremAuth } }),
    reconfigure: async (id: string, body: ReconfigureSettings, options: CallOptions): Promise<Task> =>
      operate('PATCH', at(id), options, { body }),
    /** The task has no result [doc B45]. */
    delete: async (id: string, options: CallOptions): Promise<Task> => operate('DELETE', at(id), options),
    sync: async (id: string, options: CallOptions): Promise<Task> => operate('POST', at(id, '/sync'), options),
    pause: async (id: string, options: CallOptions): Promise<Task> => operate('POST', at(id, '/pause'), options),
    resume: async (id: string, options: CallOptions): Promise<Task> => operate('POST', at(id, '/resume'), options),
    migrate: async (id: string, body: VappMigrateSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/migrate'), options, { body }),
    failover: async (id: string, body: VappFailoverSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover'), options, { body }),
    testFailover: async (id: string, body: VappFailoverTestSettings, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/failover-test'), options, { body }),
    cleanUpTest: async (id: string, options: CallOptions): Promise<Task> =>
      operate('DELETE', at(id, '/failover-test'), options),
    /** Removes the original VMs; the emptied source vApp stays, powered off [client PsychoBelka]. */
    reverse: async (id: string, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', at(id, '/reverse'), options, { headers: { 'On-Prem-Auth': onPremAuth } }),

    networkSettings: async (id: string, options?: CallOptions): Promise<ShownNetworkSettings> =>
      read(networkSettings, at(id, '/network-settings'), {}, options),
    /** Method and answer are assumed, as for VMs. */
    setNetworkSettings: async (
      id: string,
      body: NetworkSettings,
      options?: CallOptions,
    ): Promise<ShownNetworkSettings> =>
      ask(networkSettings, { method: 'POST', path: at(id, '/network-settings'), body }, options),
    /** At once, for its VM replications too; administrators only. @param owner `org@site`; null: the caller */
    chown: async (id: string, owner: string | null, options?: CallOptions): Promise<VappReplication> =>
      ask(vappReplication, { method: 'PATCH', path: at(id, '/chown'), body: owner === null ? {} : { owner } }, options),
  };
}
