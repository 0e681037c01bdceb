import type { WaveEntry } from './plan-waves.js';
import { oneOf, valueAt } from './source/check.js';
import type { Problem } from './source/problem.js';
import type { Path, Source } from './source/yaml-document.js';
import type { Plan, ReplicationSettings, RunKind } from './types.js';

/** RPO of a protection, in minutes. */
const LONGEST_RPO = 24 * 60;
/** Of one replication, over all rules of its retention. */
const MOST_INSTANCES = 24;

/** What was read of a plan; undefined where it was wrong, which is a problem already. */
export type Sections = {
  [K in 'destination' | 'replication' | 'cutover' | 'recovery' | 'confirm']: Plan[K] | undefined;
};

/** Adds problems for what a kind of plan needs and does not have, or has and cannot have. */
export function checkKind(
  source: Source,
  kind: RunKind,
  { destination, replication, cutover, recovery, confirm }: Sections,
  waves: WaveEntry[],
  problems: Problem[],
): void {
  const report = (path: Path, message: string, expected: string) =>
    void problems.push({ file: source.file, ...source.atKey(path), message, expected });

  if ((kind === 'reverse' || kind === 'failback') && confirm === null) {
    const message = `a plan of kind ${kind} removes the original source VMs, whose disks VCDA reuses, and does not say so`;
    problems.push({ file: source.file, ...source.at(['kind']), message, expected: 'a line "confirm: removes-source"' });
  }
  if (destination && (kind === 'migrate' || kind === 'protect')) {
    checkVdc(source, kind, destination.vdc, waves, problems);
  }
  if (kind === 'protect' || kind === 'reverse') {
    const expected = `neither approval nor window; kinds ${oneOf(['migrate', 'failover', 'failback'])} have them`;
    const message = (what: string) => `a plan of kind ${kind} takes no VM down, so that ${what} has no effect`;
    if (cutover && cutover.approval !== 'none') report(['cutover', 'approval'], message('an approval'), expected);
    if (cutover?.window) report(['cutover', 'window'], message('a window'), expected);
  }
  if (kind !== 'failover' && kind !== 'failback' && (valueAt(source.value, ['recovery']) ?? null) !== null) {
    report(['recovery'], `a plan of kind ${kind} recovers nothing`, 'recovery in kinds failover and failback alone');
  }
  if (kind === 'failback' && recovery && recovery.instance !== 'latest') {
    const message = 'a failback goes back by a planned migration, which takes the VM as it is now';
    report(['recovery', 'instance'], message, 'latest');
  }
  if (kind === 'protect' && replication) checkProtection(source, replication, report);
}

/** New replications need a VDC to go to; that of the plan may be left out when every VM has its own. */
function checkVdc(
  source: Source,
  kind: string,
  vdc: string | undefined,
  waves: WaveEntry[],
  problems: Problem[],
): void {
  const vms = waves.flatMap((wave) => wave.vms.flatMap(({ vm }) => vm ?? []));
  if (vdc !== undefined || (vms.length > 0 && vms.every((vm) => vm.vdc !== undefined))) return;
  const message = `destination.vdc is missing, which a plan of kind ${kind} needs`;
  const expected = 'the uuid of the VDC at the destination, here or for every VM';
  problems.push({ file: source.file, ...source.at(['destination', 'vdc']), message, expected });
}

function checkProtection(
  source: Source,
  { rpo, slaProfileId, retentionPolicy, ...settings }: ReplicationSettings,
  report: (path: Path, message: string, expected: string) => void,
): void {
  const at = (key: string): Path => ['replication', key];
  if (rpo === undefined && slaProfileId === undefined) {
    const nothing = valueAt(source.value, ['replication']) === undefined;
    const message = 'a plan of kind protect does not say how often its VMs are replicated';
    report(nothing ? ['kind'] : ['replication'], message, '"replication: { rpo: 15m }", or an slaProfileId there');
  }
  if (rpo !== undefined && rpo > LONGEST_RPO) report(at('rpo'), `replication.rpo is ${rpo} minutes`, '1m to 24h');
  if (slaProfileId !== undefined) {
    const own = { rpo, dataConnectionType: settings.dataConnectionType, retentionPolicy };
    for (const [key, value] of Object.entries(own)) {
      if (value === undefined) continue;
      report(at(key), `replication has both slaProfileId and ${key}, which the profile decides`, 'one of them');
    }
  }
  const instances = retentionPolicy?.rules.reduce((sum, { numberOfInstances }) => sum + numberOfInstances, 0) ?? 0;
  if (instances > MOST_INSTANCES) {
    const message = `the rules of replication.retentionPolicy keep ${instances} instances`;
    report(at('retentionPolicy'), message, `at most ${MOST_INSTANCES} in all`);
  }
}
