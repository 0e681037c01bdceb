/** What a failover is about to do, for the person who is to say yes to it. */
import type { PlanCheck } from '../../client/check-plan.js';
import { moment, plural } from '../../client/words.js';
import { iso } from '../../contract/moment.js';
import type { RecoveryAhead } from '../../contract/plan-check.js';
import { isPlanned } from '../../contract/planned-failover.js';
import { inWords, listed } from '../../contract/words.js';
import type { Plan } from '../../plan/types.js';
import { countVms } from './plan-text.js';
import { table } from './table.js';

/** Of more VMs the oldest instances are listed, and the rest is counted. */
const LISTED = 20;
const NAMED = 5;

/** @param planned the command that would begin a planned one instead */
export function failoverText(plan: Plan, run: string, found: PlanCheck | null, planned: string): string {
  const head = `About to fail over ${plural(countVms(plan), 'VM')} of plan ${plan.name} to ${plan.destination.site}, as run ${run}:`;
  if (found === null)
    return `${head}\nThe sites were not asked (--no-check): which instances there are, and whether sources run, is not known.`;
  const { recoveries = [] } = found;
  return [head, recoveriesText(recoveries, plan), ...sourcesText(plan, recoveries, planned)].join('\n');
}

/**
 * Each VM with what would be recovered of it.
 * @param plan null: as a failover that is not planned, without its waves
 */
export function recoveriesText(
  recoveries: RecoveryAhead[],
  plan: Pick<Plan, 'waves' | 'kind' | 'recovery'> | null = null,
): string {
  const isPlan = plan !== null && isPlanned(plan);
  const waveOf = new Map((plan?.waves ?? []).flatMap(({ name, vms }) => vms.map(({ id }) => [id, name] as const)));
  const shown =
    recoveries.length > LISTED ? recoveries.toSorted((a, b) => ageOf(b) - ageOf(a)).slice(0, LISTED) : recoveries;
  const rows = shown.map((one) => [
    one.vm.name,
    waveOf.get(one.vm.id) ?? '',
    one.replicationId,
    isPlan ? 'as it is now' : one.instance?.at == null ? 'not told' : moment(iso(one.instance.at)),
    isPlan || one.instance?.at == null ? '' : inWords(Math.max(0, ageOf(one)), 'one unit'),
    `${one.source.power === 'unknown' ? 'not known' : one.source.power} at ${one.source.site}`,
  ]);
  const left = recoveries.length - shown.length;
  return [
    table(['VM', 'WAVE', 'REPLICATION', 'INSTANCE', 'AGE', 'SOURCE'], rows),
    ...(left > 0 ? [`and ${plural(left, 'more VM')}, whose instances are younger`] : []),
  ].join('\n');
}

/** What is not told counts as the oldest. */
const ageOf = ({ instance, seenAt }: RecoveryAhead): number => seenAt - (instance?.at ?? 0);

function sourcesText(plan: Plan, recoveries: RecoveryAhead[], planned: string): string[] {
  const sites = [...new Set(recoveries.map(({ source }) => source.site))];
  return sites.flatMap((site) => {
    const its = recoveries.filter(({ source }) => source.site === site);
    const named = (power: RecoveryAhead['source']['power']) => its.filter(({ source }) => source.power === power);
    const [on, off, unknown] = [named('on'), named('off'), named('unknown')];
    const why = [...new Set(unknown.map(({ source }) => source.known))].slice(0, 2).join('; ');
    return [
      ...runningText(plan, site, on, planned),
      ...(off.length > 0 ? [`${site} answers: ${names(off)} ${off.length === 1 ? 'is' : 'are'} off there.`] : []),
      ...(unknown.length > 0
        ? [`Whether ${names(unknown)} ${unknown.length === 1 ? 'runs' : 'run'} at ${site} is not known: ${why}.`]
        : []),
    ];
  });
}

function runningText(plan: Plan, site: string, on: RecoveryAhead[], planned: string): string[] {
  if (on.length === 0) return [];
  if (isPlanned(plan))
    return [
      `Planned: ${names(on)} at ${site} ${on.length === 1 ? 'is' : 'are'} switched off, and what has changed is sent first.`,
    ];
  const both = on.length === 1 ? 'it and its copy' : 'they and their copies';
  return [
    `SPLIT BRAIN: ${site} answers, and ${names(on)} ${on.length === 1 ? 'runs' : 'run'} there. A failover does not touch them: ${both} would run.`,
    `  while the source lives, a planned failover loses nothing and switches it off: ${planned}`,
  ];
}

const names = (all: RecoveryAhead[]): string =>
  listed(
    all.slice(0, NAMED).map(({ vm }) => vm.name),
    all.length,
  );
