import { badRequest, forbidden } from '../errors.js';
import type { Replication, VappReplication } from '../world/model.js';
import type { World } from '../world/world.js';
import { type Caller, PROVIDER_ORG } from './caller.js';
import { members } from './groups.js';

/** Hands a replication over; synchronous, for administrators only; without an owner: to the caller [doc B45 chown]. */
export function chown(
  world: World,
  caller: Caller,
  it: Replication | VappReplication,
  owner: string | null | undefined,
) {
  if (!caller.provider) throw forbidden();
  const next = parseOwner(world, caller, owner);
  it.owner = next;
  // vApp chown propagates to children [doc B45 vapp-replications chown]
  if ('replicationIds' in it) for (const member of members(world, it)) member.owner = { ...next };
}

function parseOwner(world: World, caller: Caller, owner: string | null | undefined): { org: string; site: string } {
  if (owner == null || owner === '') return { org: caller.org, site: caller.site };
  const at = owner.lastIndexOf('@');
  const [org, name] = [owner.slice(0, at), owner.slice(at + 1)];
  if (at < 1) throw badRequest(`'${owner}' is not org@site.`, [owner]);
  const site = world.site(name);
  const orgs = [PROVIDER_ORG, ...[...site.vdcs.values()].map((vdc) => vdc.org)];
  if (!orgs.includes(org)) throw badRequest(`Organisation '${org}' not found at site '${name}'.`, [org]);
  return { org, site: name };
}
