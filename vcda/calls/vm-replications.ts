/**
 * Replications of VMs: reading, starting, changing and removing them [doc B45, OPI vm-replications]. They and their tasks
 * live at the destination site; what touches the source needs a session extended to it (`peer`) [doc UG47 GUID-C56B7E35].
 *
 * Every operation answers with a task; that the site has accepted it says nothing of how it ends. Errors of all:
 * `NotAuthenticated`, `RemoteAuthenticationFailure`, `SiteNotFound`, `GeneralServerFailure` [seed].
 */

import { type VmReplication, vmReplication } from '../schemas/replication.js';
import type { Task } from '../schemas/task.js';
import type { ReconfigureSettings, StartSettings } from './bodies.js';
import type { CallOptions } from './call-options.js';
import type { SiteHttp } from './site-http.js';

export const VM_REPLICATIONS = '/vm-replications';

/** Filters of `GET /vm-replications`; all must hold [doc OPI, client PsychoBelka]. */
export interface ReplicationFilter {
  ids?: string[] | undefined;
  /** `org@site`; administrators only */
  owner?: string | undefined;
  /** the site's own name is not supported [doc] */
  sourceSite?: string | undefined;
  /** `vcenter` or `vcloud` */
  sourceSiteType?: string | undefined;
  destinationSiteType?: string | undefined;
  sourceOrg?: string | undefined;
  sourceVdcId?: string | undefined;
  sourceVdcName?: string | undefined;
  /** instance id of the source vCenter; administrators only */
  sourceVimServerUuid?: string | undefined;
  /** `vm-1` from on-premises to cloud, a uuid between clouds */
  vmId?: string | undefined;
  /** part of the name */
  vmName?: string | undefined;
  /** id; the parameter's name is assumed, the page was cut off */
  storageProfile?: string | undefined;
  destinationOrg?: string | undefined;
  destinationVdcId?: string | undefined;
  destinationVdcName?: string | undefined;
}

/** `On-Prem-Auth`, opaque: proves that the session may act on an on-premises site [seed] */
export type WithOnPremAuth = CallOptions & { onPremAuth?: string | undefined };

export function vmReplicationCalls({ ask, readAll, readByIds, find, segment, operate }: SiteHttp) {
  const at = (id: string, verb = ''): string => `${VM_REPLICATIONS}/${segment(id)}${verb}`;

  return {
    /** @throws VcdaError `Forbidden` for filters that only administrators may use */
    replications: (filter: ReplicationFilter, options?: CallOptions): Promise<VmReplication[]> =>
      readAll(vmReplication, VM_REPLICATIONS, { ...filter, ids: filter.ids?.join(',') }, options),

    /** Up to 100 ids a call; an id that the site does not list is absent from the result. */
    replicationsById: (ids: string[], options?: CallOptions): Promise<Map<string, VmReplication>> =>
      readByIds(vmReplication, VM_REPLICATIONS, ids, options),

    /** null: the site lists none by this id, or answers that there is none where no list can be asked */
    findReplication: async (id: string, options?: CallOptions): Promise<VmReplication | null> =>
      find(vmReplication, VM_REPLICATIONS, id, options),

    /** Configures a replication and begins its first sync. @throws VcdaError `BadRequest`, `ServiceNotLicensed` [seed] */
    startReplication: (body: StartSettings, { onPremAuth, ...options }: WithOnPremAuth): Promise<Task> =>
      operate('POST', VM_REPLICATIONS, options, { body, headers: { 'On-Prem-Auth': onPremAuth } }),

    /** [doc B42, B44] */
    reconfigureReplication: async (id: string, body: ReconfigureSettings, options: CallOptions): Promise<Task> =>
      operate('PATCH', at(id), options, { body }),

    /** Stops replicating and removes the replica; a recovered VM stays. The task has no result [client PsychoBelka]. */
    deleteReplication: async (id: string, options: CallOptions): Promise<Task> => operate('DELETE', at(id), options),

    /** Sends what has changed since the last instance, now [doc B45]. */
    syncReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/sync'), options),

    /** RPO violations follow [doc UG41 GUID-81EE4DE8]; the path is seen in a client only [client PsychoBelka]. */
    pauseReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/pause'), options),

    /** [client PsychoBelka] */
    resumeReplication: async (id: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/resume'), options),

    /** Moves the replica to another storage profile; the path is unproven [client PsychoBelka]. */
    moveReplicationStorage: async (id: string, storageProfileId: string, options: CallOptions): Promise<Task> =>
      operate('POST', at(id, '/storage-profile'), options, { body: { storageProfileId } }),

    /**
     * Gives the replication to an organization, at once and without a task; administrators only [doc B45 chown].
     * @param owner `org@site`; null: the caller
     */
    chownReplication: async (id: string, owner: string | null, options?: CallOptions): Promise<VmReplication> =>
      ask(vmReplication, { method: 'PATCH', path: at(id, '/chown'), body: owner === null ? {} : { owner } }, options),
  };
}
