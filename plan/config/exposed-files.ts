/** The files of a config that hold secrets. */
import { statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { valueAt } from '../source/check.js';
import { type Env, interpolate } from '../source/interpolate.js';
import { readText } from '../source/read-text.js';
import { isMapping } from '../source/schema-tools.js';
import { parseSource } from '../source/yaml-document.js';
import { LOGIN_SECRET, NAMED, PASSWORD, type SecretKeys } from './secret-keys.js';

/** Read by others, of the three digits of a mode. */
const BY_OTHERS = 0o004;

/** Wherever they stand. */
const ANYWHERE: readonly SecretKeys[] = [PASSWORD, LOGIN_SECRET.token, { value: 'onPremAuth', file: '' }];
/** It begins a variable, whose value is not in the file. */
const REFERENCE = /(?<!\$)\$\{/;

/** Those that any user of the machine may read: none that does not exist, which loading it tells. */
export const exposedFiles = (configPath: string, env: Env): string[] =>
  secretFiles(configPath, env).filter(isReadByOthers);

/** Paths, the config's own included when a secret stands in it. */
export function secretFiles(configPath: string, env: Env): string[] {
  const read = readText(configPath);
  const source = 'text' in read ? parseSource(configPath, read.text, []) : undefined;
  if (source === undefined) return [];
  const { value: filled } = interpolate(source, env, []);
  const files = textsUnder(filled, 'file').map((file) => (isAbsolute(file) ? file : join(dirname(configPath), file)));
  const hasSecret = textsUnder(source.value, 'value').some((text) => !REFERENCE.test(text));
  return [...new Set([...files, ...(hasSecret ? [configPath] : [])])];
}

/** What a config says under keys of secrets. */
function textsUnder(config: unknown, part: 'value' | 'file'): string[] {
  const found: string[] = [];
  function collect(value: unknown, keys: readonly string[]): void {
    if (Array.isArray(value)) for (const member of value) collect(member, keys);
    if (!isMapping(value)) return;
    for (const [key, member] of Object.entries(value)) {
      if (typeof member !== 'string') collect(member, keys);
      else if (keys.includes(key)) found.push(member);
    }
  }
  collect(
    config,
    ANYWHERE.map((keys) => keys[part]),
  );
  const named = valueAt(config, ['hooks', 'secrets']);
  for (const secret of isMapping(named) ? Object.values(named) : []) collect(secret, [NAMED[part]]);
  return found;
}

function isReadByOthers(path: string): boolean {
  try {
    return (statSync(path).mode & BY_OTHERS) !== 0;
  } catch {
    return false;
  }
}
