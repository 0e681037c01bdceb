import { z } from 'zod';
import { checkSites } from './check-sites.js';
import { resolveDependencies } from './dependencies.js';
import { checkKind } from './kind-rules.js';
import * as schema from './plan-schema.js';
import { readWaves, type WaveEntry } from './plan-waves.js';
import { readRecovery } from './recovery.js';
import { check, checkKeys } from './source/check.js';
import { type Problem, throwProblems } from './source/problem.js';
import { readText } from './source/read-text.js';
import { parseSource, type Source } from './source/yaml-document.js';
import type { Plan } from './types.js';

/**
 * Reads a plan (YAML or JSON) and the CSV files it names, with every default filled in.
 *
 * @param options.sites names of the configured sites, to check the plan's sites against; null: not checked
 * @throws BadInput with every problem at once
 */
export function loadPlan(path: string, options: { sites: string[] | null }): Plan {
  const problems: Problem[] = [];
  const { plan } = readPlan(path, options.sites, problems);
  throwProblems(problems, path);
  if (!plan) throw new Error(`${path}: neither a plan nor a problem`);
  return plan;
}

/**
 * Reads a plan that a command or another file names, adding what is wrong with it to `problems`. The waves are there as far
 * as they could be read, so that one mistake does not make others appear.
 */
export function readPlan(
  path: string,
  sites: string[] | null,
  problems: Problem[],
): { plan: Plan | undefined; waves: WaveEntry[] } {
  const nothing = { plan: undefined, waves: [] };
  const read = readText(path);
  if ('reason' in read) {
    problems.push({ file: path, line: null, column: null, message: `the plan ${read.reason}` });
    return nothing;
  }
  const source = parseSource(path, read.text, problems);
  const root = source && check(z.record(z.string(), z.unknown()), source, [], problems);
  if (!root) return nothing;
  checkKeys(source, schema.PLAN_KEYS, problems);
  const waves = readWaves(source, problems);
  resolveDependencies(waves, 'plan', problems);
  return { plan: readSections(source, sites, waves, problems), waves };
}

function readSections(
  source: Source,
  sites: string[] | null,
  waves: WaveEntry[],
  problems: Problem[],
): Plan | undefined {
  // Each section on its own, so that a mistake in one does not hide those in the others.
  const section = <S extends z.ZodType>(key: string, of: S) => check(of, source, [key], problems);
  const name = section('name', schema.planName);
  const kind = section('kind', schema.kind);
  const from = section('source', schema.sourceSite);
  const destination = section('destination', schema.destination);
  const replication = section('replication', schema.replication);
  const limits = section('limits', schema.limits);
  const cutover = section('cutover', schema.cutover);
  const recovery = readRecovery(source, problems);
  const stopAfter = section('stopAfter', schema.stopAfter);
  const keepReplication = section('keepReplication', schema.keepReplication);
  const remigrate = section('remigrate', schema.remigrate);
  const confirm = section('confirm', schema.confirm);
  checkSites(source, from?.site, destination?.site, sites, problems);
  if (kind) checkKind(source, kind, { destination, replication, cutover, recovery, confirm }, waves, problems);
  if (!name || !kind || !from || !destination || !replication || !limits || !cutover || !recovery) return undefined;
  if (stopAfter === undefined || keepReplication === undefined || remigrate === undefined || confirm === undefined)
    return undefined;
  return {
    name,
    kind,
    source: from,
    destination,
    replication,
    limits,
    cutover,
    recovery,
    stopAfter,
    keepReplication,
    remigrate,
    confirm,
    waves: waves.map((wave) => ({ name: wave.name, vms: wave.vms.flatMap(({ vm }) => vm ?? []) })),
  };
}
