import { z } from 'zod';
import * as schema from './plan-schema.js';
import { check, compact, strict, valueAt } from './source/check.js';
import type { Problem } from './source/problem.js';
import { moment } from './source/schema-parts.js';
import type { Source } from './source/yaml-document.js';
import type { RecoveryChoice } from './types.js';

const older = strict({ before: moment });
const latest = z.literal('latest', 'latest, or { before: a moment with its time zone }');

/** Reads the section `recovery` of a plan; undefined when something about it is wrong. */
export function readRecovery(source: Source, problems: Problem[]): RecoveryChoice | undefined {
  const read = check(schema.recovery, source, ['recovery'], problems);
  const instance = readInstance(source, problems);
  if (!read || !instance) return undefined;
  return compact({ instance, vAppNetworkSettings: read.vAppNetworkSettings });
}

/** Which instance is recovered: the latest when nothing is said. */
export function readInstance(source: Source, problems: Problem[]): RecoveryChoice['instance'] | undefined {
  const path = ['recovery', 'instance'];
  const written = valueAt(source.value, path) ?? 'latest';
  if (typeof written === 'object' && !Array.isArray(written)) return check(older, source, path, problems);
  return written === 'latest' ? 'latest' : check(latest, source, path, problems);
}
