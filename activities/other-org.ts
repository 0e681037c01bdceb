/** Whose organization a replication would put its VM in, where that is not the one of the plan's VDC. */
import type { OperationRequest } from '../contract/operation.js';
import type { OrgInput } from '../contract/questions.js';
import { type CallOptions, type Site, saysNo, VcdaError, type VmReplication } from '../vcda/index.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { passingOver } from './passed-over.js';
import type { Reachability } from './reachability.js';
import type { Difference } from './replication-differences.js';

export function createOrgActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  return {
    /**
     * Whose a VDC of a site is; null: its inventory does not tell.
     * @throws ApplicationFailure `Hold`: only a person can go on; else VCDA's code
     */
    async orgOfVdc({ site, peer, vdc, vm, resumedAt }: OrgInput): Promise<string | null> {
      return asking('look', { vm }, () => orgOf(configured(deps, site), vdc.toLowerCase(), { peer, resumedAt }));
    },
  };
}

/** What a site does not tell is no difference. @throws VcdaError */
export async function otherOrg(
  site: Site,
  { destination }: VmReplication,
  { start }: Pick<OperationRequest, 'start'>,
  options: CallOptions,
): Promise<Difference[]> {
  const has = destination?.org;
  const vdc = start?.vdc.toLowerCase();
  if (has == null || vdc === undefined) return [];
  const wants = await orgOf(site, vdc, options);
  if (wants === null || wants.toLowerCase() === has.toLowerCase()) return [];
  return [{ setting: 'the organization', has, wants, weaker: true, change: null }];
}

async function orgOf(site: Site, vdc: string, options: CallOptions): Promise<string | null> {
  try {
    const ask = (local: CallOptions) => site.inventory.vdcs({}, { ...local, unreadable: passingOver(site) });
    const all = await unextended(options, ask);
    return all.find(({ id }) => id.toLowerCase() === vdc)?.org ?? null;
  } catch (error) {
    if (error instanceof VcdaError && saysNo(error)) return null;
    throw error;
  }
}
