import type { z } from 'zod';
import { formatDuration } from '../source/durations.js';
import { type Report, withRule } from '../source/schema-tools.js';
import type { Sound } from '../source/sound-part.js';
import { drillKeys } from './drill-schema.js';
import { shortestGap } from './schedule-times.js';

type Keys = Sound<z.output<typeof drillKeys>>;

/** A drill file. */
export const drill = withRule(drillKeys, checkDrill);

/** Reports what the parts of a drill ask of each other. */
function checkDrill(keys: Keys, report: Report): void {
  const { mode, hold, timeout, confirm, schedule, recovery } = keys;
  if (mode === 'roundtrip' && confirm === null) {
    const message =
      'a round trip reverses each VM twice, and each reverse removes the VM that was recovered from; the drill does not say so';
    report({ message, expected: 'a line "confirm: removes-source"' }, ['mode']);
  }
  if (hold !== undefined && timeout !== undefined && hold >= timeout) {
    const message = `hold is ${formatDuration(hold)}, and timeout ${formatDuration(timeout)} in all`;
    report({ message, expected: 'a hold that ends before the timeout' }, ['hold']);
  }
  checkNetworks(keys, report);
  if (recovery) checkRecovery(recovery, mode, report);
  if (schedule) checkGap(schedule, hold ?? 0, report);
}

function checkNetworks({ mode, networks, recovery }: Keys, report: Report): void {
  if (networks === undefined || networks === 'production') return;
  if (mode === 'roundtrip') {
    const message = 'networks.test is for test copies, and a round trip makes none';
    report({ message, expected: 'networks.test in mode test alone' }, ['networks']);
  }
  if (recovery?.vAppNetworkSettings !== undefined) {
    const message = 'the drill has both networks.test.map and recovery.vAppNetworkSettings';
    report({ message, expected: 'one of them' }, ['networks']);
  }
}

function checkRecovery(
  { instance, sync, consolidate }: NonNullable<Keys['recovery']>,
  mode: Keys['mode'],
  report: Report,
): void {
  const older = instance !== undefined && instance !== 'latest';
  if (older && sync === true) {
    const message = 'recovery has both sync and an older instance, which no sync reaches';
    report({ message, expected: 'one of them' }, ['recovery', 'sync']);
  }
  if (older && mode === 'roundtrip') {
    const message = 'a round trip with an older instance loses what was written since';
    report({ message, expected: 'latest' }, ['recovery', 'instance']);
  }
  if (mode === 'test' && consolidate) {
    const message = 'VCDA has no consolidate for a test failover';
    report({ message, expected: 'consolidate in mode roundtrip alone' }, ['recovery', 'consolidate']);
  }
}

/** @param hold how long the drill keeps up what it recovered, in ms */
function checkGap({ cron, jitter = 0 }: NonNullable<Keys['schedule']>, hold: number, report: Report): void {
  const gap = cron === undefined ? null : shortestGap({ cron });
  if (gap === null) return;
  const runs = `the schedule runs every ${formatDuration(gap)} at its closest`;
  if (hold >= gap) {
    const message = `hold is ${formatDuration(hold)}, while ${runs}`;
    report({ message, expected: 'a drill that ends before the next' }, ['hold']);
  }
  if (jitter > gap) {
    const message = `schedule.jitter is ${formatDuration(jitter)}, while ${runs}`;
    report({ message, expected: 'less than that' }, ['schedule', 'jitter']);
  }
}
