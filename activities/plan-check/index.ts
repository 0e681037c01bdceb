/** The check of some VMs of a plan before it is run: nothing is changed at any site. */
import type { CheckPieceInput, PieceChecked } from '../../contract/plan-check.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import { askingOf } from '../asking.js';
import { CheckSecrets } from '../check-secrets.js';
import type { ActivityDeps } from '../deps.js';
import { createEarlierRunsActivities } from '../earlier-runs.js';
import { HookRefusals } from '../hook-refusals.js';
import { createLocateActivities } from '../locate.js';
import { createMovedBeforeActivities } from '../moved-before.js';
import type { Reachability } from '../reachability.js';
import type { Readings } from '../readings.js';
import { createSourcePowerActivities } from '../source-power.js';
import type { PlanFacts } from './facts.js';
import { judge, paged } from './judge.js';
import { judgeHooks } from './judge-hooks.js';
import { readFacts } from './read-facts.js';
import { recoveriesAhead } from './recoveries-ahead.js';

export interface CheckVmsInput extends CheckPieceInput {
  source: string;
  destination: string;
  /** its source does not answer, which a failover does not need */
  isSourceAway: boolean;
}

export type VmsChecked = Omit<PieceChecked, 'sites'>;

export function createPlanCheckActivities(deps: ActivityDeps, reachability: Reachability, readings: Readings) {
  const asking = askingOf(deps, reachability);
  const { movedBefore } = createMovedBeforeActivities(deps, reachability);
  const { locateReplication, instanceBefore } = createLocateActivities(deps, reachability);
  const { earlierRuns } = createEarlierRunsActivities(deps);
  const hooks = new HookRefusals(deps.hooksAllowed ?? [], new CheckSecrets(deps.secrets));
  const asked = { readings, movedBefore, locateReplication, earlierRuns };
  const { sourcePower } = createSourcePowerActivities(deps);
  const ahead = { instanceBefore, sourcePower };
  return {
    /** @throws ApplicationFailure `Hold`: only a person can go on; else VCDA's code */
    async checkVms(input: CheckVmsInput): Promise<VmsChecked> {
      const subject = { vm: input.vms[0] ?? { id: input.plan.name, name: input.plan.name } };
      return asking('check', subject, async () => {
        const untold: string[] = [];
        const facts = await readFacts(deps, asked, input, input.isSourceAway, untold);
        const isFailover = input.plan.kind === 'failover';
        const recovery = isFailover ? await recoveriesAhead(ahead, input, facts, input.isSourceAway, untold) : null;
        return {
          ...paged([
            ...(input.isFirst ? judgeHooks(hooks, input.plan) : []),
            ...judge(input, facts, Date.now()),
            ...(recovery?.findings ?? []),
          ]),
          ...(recovery && { recoveries: recovery.recoveries }),
          untold: [...new Set(untold)],
          guests: guestsOf(input, facts),
          ...(input.isFirst ? { cutovers: cutoversIn(input, facts) } : {}),
        };
      });
    },
  };
}

/** A run's own share of the places is within that of the site. */
const cutoversIn = ({ plan }: CheckPieceInput, { cutover }: PlanFacts): NonNullable<PieceChecked['cutovers']> | null =>
  cutover && { ...cutover, atOnce: Math.min(plan.limits.cutovers ?? cutover.atOnce, cutover.atOnce) };

/** As the source tells, else as the plan sets them. */
function guestsOf({ vms }: CheckPieceInput, { source }: PlanFacts): PieceChecked['guests'] {
  return vms.flatMap((vm) => {
    const found = source?.get(vm.id);
    const computerName = vm.vmNetworkSettings?.computerName ?? found?.computerName ?? '';
    const name = isUnnamed(vm) ? (found?.name ?? vm.id) : vm.name;
    return computerName.trim() === '' ? [] : [{ id: vm.id, name, computerName }];
  });
}
