import { X509Certificate } from 'node:crypto';
import type { z } from 'zod';
import { Secret } from '../secret.js';
import { check, keysOf, quote, valueAt } from '../source/check.js';
import { type Env, interpolate } from '../source/interpolate.js';
import { type Problem, throwProblems } from '../source/problem.js';
import { problemOf, readText } from '../source/read-text.js';
import { isMapping } from '../source/schema-tools.js';
import { type Path, parseSource, type Source } from '../source/yaml-document.js';
import type { Config, Login, SiteConfig } from '../types.js';
import * as schema from './config-schema.js';
import { loadLogin, readBeside } from './load-login.js';
import { defaultStore, loadStore } from './load-store.js';

export interface LoadConfigOptions {
  /** where `${VAR}` is looked up */
  env: Env;
  /** worker: every site needs a login, and the files it names are read; client: no secret or certificate is read */
  need: 'client' | 'worker';
}

/**
 * Reads the config with every default filled in; for `path` null the defaults alone, without sites.
 *
 * @throws BadInput with every problem at once; no problem ever quotes a secret
 */
export function loadConfig(path: string | null, options: LoadConfigOptions): Config {
  if (path === null) return { file: null, ...schema.config.parse({}), sites: {}, store: defaultStore(options.env) };
  const problems: Problem[] = [];
  const config = readConfig(path, options, problems);
  throwProblems(problems, path);
  if (!config) throw new Error(`${path}: neither a config nor a problem`);
  return config;
}

function readConfig(path: string, { env, need }: LoadConfigOptions, problems: Problem[]): Config | undefined {
  const read = readText(path);
  if ('reason' in read) {
    problems.push(problemOf(path, 'the config', read));
    return undefined;
  }
  const parsed = parseSource(path, read.text, problems);
  if (!parsed) return undefined;
  const unset: Problem[] = [];
  const source = interpolate(parsed, env, unset);
  const found: Problem[] = [];
  const config = configOf(source, env, need === 'worker', found);
  // What a reference that could not be replaced breaks is not a mistake of its own.
  const caused = ({ line, column }: Problem) => unset.some((one) => one.line === line && one.column === column);
  problems.push(...unset, ...found.filter((problem) => !caused(problem)));
  return config;
}

function configOf(source: Source, env: Env, readFiles: boolean, problems: Problem[]): Config | undefined {
  const read = check(schema.config, source, [], problems, { hidden });
  const names = { pattern: schema.siteName, what: "a site's name", expected: schema.SITE_NAME };
  checkNames(source, ['sites'], names, problems);
  const commands = { pattern: schema.commandName, what: "a command's name", expected: schema.COMMAND_NAME };
  checkNames(source, ['worker', 'checks'], commands, problems);
  const rows = { pattern: schema.errorKey, what: 'a row of the error table', expected: schema.ERROR_KEY };
  checkNames(source, ['errors'], rows, problems);
  const written = valueAt(source.value, ['sites']);
  const kept = (isMapping(written) ? Object.keys(written) : []).map(
    (name) => [name, readKept(source, name, readFiles, problems)] as const,
  );
  if (!read) return undefined;
  const store = loadStore(source, read.store, { env, readSecret: readFiles }, problems);
  const sites = kept.flatMap(([name, files]) => {
    const site = Object.hasOwn(read.sites, name) ? read.sites[name] : undefined;
    return site ? [[name, asSite(name, site, files, readFiles)] as const] : [];
  });
  return { file: source.file, ...read, sites: Object.fromEntries(sites), store };
}

/** Names such as "constructor" exist on every object, and would be found where no site is. */
function checkNames(
  source: Source,
  path: Path,
  { pattern, what, expected }: { pattern: RegExp; what: string; expected: string },
  problems: Problem[],
): void {
  const written = valueAt(source.value, path);
  for (const name of Array.isArray(written) ? [] : keysOf(written)) {
    if (pattern.test(name) && !(name in {})) continue;
    problems.push({ ...source.atKey([...path, name]), message: `${quote(name)} cannot be ${what}`, expected });
  }
}

/** What a site has beside the config: the secret of its login, and its certificate authority. */
interface Kept {
  login: Login | undefined;
  ca: string | undefined;
}

function readKept(source: Source, name: string, readFiles: boolean, problems: Problem[]): Kept {
  const path = ['sites', name];
  const site = valueAt(source.value, path);
  if (!readFiles || !isMapping(site)) return { login: undefined, ca: undefined };
  if ((valueAt(site, ['login']) ?? null) === null) {
    const message = `the site ${name} has no login, which a worker needs`;
    problems.push({ ...source.atKey(path), message, expected: 'a key "login"' });
  }
  const login = loadLogin(source, [...path, 'login'], problems);
  return { login, ca: readCertificate(source, [...path, 'tls', 'ca'], problems) };
}

function asSite(name: string, read: z.output<typeof schema.site>, { login, ca }: Kept, secrets: boolean): SiteConfig {
  const { login: _, onPremAuth, tls, ...rest } = read;
  const { ca: __, ...trust } = tls;
  return {
    name,
    ...rest,
    ...(login && { login }),
    ...(onPremAuth !== undefined && secrets && { onPremAuth: new Secret(onPremAuth) }),
    tls: { ...trust, ...(ca !== undefined && { ca }) },
  };
}

function readCertificate(source: Source, path: Path, problems: Problem[]): string | undefined {
  const file = valueAt(source.value, path);
  if (typeof file !== 'string' || file === '') return undefined;
  const pem = readBeside(source, path, file, problems);
  if (pem === undefined) return undefined;
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    const message = 'the file that "ca" names holds no certificate';
    problems.push({ ...source.at(path), message, expected: 'PEM text: -----BEGIN CERTIFICATE----- …' });
    return undefined;
  }
}

/** Outside these sections a value may be a secret that landed in the wrong place. */
const SHOWN = new Set(['installation', 'limits', 'polling', 'reconcile', 'missingFor', 'timeouts', 'errors', 'worker']);

function hidden(path: Path): boolean {
  if (path.includes('login') || path[1] === 'checks') return true;
  return !SHOWN.has(String(path[0] === 'sites' ? path[2] : path[0]));
}
