/** What a drill would do, before it is started. */

import { moment, plural } from '../../client/words.js';
import { networksNamed } from '../../contract/test-networks.js';
import { isUnnamed } from '../../contract/vm-identity.js';
import { inWords } from '../../contract/words.js';
import type { Drill } from '../../plan/types.js';
import type { Colors } from './output.js';
import { table } from './table.js';

export interface DrillDryRun {
  run: string;
  drill: Drill;
  vms: number;
}

export function drillDryRunDocument(drill: Drill, run: string): DrillDryRun {
  return { run, drill, vms: countVms(drill) };
}

export function drillDryRunText(drill: Drill, run: string, colors: Colors): string {
  const rows = drill.groups.flatMap(({ name, vms }) =>
    vms.map((vm) => [name, isUnnamed(vm) ? '' : vm.name, vm.id, vm.address ?? '']),
  );
  return [
    `${colors.bold(run)}  would be started; nothing was.`,
    table(
      [],
      settings(drill).map(([name, value]) => [`  ${name}`, value]),
    ),
    table(['GROUP', 'VM', 'ID', 'ADDRESS'], rows),
    `${plural(countVms(drill), 'VM')} in ${plural(drill.groups.length, 'group')}, recovered in this order: ${drill.groups.map(({ name, vms }) => `${name} ${vms.length}`).join(', ')}`,
  ].join('\n\n');
}

/** What the file alone tells; the replications are asked when the drill runs. */
function networksText({ networks, recovery, groups }: Drill): string {
  if (networks === 'production') return 'production: what is not named, the site chooses';
  if (networks !== undefined) {
    const names = [...new Set(Object.values(networks.test.map))].join(', ');
    return `${names}, as mapped; a NIC in another network is as the replication's test settings say, else its VM is refused`;
  }
  const settings = groups.flatMap(({ vms }) => vms).map((vm) => networksNamed({ ...recovery, ...vm }));
  const named = [...new Set(settings.flatMap((names) => names ?? []))].join(', ');
  if (!settings.includes(null)) return named;
  return `${named === '' ? '' : `${named}; else `}those of the replications' test settings; a VM without is refused`;
}

function settings(drill: Drill): [string, string][] {
  const { mode, source, destination, recovery, checks, hold, objectives, limits, waitForVms, timeout } = drill;
  const { instance } = recovery;
  return [
    ['drill', `${drill.name}, mode ${mode}`],
    [
      mode === 'test' ? 'test copies at' : 'there and back',
      mode === 'test'
        ? `${destination.site}, of VMs of ${source.site}`
        : `${source.site} to ${destination.site} and home`,
    ],
    [
      'instance',
      `${instance === 'latest' ? 'the latest' : `the newest before ${moment(instance.before)}`}${recovery.sync ? ', after a sync' : ''}`,
    ],
    [
      'at once',
      `${limits.syncs ?? 'as many as the sites allow'} syncs, ${limits.cutovers ?? 'as many as the sites allow'} cutovers`,
    ],
    ...(mode === 'test' ? [['test networks', networksText(drill)] as [string, string]] : []),
    ['checks', checks.map(({ name, within }) => `${name} within ${inWords(within)}`).join('; ') || 'none'],
    ['stays up', hold === 0 ? 'only for its checks' : `${inWords(hold)} after the last check`],
    ['objectives', objectivesText(objectives)],
    [
      'waits for VMs',
      waitForVms === 0 ? 'never: skips those in use' : `${inWords(waitForVms)}, then skips those in use`,
    ],
    ['cleans up', `at the end, after ${inWords(timeout)} at the latest`],
  ];
}

function objectivesText({ rto, rpo }: Drill['objectives']): string {
  const parts = [
    ...(rto === null ? [] : [`RTO at most ${inWords(rto)}`]),
    ...(rpo === null ? [] : [`RPO at most ${inWords(rpo)}`]),
  ];
  return parts.join(', ') || 'none: measured, not judged';
}

function countVms({ groups }: Drill): number {
  return groups.reduce((sum, { vms }) => sum + vms.length, 0);
}
