import { members } from '../operations/groups.js';
import type { VappReplication } from '../world/model.js';
import type { World } from '../world/world.js';
import { overallHealth, replicationInfo } from './replication.js';

const SEVERITY = ['GREEN', 'YELLOW', 'RED'] as const;

/** VappReplicationInfo [doc V30, B45]. */
export function vappReplicationInfo(world: World, group: VappReplication) {
  const children = members(world, group);
  const source = world.site(group.sourceSite);
  const destination = world.site(group.destinationSite).vdcs.get(group.destinationVdcId);
  const vdcId = source.vapps.get(group.vappId)?.vdcId ?? null;
  const recovered = children.every((it) => it.recovery.state === 'COMPLETE')
    ? (group.recoveredVappId ?? children[0]?.recovery.vappId ?? null)
    : null;
  return {
    id: group.id,
    owner: `${group.owner.org}@${group.owner.site}`,
    source: {
      site: group.sourceSite,
      org: source.vapps.get(group.vappId)?.org ?? null,
      vdcId,
      vdcName: source.vdcs.get(vdcId ?? '')?.name ?? null,
      vappId: group.vappId,
      vappName: group.vappName,
    },
    destination: {
      site: group.destinationSite,
      org: destination?.org ?? null,
      vdcId: group.destinationVdcId,
      vdcName: destination?.name ?? null,
      recoveredVappId: recovered,
      destinationCatalogItemId: null,
    },
    descriptor: {
      name: group.vappName,
      description: group.description,
      metadata: {},
      networks: [],
      isGolden: false,
      enabledTemplateCustomization: false,
    },
    isMigration: group.isMigration,
    overallHealth: SEVERITY[Math.max(0, ...children.map((it) => SEVERITY.indexOf(overallHealth(world, it))))],
    lastUpdated: world.shown(group.home, Math.max(0, ...children.map((it) => it.lastUpdated))),
    vmReplications: children.map((it) => replicationInfo(world, it)),
  };
}
