/** What hangs off one VM replication: instances, networks, traffic. */

import { networkSettings, type ShownNetworkSettings } from '../schemas/networks.js';
import { type Instance, type InstanceDetails, instance, instanceDetails } from '../schemas/replication.js';
import { type TrafficReport, type TrafficSample, trafficReport, trafficSample } from '../schemas/traffic.js';
import type { CallOptions } from './call-options.js';
import type { NetworkSettings } from './recovery-bodies.js';
import type { SiteHttp } from './site-http.js';
import { VM_REPLICATIONS } from './vm-replications.js';

/** `start` and `end` in epoch ms, `resolution` in seconds, 300 by default [client PsychoBelka] */
export interface TrafficRange {
  start?: number | undefined;
  end?: number | undefined;
  resolution?: number | undefined;
}

export function vmDetailCalls({ ask, read, readList, segment }: SiteHttp) {
  const at = (id: string, part: string): string => `${VM_REPLICATIONS}/${segment(id)}${part}`;

  return {
    /** Points in time that a failover or a test can go back to; a migration has none [doc B45, UG47 GUID-7CAAA23D]. */
    instances: async (id: string, options?: CallOptions): Promise<Instance[]> =>
      readList(instance, at(id, '/instances'), {}, options),

    /** One of them, with its disks [doc B45, OPI]. */
    instance: async (id: string, key: string, options?: CallOptions): Promise<InstanceDetails> =>
      read(instanceDetails, at(id, `/instances/${segment(key)}`), {}, options),

    /** [doc B45 network-settings] */
    networkSettings: async (id: string, options?: CallOptions): Promise<ShownNetworkSettings> =>
      read(networkSettings, at(id, '/network-settings'), {}, options),

    /** Method and answer are assumed: no page shows how they are written. */
    setNetworkSettings: async (
      id: string,
      body: NetworkSettings,
      options?: CallOptions,
    ): Promise<ShownNetworkSettings> =>
      ask(networkSettings, { method: 'POST', path: at(id, '/network-settings'), body }, options),

    /** The newest sample [client PsychoBelka]. */
    currentTraffic: async (id: string, options?: CallOptions): Promise<TrafficSample> =>
      read(trafficSample, at(id, '/rt-traffic'), {}, options),

    /** [client PsychoBelka] */
    traffic: async (id: string, range: TrafficRange = {}, options?: CallOptions): Promise<TrafficReport> =>
      read(trafficReport, at(id, '/traffic'), { ...range }, options),

    /** Of all replications of an owner [client PsychoBelka]. @param owner `org@site` */
    ownerTraffic: async (owner: string, range: TrafficRange = {}, options?: CallOptions): Promise<TrafficReport> =>
      read(trafficReport, `/owner/${segment(owner)}/traffic`, { ...range }, options),
  };
}
