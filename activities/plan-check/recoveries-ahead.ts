/** What a failover is about to recover, and whether what it is replicated from still runs. */
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import type { CheckPieceInput, PlanFinding, RecoveryAhead } from '../../contract/plan-check.js';
import type { Located } from '../../contract/questions.js';
import type { FailureDetails } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import type { PlanVm } from '../../plan/types.js';
import type { createLocateActivities } from '../locate.js';
import type { createSourcePowerActivities } from '../source-power.js';
import type { PlanFacts } from './facts.js';
import { about } from './findings.js';

type Asked = Pick<ReturnType<typeof createLocateActivities>, 'instanceBefore'> &
  Pick<ReturnType<typeof createSourcePowerActivities>, 'sourcePower'>;

/** A site whose VMs are lost may still answer, slowly: ms. */
const POWER_WITHIN = 20_000;
const ASKED_AT_ONCE = 5;
/** Of so many VMs older instances are asked for, one by one. */
const MOST_ASKED = 50;

/** @param untold is added to */
export async function recoveriesAhead(
  asked: Asked,
  { plan, vms, run }: CheckPieceInput,
  { located }: Pick<PlanFacts, 'located'>,
  isSourceAway: boolean,
  untold: string[],
): Promise<{ recoveries: RecoveryAhead[]; findings: PlanFinding[] }> {
  const findings: PlanFinding[] = [];
  const found = vms.flatMap((vm) => {
    const fact = located.get(vm.id);
    return fact?.is === 'found' ? [{ vm, at: fact.at }] : [];
  });
  const older = found.filter(({ vm }) => choiceOf(vm) !== 'latest');
  const left = new Set(older.slice(MOST_ASKED).map(({ vm }) => vm.id));
  if (left.size > 0)
    untold.push(`which instances of ${left.size} VMs are old enough: they were not asked for one by one`);
  // One reading of a site's VMs serves all that is asked of it meanwhile.
  const [known, instances] = await Promise.all([
    Promise.all(found.map(({ at }) => powerOf(at))),
    pMap(found, ({ vm, at }) => (left.has(vm.id) ? null : instanceOf(vm, at)), { concurrency: ASKED_AT_ONCE }),
  ]);
  const recoveries = found.flatMap(({ vm: { id, name }, at }, n) => {
    const power = known[n];
    if (power === undefined) return [];
    const instance = instances[n] ?? null;
    return [
      {
        vm: { id, name: name === id ? (at.replication.vmName ?? name) : name },
        site: at.site,
        replicationId: at.replication.id,
        instance: instance === null ? null : { key: instance.key, at: instance.timestamp },
        source: { site: at.replication.sourceSite ?? at.peer, power: power.power, known: power.known },
        seenAt: power.at,
      },
    ];
  });
  return { recoveries, findings };

  function choiceOf({ instance = plan.recovery.instance }: PlanVm) {
    return instance;
  }

  async function instanceOf(vm: PlanVm, { site, peer, replication }: Located) {
    const choice = choiceOf(vm);
    if (choice === 'latest') return replication.latestInstance;
    const { id: replicationId } = replication;
    try {
      const before = Date.parse(choice.before);
      const instance = await asked.instanceBefore({ run, site, peer, vm, replicationId, before, resumedAt: 0 });
      if (instance === null) findings.push(noInstance(vm, { site, replicationId, before: choice.before }));
      return instance;
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      const details = error.details?.[0] as FailureDetails | undefined;
      untold.push(`the instances of ${nameWithId(vm)}: ${details?.message ?? error.message}`);
      return null;
    }
  }

  async function powerOf({ peer, replication: { sourceSite, vmId } }: Located) {
    const site = sourceSite ?? peer;
    if (isSourceAway && site === plan.source.site)
      return { power: 'unknown' as const, known: `${site} does not answer`, at: Date.now() };
    return asked.sourcePower({ site, vmId, resumedAt: 0, within: POWER_WITHIN });
  }
}

const noInstance = (vm: PlanVm, at: { site: string; replicationId: string; before: string }): PlanFinding =>
  about(vm, at.site).error(
    'NoInstance',
    `${nameWithId(vm)} has no instance from ${at.before} or before at ${at.site} [replication ${at.replicationId}].`,
    'Choose a later moment, or instance: latest.',
  );
