/** Whether the replications that there are allow what a plan is to do: pure. */
import { CODES } from '../../contract/codes.js';
import { FAILURES } from '../../contract/names.js';
import { noReplication, obstacleToRecovery, obstacleToReverse } from '../../contract/obstacles.js';
import type { PlanFinding } from '../../contract/plan-check.js';
import { isPlanned } from '../../contract/planned-failover.js';
import type { PlanHead } from '../../contract/shard.js';
import { startBody } from '../../contract/start-body.js';
import { nameWithId } from '../../contract/vm-identity.js';
import type { PlanVm } from '../../plan/types.js';
import { recoveryState, type VmReplication } from '../../vcda/index.js';
import { ownerOf, readMark } from '../mark.js';
import { type Difference, differences, elsewhere, isWeaker } from '../replication-differences.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';

/** Of a VM that is to be replicated anew: what stands already is taken over, or in the way. */
export function judgeReplicated(plan: PlanHead, vm: PlanVm, facts: PlanFacts, run: string): PlanFinding[] {
  const all = facts.replications?.get(vm.id) ?? [];
  return all.flatMap((found) => judgeOne(plan, vm, facts, run, found));
}

function judgeOne(plan: PlanHead, vm: PlanVm, facts: PlanFacts, run: string, found: VmReplication): PlanFinding[] {
  const { site } = plan.destination;
  const { error, warning } = about(vm, site);
  const { owner, maker } = whose(facts, found, vm, run);
  const which = `replication ${found.id} at ${site} replicates it already`;
  const goes = found.destination?.vdcName ?? found.destination?.vdcId;
  const where = goes == null ? '' : `, to VDC ${goes}`;
  const isAllowed = owner === 'mine' || (owner === 'drover' ? plan.adopt !== 'none' : plan.adopt === 'matching');
  if (!isAllowed) {
    const advice =
      owner === 'drover'
        ? 'Remove that replication, or say adopt: own in the plan.'
        : 'Leave the VM out of the plan, or ask who made it; adopt: matching in the plan takes it over.';
    return [
      error(
        CODES.notOurs,
        `${which}${where}: it was made by ${maker}, and the plan says adopt: ${plan.adopt}.`,
        advice,
      ),
    ];
  }
  switch (recoveryState(found)) {
    case 'COMPLETE':
      return isMoved(facts, vm)
        ? []
        : [
            error(
              CODES.alreadyRecovered,
              `${which}, and it was recovered.`,
              'Look at the recovered VM; remove that replication to begin anew.',
            ),
          ];
    case 'TEST':
      return [error(CODES.testCopyExists, `${which}, and a test copy of it stands.`, `Clean the test up at ${site}.`)];
  }
  const request = {
    start: startBody(
      { source: plan.source.site, destination: plan.destination, vm, replication: plan.replication },
      plan.kind === 'migrate',
    ),
  };
  const away = elsewhere(found, request);
  if (away.length > 0)
    return [
      error(
        'ReplicatedElsewhere',
        `${which}, and goes elsewhere: ${told(away)}.`,
        'Correct the destination in the plan, or remove that replication.',
      ),
    ];
  if (found.isPaused === true)
    return [error('ReplicationPaused', `${which}, and is paused.`, `Resume replication ${found.id} at ${site}.`)];
  const differing = differences(found, request);
  const unfit = owner === 'person' ? differing.filter(isWeaker) : differing.filter(({ change }) => change === null);
  if (unfit.length > 0)
    return [
      error(
        'ReplicationDiffers',
        `${which}, and is not as the plan says: ${told(unfit)}.`,
        'Change its settings in VCDA, or those of the plan.',
      ),
    ];
  return [warning('AlreadyReplicated', `${which}${where}: it was made by ${maker}, and is taken over.`, null)];
}

const told = (all: Difference[]): string =>
  all.map(({ setting, has, wants }) => `${setting} is ${has}, the plan says ${wants}`).join('; ');

const isMoved = ({ moved }: PlanFacts, { id }: PlanVm): boolean => moved.some(({ vmId }) => vmId === id);

/** By the mark, and where there is none, by what earlier runs have left on record. */
function whose(
  facts: PlanFacts,
  found: VmReplication,
  vm: PlanVm,
  run: string,
): { owner: 'mine' | 'drover' | 'person'; maker: string } {
  const mark = readMark(found.settings?.description);
  const owner = ownerOf(mark, facts.installation, { run, units: [vm.id] });
  const runName = mark?.runName == null ? '' : ` ${mark.runName}`;
  switch (owner) {
    case 'mine':
      return { owner: 'mine', maker: `this run, ${run}` };
    case 'other-run':
      return { owner: 'drover', maker: `an earlier run${runName}` };
    case 'not-ours':
      return { owner: 'person', maker: `another installation of Drover${runName === '' ? '' : `, run${runName}`}` };
    case null:
      return facts.madeByDrover.has(found.id)
        ? { owner: 'drover', maker: 'an earlier run' }
        : {
            owner: 'person',
            maker: found.owner == null ? 'somebody else' : `somebody else, its owner is ${found.owner}`,
          };
  }
}

/** Of a VM whose replication a plan recovers or reverses. */
export function judgeLocated(plan: PlanHead, vm: PlanVm, facts: PlanFacts): PlanFinding[] {
  const fact = facts.located.get(vm.id);
  if (fact === undefined) return [];
  const { kind, source, destination } = plan;
  const as = (site: string, code: string, message: string, advice: string | null) => [
    about(vm, site).error(code, message, advice),
  ];
  if (fact.is === 'unclear')
    return as(
      destination.site,
      'AmbiguousReplication',
      fact.why,
      'Name the right one in the plan, as its replicationId.',
    );
  if (fact.is === 'missing') {
    const { code, message, advice } = noReplication(
      kind === 'failover' ? 'failover' : 'reverse',
      vm,
      source.site,
      destination.site,
    );
    return as(destination.site, code, message, advice);
  }
  // A way home goes on from wherever it is.
  const obstacle =
    kind === 'failover'
      ? obstacleToRecovery(isPlanned(plan) ? 'migrate' : 'failover', vm, fact.at)
      : kind === 'reverse'
        ? obstacleToReverse(vm, fact.at)
        : null;
  return obstacle === null ? [] : as(fact.at.site, obstacle.code, obstacle.message, obstacle.advice);
}

/** An open run that works with the VM: a run of the plan waits for it. */
export function judgeHeld(vm: PlanVm, facts: PlanFacts, run: string): PlanFinding[] {
  const by = facts.heldBy.get(vm.id);
  if (by === undefined || by === run) return [];
  const message = `run ${by} works with ${nameWithId(vm)}: a run of this plan waits for it.`;
  return [about(vm, null).warning(FAILURES.claimed, message, `drover show ${by} tells what that waits for.`)];
}
