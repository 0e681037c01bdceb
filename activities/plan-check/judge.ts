/** All that is to be said of some VMs of a plan: pure. */
import type { CheckPieceInput, PieceChecked, PlanFinding } from '../../contract/plan-check.js';
import { allVmsIn, vmsIn } from '../../contract/vapp.js';
import type { PlanFacts } from './facts.js';
import { judgeNics, judgeOwner, judgePlace, judgePlanNetworks, vdcOf } from './judge-place.js';
import { judgePolicies, judgeSlaProfile } from './judge-policy.js';
import { judgeHeld, judgeLocated, judgeReplicated } from './judge-replication.js';
import { judgeSource } from './judge-source.js';
import { judgeLeavers, judgeVapp } from './judge-vapp.js';
import { judgeWindowLength } from './judge-window.js';

export function judge({ plan, vms, run, isFirst }: CheckPieceInput, facts: PlanFacts, now: number): PlanFinding[] {
  const starts = plan.kind === 'migrate' || plan.kind === 'protect';
  const ids = new Set(vms.map(({ id }) => id));
  const vdcs = [...new Set(vms.map((vm) => vdcOf(plan, vm)))].filter((id) => id !== '');
  return [
    ...(starts && isFirst ? [...judgeSlaProfile(plan, facts), ...judgePolicies(plan, facts, orgsOf())] : []),
    ...(isFirst ? judgeWindowLength(plan, facts, now) : []),
    ...(isFirst ? vdcs.flatMap((vdc) => judgePlanNetworks(plan, vdc, facts)) : []),
    ...(starts ? judgeLeavers(plan, vms, facts) : []),
    ...vms.flatMap((vm) => [
      ...(starts
        ? [
            ...judgeVapp(plan, vm, facts),
            ...judgeSource(plan, vm, facts, ids),
            ...judgePlace(plan, vm, facts),
            ...judgeOwner(plan, vm, facts),
            ...judgeReplicated(plan, vm, facts, run),
          ]
        : judgeLocated(plan, vm, facts)),
      ...judgeNics(plan, vm, facts),
      ...judgeHeld(vm, facts, run),
    ]),
  ];

  function orgsOf() {
    const isStarted = ({ id }: { id: string }) => (facts.replications?.get(id) ?? []).length === 0;
    const orgOf = (vdc: string) => facts.vdcs?.find(({ id }) => id === vdc)?.org ?? null;
    const all = vms.map((vm) => ({ org: orgOf(vdcOf(plan, vm)), starts: isStarted(vm) ? vmsIn(vm) : 0 }));
    // VMs of other pieces go where these go, as far as the plan as a whole says.
    const others = plan.waves.reduce((sum, wave) => sum + wave.vms, 0) - allVmsIn(vms);
    const planOrg = orgOf((plan.destination.vdc ?? '').toLowerCase());
    return {
      from: vms.map(({ id }) => facts.source?.get(id)?.org ?? null),
      to: [...new Set(all.map(({ org }) => org))].map((org) => ({
        org,
        starts: all.reduce((sum, one) => sum + (one.org === org ? one.starts : 0), 0) + (org === planOrg ? others : 0),
      })),
    };
  }
}

/** Characters of JSON that the findings of one piece may take. */
const PAGE = 120 * 1024;

/** Errors first, so that none of them is left out for a warning. */
export function paged(findings: PlanFinding[]): Pick<PieceChecked, 'findings' | 'more'> {
  const ordered = [...findings.filter(isError), ...findings.filter((one) => !isError(one))];
  const more: Record<string, number> = {};
  let size = 0;
  const told = ordered.filter((one) => {
    size += JSON.stringify(one).length;
    if (size <= PAGE) return true;
    more[one.code] = (more[one.code] ?? 0) + 1;
    return false;
  });
  return { findings: told, more };
}

const isError = ({ severity }: PlanFinding): boolean => severity === 'error';
