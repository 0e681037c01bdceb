import { z } from 'zod';
import { checkSites } from '../check-sites.js';
import { confirm as confirmSchema, limits as limitsSchema, planName } from '../plan-schema.js';
import type { WaveEntry } from '../plan-waves.js';
import { readInstance } from '../recovery.js';
import { check, checkKeys, compact } from '../source/check.js';
import { formatDuration } from '../source/durations.js';
import { type Problem, throwProblems } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import { parseSource, type Source } from '../source/yaml-document.js';
import type { Drill } from '../types.js';
import { vmNames } from '../vm-names.js';
import { readChecks } from './drill-checks.js';
import { readGroups } from './drill-groups.js';
import { readSchedule } from './drill-schedule.js';
import * as schema from './drill-schema.js';
import { readScope } from './drill-scope.js';

/**
 * Reads a drill (YAML or JSON), and the plan or CSV that its scope names, with every default filled in.
 *
 * @param options.sites names of the configured sites, to check the drill's sites against; null: not checked
 * @throws BadInput with every problem at once
 */
export function loadDrill(path: string, options: { sites: string[] | null }): Drill {
  const problems: Problem[] = [];
  const drill = readDrill(path, options.sites, problems);
  throwProblems(problems, path);
  if (!drill) throw new Error(`${path}: neither a drill nor a problem`);
  return drill;
}

function readDrill(path: string, sites: string[] | null, problems: Problem[]): Drill | undefined {
  const read = readText(path);
  if ('reason' in read) {
    problems.push({ file: path, line: null, column: null, message: `the drill ${read.reason}` });
    return undefined;
  }
  const source = parseSource(path, read.text, problems);
  const root = source && check(z.record(z.string(), z.unknown()), source, [], problems);
  if (!root) return undefined;
  checkKeys(source, schema.DRILL_KEYS, problems);
  return readSections(source, sites, readScope(source, sites, problems), problems);
}

function readSections(
  source: Source,
  sites: string[] | null,
  scope: WaveEntry[],
  problems: Problem[],
): Drill | undefined {
  // Each section on its own, so that a mistake in one does not hide those in the others.
  const section = <S extends z.ZodType>(key: string, of: S) => check(of, source, [key], problems);
  const name = section('name', planName);
  const mode = section('mode', schema.mode);
  const from = section('source', schema.site);
  const to = section('destination', schema.site);
  const vms = vmNames(scope.flatMap((wave) => wave.vms));
  const groups = readGroups(source, scope, vms, problems);
  const recovery = readDrillRecovery(source, mode, problems);
  const checks = readChecks(source, vms, problems);
  const hold = section('hold', schema.hold);
  const objectives = section('objectives', schema.objectives);
  const limits = section('limits', limitsSchema);
  const waitForVms = section('waitForVms', schema.waitForVms);
  const timeout = section('timeout', schema.timeout);
  const confirm = section('confirm', confirmSchema);
  const schedule = readSchedule(source, hold, problems);
  checkSites(source, from?.site, to?.site, sites, problems);
  if (mode === 'roundtrip' && confirm === null) {
    const message =
      'a round trip reverses each VM twice, and each reverse removes the VM that was recovered from; the drill does not say so';
    problems.push({ file: source.file, ...source.at(['mode']), message, expected: 'a line "confirm: removes-source"' });
  }
  if (hold !== undefined && timeout !== undefined && hold >= timeout) {
    const message = `hold is ${formatDuration(hold)}, and timeout ${formatDuration(timeout)} in all`;
    problems.push({
      file: source.file,
      ...source.at(['hold']),
      message,
      expected: 'a hold that ends before the timeout',
    });
  }
  if (!name || !mode || !from || !to || !recovery || !objectives || !limits) return undefined;
  if (hold === undefined || waitForVms === undefined || timeout === undefined) return undefined;
  if (confirm === undefined || schedule === undefined) return undefined;
  return {
    name,
    mode,
    source: from,
    destination: to,
    groups,
    recovery,
    checks,
    hold,
    objectives,
    limits,
    waitForVms,
    timeout,
    confirm,
    schedule,
  };
}

function readDrillRecovery(
  source: Source,
  mode: Drill['mode'] | undefined,
  problems: Problem[],
): Drill['recovery'] | undefined {
  const read = check(schema.recovery, source, ['recovery'], problems);
  const instance = readInstance(source, problems);
  if (!read || !instance) return undefined;
  const report = (key: string, message: string, expected: string) =>
    void problems.push({ file: source.file, ...source.at(['recovery', key]), message, expected });
  if (instance !== 'latest' && read.sync === true) {
    report('sync', 'recovery has both sync and an older instance, which no sync reaches', 'one of them');
  }
  if (instance !== 'latest' && mode === 'roundtrip') {
    report('instance', 'a round trip with an older instance loses what was written since', 'latest');
  }
  if (mode === 'test' && read.consolidate) {
    report('consolidate', 'VCDA has no consolidate for a test failover', 'consolidate in mode roundtrip alone');
  }
  return {
    ...compact({ ...read, instance }),
    sync: read.sync ?? (mode === 'roundtrip' && instance === 'latest'),
  };
}
