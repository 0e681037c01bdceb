/** What a run of a plan would do, before it is started. */
import type { Plan } from '../../plan/types.js';
import { duration, moment, plural } from '../words.js';
import type { Colors } from './output.js';
import { table } from './table.js';

export interface DryRun {
  run: string;
  plan: Plan;
  vms: number;
}

export function dryRunDocument(plan: Plan, run: string): DryRun {
  return { run, plan, vms: countVms(plan) };
}

export function dryRunText(plan: Plan, run: string, colors: Colors): string {
  const names = new Map(plan.waves.flatMap(({ vms }) => vms.map(({ id, name }) => [id, name] as const)));
  const rows = plan.waves.flatMap(({ name, vms }) =>
    vms.map((vm) => [
      name,
      vm.name,
      vm.id,
      vm.after.map((id) => names.get(id) ?? id).join(', '),
      vm.vdc ?? plan.destination.vdc ?? '',
    ]),
  );
  return [
    `${colors.bold(run)}  would be started; nothing was.`,
    table(
      [],
      settings(plan).map(([name, value]) => [`  ${name}`, value]),
    ),
    table(['WAVE', 'VM', 'ID', 'AFTER', 'VDC'], rows),
    `${plural(countVms(plan), 'VM')} in ${plural(plan.waves.length, 'wave')}: ${plan.waves.map(({ name, vms }) => `${name} ${vms.length}`).join(', ')}`,
  ].join('\n\n');
}

function settings(plan: Plan): [string, string][] {
  const { cutover, destination, limits, replication, stopAfter } = plan;
  const { window } = cutover;
  return [
    ['plan', `${plan.name}, kind ${plan.kind}`],
    ['from', plan.source.site],
    ['to', `${destination.site}, storage profile ${destination.storageProfile}`],
    ['replication', settingsText(replication) || "the sites' defaults"],
    [
      'at once',
      `${limits.syncs ?? 'as many as the sites allow'} syncs, ${limits.cutovers ?? 'as many as the sites allow'} cutovers`,
    ],
    [
      'cutover',
      `approval ${cutover.approval}, power on ${yes(cutover.powerOn)}, consolidate ${yes(cutover.consolidate)}`,
    ],
    [
      'window',
      window === null
        ? 'any time'
        : `${moment(window.opens)} to ${moment(window.closes)} (${duration(Date.parse(window.closes) - Date.parse(window.opens))}), missed: ${window.missed}`,
    ],
    [
      'pauses after',
      stopAfter === null
        ? 'never by itself'
        : 'count' in stopAfter
          ? `${plural(stopAfter.count, 'failure')}`
          : `${stopAfter.percent} % failures`,
    ],
    ['afterwards', plan.keepReplication ? "VCDA's replications are kept" : "VCDA's replications are removed"],
  ];
}

function settingsText(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function countVms({ waves }: Plan): number {
  return waves.reduce((sum, { vms }) => sum + vms.length, 0);
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
