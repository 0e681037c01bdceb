import type { z } from 'zod';
import { planKeys } from './plan-schema.js';
import { keysOf, oneOf, valueAt } from './source/check.js';
import { isMapping, type Report, withRule } from './source/schema-tools.js';
import type { Sound } from './source/sound-part.js';

/** RPO of a protection, in minutes. */
const LONGEST_RPO = 24 * 60;
/** Of one replication, over all rules of its retention. */
const MOST_INSTANCES = 24;

type Keys = Sound<z.output<typeof planKeys>>;

/** A plan file. */
export const plan = withRule(planKeys, (sound, report, written) => {
  const [hasWaves, hasVms] = ['waves' in written, 'vms' in written];
  if (hasWaves && hasVms) {
    report({ message: 'the plan has both "waves" and "vms"', expected: 'one of them' }, ['vms'], 'key');
  }
  if (!hasWaves && !hasVms) {
    const expected = '"waves", or a list of VMs or a CSV file under "vms"';
    report({ message: 'the plan names no VMs', expected });
  }
  checkWaves(valueAt(written, ['waves']), report);
  checkVapps(sound, report);
  checkKind(sound, report);
  checkHooks(sound.kind, keysOf(valueAt(written, ['hooks'])), report);
  checkReplication(sound, keysOf(valueAt(written, ['replication'])), report);
});

/** Each has VMs, or vApps, or both. */
function checkWaves(waves: unknown, report: Report): void {
  if (!Array.isArray(waves)) return;
  for (const [at, wave] of waves.entries()) {
    if (!isMapping(wave) || 'vms' in wave || 'vapps' in wave) continue;
    const expected = 'a list of VMs, or the name of a CSV file; or a list of vApps under "vapps"';
    report({ message: 'vms is missing', expected }, ['waves', at, 'vms']);
  }
}

/** A point in time is one of each VM. */
function checkVapps({ waves, recovery }: Keys, report: Report): void {
  const message = 'a vApp is recovered as it was last, since an older instance is one of a VM alone';
  const expected = 'latest, or the VMs of the vApp under "vms"';
  const isOlder = (instance: unknown): boolean => (instance ?? 'latest') !== 'latest';
  const withVapps = [...(waves ?? []).entries()].filter(([, wave]) => (wave?.vapps ?? []).length > 0);
  if (withVapps.length > 0 && isOlder(recovery?.instance))
    report({ message, expected }, ['recovery', 'instance'], 'key');
  for (const [at, wave] of withVapps)
    if (isOlder(wave?.instance)) report({ message, expected }, ['waves', at, 'instance'], 'key');
}

/** Reports what a kind of plan needs and does not have, or has and cannot have. */
function checkKind({ kind, cutover, recovery, confirm, waves, owner }: Keys, report: Report): void {
  if ((kind === 'reverse' || kind === 'failback') && confirm === null) {
    const message = `a plan of kind ${kind} removes the original source VMs, whose disks VCDA reuses, and does not say so`;
    report({ message, expected: 'a line "confirm: removes-source"' }, ['kind']);
  }
  if (kind === 'protect' || kind === 'reverse') {
    const expected = `neither approval nor window; kinds ${oneOf(['migrate', 'failover', 'failback'])} have them`;
    const message = (what: string) => `a plan of kind ${kind} takes no VM down, so that ${what} has no effect`;
    if ((cutover?.approval ?? 'none') !== 'none') {
      report({ message: message('an approval'), expected }, ['cutover', 'approval'], 'key');
    }
    if (cutover?.window) report({ message: message('a window'), expected }, ['cutover', 'window'], 'key');
  }
  const isPlanned = recovery?.planned === true;
  if (kind === 'protect' || kind === 'reverse' || (kind === 'failover' && !isPlanned)) {
    const message = `a plan of kind ${kind} sends no migrate, so that syncBefore has no effect`;
    const expected = 'syncBefore in kinds migrate and failback alone';
    if (cutover?.syncBefore) report({ message, expected }, ['cutover', 'syncBefore'], 'key');
  }
  if (kind !== undefined && kind !== 'failover' && kind !== 'failback' && recovery !== undefined) {
    const expected = 'recovery in kinds failover and failback alone';
    report({ message: `a plan of kind ${kind} recovers nothing`, expected }, ['recovery'], 'key');
  }
  if (kind !== undefined && kind !== 'migrate' && kind !== 'protect' && owner !== undefined) {
    const expected = 'owner in kinds migrate and protect alone';
    report(
      { message: `a plan of kind ${kind} starts no replication that could be given away`, expected },
      ['owner'],
      'key',
    );
  }
  if (kind === 'failback' && (recovery?.instance ?? 'latest') !== 'latest') {
    const message = 'a failback goes back by a planned migration, which takes the VM as it is now';
    report({ message, expected: 'latest' }, ['recovery', 'instance'], 'key');
  }
  if (isPlanned && kind === 'failback') {
    report({ message: 'a failback is planned by itself', expected: 'no such key' }, ['recovery', 'planned'], 'key');
  }
  if (isPlanned && (recovery?.instance ?? 'latest') !== 'latest') {
    const message = 'a planned failover takes the VM as it is now';
    report({ message, expected: 'latest' }, ['recovery', 'instance'], 'key');
  }
  for (const [index, wave] of (waves ?? []).entries()) {
    if (wave?.instance === undefined || (kind === 'failover' && !isPlanned) || kind === undefined) continue;
    const what = isPlanned ? 'a planned failover' : `a plan of kind ${kind}`;
    const message = `${what} chooses no instance for a wave`;
    report({ message, expected: 'instance of a wave in kind failover alone' }, ['waves', index, 'instance'], 'key');
  }
}

/** @param given the keys of `hooks` that are there, sound or not */
function checkHooks(kind: Keys['kind'], given: string[], report: Report): void {
  if (kind !== 'protect' && kind !== 'reverse') return;
  for (const key of given.filter((one) => /cutover/i.test(one))) {
    const message = `a plan of kind ${kind} takes no VM down, so that a hook ${key} would never be sent`;
    report(
      { message, expected: 'hooks of cutovers in kinds migrate, failover and failback alone' },
      ['hooks', key],
      'key',
    );
  }
}

/** @param given the keys of `replication` that are there, sound or not */
function checkReplication({ kind, replication }: Keys, given: string[], report: Report): void {
  if (!replication) return;
  const { rpo, slaProfileId, retentionPolicy, dataConnectionType } = replication;
  const protects = kind === 'protect';
  if (protects && !given.includes('rpo') && !given.includes('slaProfileId')) {
    const message = 'a plan of kind protect does not say how often its VMs are replicated';
    const expected = '"replication: { rpo: 15m }", or an slaProfileId there';
    report({ message, expected }, [given.length === 0 ? 'kind' : 'replication'], 'key');
  }
  const ofReplication = (key: string, message: string, expected: string) =>
    report({ message, expected }, ['replication', key], 'key');
  if (rpo !== undefined && rpo > LONGEST_RPO) ofReplication('rpo', `replication.rpo is ${rpo} minutes`, '1m to 24h');
  if (protects && slaProfileId !== undefined) {
    for (const [key, value] of Object.entries({ rpo, dataConnectionType, retentionPolicy })) {
      const message = `replication has both slaProfileId and ${key}, which the profile decides`;
      if (value !== undefined) ofReplication(key, message, 'one of them');
    }
  }
  const instances = retentionPolicy?.rules?.reduce((sum, { numberOfInstances }) => sum + numberOfInstances, 0) ?? 0;
  if (instances > MOST_INSTANCES) {
    const message = `the rules of replication.retentionPolicy keep ${instances} instances`;
    ofReplication('retentionPolicy', message, `at most ${MOST_INSTANCES} in all`);
  }
}
