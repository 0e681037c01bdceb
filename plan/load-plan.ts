import { z } from 'zod';
import { check, keysOf, quote, unknownKey } from './check.js';
import { resolveDependencies } from './dependencies.js';
import { didYouMean } from './nearest.js';
import * as schema from './plan-schema.js';
import { readWaves, type WaveEntry } from './plan-waves.js';
import { type Problem, throwProblems } from './problem.js';
import { readText } from './read-text.js';
import type { Plan } from './types.js';
import { parseSource, type Source } from './yaml-document.js';

/**
 * Reads a plan (YAML or JSON) and the CSV files it names, with every default filled in.
 *
 * @param options.sites names of the configured sites, to check the plan's sites against; null: not checked
 * @throws BadInput with every problem at once
 */
export function loadPlan(path: string, options: { sites: string[] | null }): Plan {
  const problems: Problem[] = [];
  const plan = readPlan(path, options.sites, problems);
  throwProblems(problems, path);
  if (!plan) throw new Error(`${path}: neither a plan nor a problem`);
  return plan;
}

function readPlan(path: string, sites: string[] | null, problems: Problem[]): Plan | undefined {
  const read = readText(path);
  if ('reason' in read) {
    problems.push({ file: path, line: null, column: null, message: `the plan ${read.reason}` });
    return undefined;
  }
  const source = parseSource(path, read.text, problems);
  const root = source && check(z.record(z.string(), z.unknown()), source, [], problems);
  if (!root) return undefined;
  for (const key of keysOf(source.value).filter((one) => !schema.PLAN_KEYS.includes(one))) {
    problems.push(unknownKey(source, [], key, schema.PLAN_KEYS));
  }
  // Each section on its own, so that a mistake in one does not hide those in the others.
  const section = <S extends z.ZodType>(key: string, of: S) => check(of, source, [key], problems);
  const name = section('name', schema.planName);
  const kind = section('kind', schema.kind);
  const from = section('source', schema.sourceSite);
  const to = section('destination', schema.destination);
  const replication = section('replication', schema.replication);
  const limits = section('limits', schema.limits);
  const cutover = section('cutover', schema.cutover);
  const stopAfter = section('stopAfter', schema.stopAfter);
  const keepReplication = section('keepReplication', schema.keepReplication);
  const remigrate = section('remigrate', schema.remigrate);
  const confirm = section('confirm', schema.confirm);
  const waves = readWaves(source, problems);
  resolveDependencies(waves, problems);
  checkSites(source, from?.site, to?.site, sites, problems);
  if (kind === 'reverse' && confirm === null) {
    const message = 'a plan of kind reverse removes the original source VMs, and does not say so';
    problems.push({ file: path, ...source.at(['kind']), message, expected: 'a line "confirm: removes-source"' });
  }
  if (to && (kind === 'migrate' || kind === 'protect')) checkVdc(source, kind, to.vdc, waves, problems);
  const vms = waves.map((wave) => ({ name: wave.name, vms: wave.vms.flatMap(({ vm }) => vm ?? []) }));
  if (!name || !kind || !from || !to || !replication || !limits || !cutover) return undefined;
  if (stopAfter === undefined || keepReplication === undefined || remigrate === undefined || confirm === undefined)
    return undefined;
  return {
    name,
    kind,
    source: from,
    destination: to,
    replication,
    limits,
    cutover,
    recovery: { instance: 'latest' },
    stopAfter,
    keepReplication,
    remigrate,
    confirm,
    waves: vms,
  };
}

function checkSites(
  source: Source,
  from: string | undefined,
  to: string | undefined,
  sites: string[] | null,
  problems: Problem[],
): void {
  const { file } = source;
  for (const [section, site] of [['source', from] as const, ['destination', to] as const]) {
    if (sites === null || site === undefined || sites.includes(site)) continue;
    const expected =
      sites.length > 0 ? `one of the sites of the config: ${sites.join(', ')}` : 'a site of the config, which has none';
    const message = `the site ${quote(site)} is unknown`;
    problems.push({ file, ...source.at([section, 'site']), message, expected, ...didYouMean(site, sites) });
  }
  if (from !== undefined && from === to) {
    const message = `source and destination are the same site, ${quote(from)}`;
    problems.push({ file, ...source.at(['destination', 'site']), message, expected: 'two different sites' });
  }
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
