/** What a run of a plan would do, before it is started. */

import { moment, momentAsWritten, plural } from '../../client/words.js';
import { allVmsIn } from '../../contract/vapp.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import { inWords } from '../../contract/words.js';
import { formatDuration } from '../../plan/source/durations.js';
import { isNamedVm, type Plan, SYNC_BEFORE } from '../../plan/types.js';
import type { Colors } from './output.js';
import { filled } from './run-text.js';
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
    vms.flatMap((vm) => [
      [
        name,
        vm.vms === undefined ? (isUnnamed(vm) ? '' : vm.name) : `${vm.name} (vApp, ${plural(vm.vms.length, 'VM')})`,
        isNamedVm(vm.id) ? '' : vm.id,
        vm.after.map((id) => names.get(id) ?? id).join(', '),
        vm.vdc ?? plan.destination.vdc ?? '',
      ],
      ...(vm.vms ?? []).map((its) => ['', `  ${its.name}`, its.id]),
    ]),
  );
  return [
    `${colors.bold(run)}  would be started; nothing was.`,
    table(
      [],
      settings(plan).map(([name, value]) => [`  ${name}`, value]),
    ),
    table(...filled(['WAVE', 'VM', 'ID', 'AFTER', 'VDC'], rows)),
    `${plural(countVms(plan), 'VM')} in ${plural(plan.waves.length, 'wave')}: ${plan.waves.map(({ name, vms }) => `${name} ${allVmsIn(vms)}`).join(', ')}`,
  ].join('\n\n');
}

/** What of a plan matters to its kind. */
function settings(plan: Plan): [string, string][] {
  const { kind, source, destination, replication, stopAfter } = plan;
  const starts = kind === 'migrate' || kind === 'protect';
  const recovers = kind === 'failover' || kind === 'failback';
  const removes = kind === 'reverse' || kind === 'failback';
  return [
    ['plan', `${plan.name}, kind ${kind}`],
    ['from', source.site],
    ['to', starts ? `${destination.site}, storage profile ${destination.storageProfile}` : destination.site],
    ...(starts ? [row('replication', settingsText(replication) || "the sites' defaults")] : []),
    ...(recovers ? [row('recovers', recoveryText(plan))] : []),
    ...(removes ? [row('removes', `the original VMs at ${source.site}`)] : []),
    ['at once', atOnce(plan)],
    ...(kind === 'migrate' || recovers ? cutover(plan) : []),
    [
      'pauses after',
      stopAfter === null
        ? 'never by itself'
        : [
            ...(stopAfter.count === undefined ? [] : [plural(stopAfter.count, 'failure')]),
            ...(stopAfter.percent === undefined ? [] : [`${stopAfter.percent} % failures`]),
            ...(stopAfter.sameCode === undefined
              ? []
              : [`${plural(stopAfter.sameCode, 'cutover')} in a row with one code`]),
          ].join(', or '),
    ],
    ...(kind === 'migrate' ? [row('afterwards', afterwards(plan))] : []),
  ];
}

function afterwards({ keepReplication }: Plan): string {
  if (keepReplication === true) return "VCDA's replications are kept";
  return keepReplication === false
    ? "VCDA's replications are removed"
    : `VCDA's replications are kept for ${inWords(keepReplication)} after its end, and then removed`;
}

const row = (name: string, value: string): [string, string] => [name, value];

function recoveryText({ recovery: { instance, vAppNetworkSettings } }: Plan): string {
  const when = instance === 'latest' ? 'the latest instance' : `the newest instance before ${moment(instance.before)}`;
  return `${when}, networks as ${vAppNetworkSettings === undefined ? 'at each replication' : 'in the plan'}`;
}

function atOnce({ limits }: Plan): string {
  const all = 'as many as the sites allow';
  return `${limits.syncs ?? all} syncs, ${limits.cutovers ?? all} cutovers`;
}

function cutover({ kind, cutover: { approval, window, syncBefore, powerOn, consolidate } }: Plan): [string, string][] {
  return [
    [
      'cutover',
      `approval ${approval}, power on ${powerOn === 'asSource' ? 'as the source' : yes(powerOn)}, consolidate ${yes(consolidate)}`,
    ],
    ...(kind === 'failover' ? [] : [row('synced first', syncedText(syncBefore))]),
    [
      'window',
      window === null
        ? 'any time'
        : `${momentAsWritten(window.opens)} to ${momentAsWritten(window.closes)} (${inWords(Date.parse(window.closes) - Date.parse(window.opens))}), missed: ${window.missed}`,
    ],
  ];
}

function syncedText(syncBefore: Plan['cutover']['syncBefore'] = SYNC_BEFORE): string {
  return syncBefore === false ? 'never' : `copies older than ${formatDuration(syncBefore)}`;
}

function settingsText(values: object): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

export function countVms({ waves }: Pick<Plan, 'waves'>): number {
  return waves.reduce((sum, { vms }) => sum + allVmsIn(vms), 0);
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
