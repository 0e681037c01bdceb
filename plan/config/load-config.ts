import { statSync } from 'node:fs';
import type { z } from 'zod';
import { Secret } from '../secret.js';
import { check, keysOf, oneOf, quote, valueAt } from '../source/check.js';
import { type Env, interpolate } from '../source/interpolate.js';
import { type Problem, throwProblems } from '../source/problem.js';
import { problemOf, readText } from '../source/read-text.js';
import { isMapping } from '../source/schema-tools.js';
import { type Path, parseSource, type Source } from '../source/yaml-document.js';
import type { Config, Login, NamedSecret, SiteConfig, SiteProxy } from '../types.js';
import * as schema from './config-schema.js';
import { findSecret, loadLogin, readCertificate } from './load-login.js';
import { proxyOfEnvironment } from './load-proxy.js';
import { defaultStore, loadStore } from './load-store.js';
import { OTHER_LOGIN_NAME, otherLoginName } from './login-schema.js';
import { type Printed, type Program, type RunProgram, runAside, runNow } from './printed.js';
import { NAMED, PASSWORD } from './secret-keys.js';

export interface LoadConfigOptions {
  /** where `${VAR}` is looked up */
  env: Env;
  /** worker: every site needs a login, and the files it names are read; client: no secret or certificate is read */
  need: 'client' | 'worker';
  /** runs the programs that print secrets; default: while nothing else goes on */
  run?: RunProgram;
}

/**
 * Reads the config with every default filled in; for `path` null the defaults alone, without sites.
 *
 * @throws BadInput with every problem at once; no problem ever quotes a secret
 */
export function loadConfig(path: string | null, options: LoadConfigOptions): Config {
  if (path === null) {
    const { hooks: _, ...defaults } = schema.config.parse({});
    return { file: null, ...defaults, sites: {}, store: defaultStore(options.env) };
  }
  const problems: Problem[] = [];
  const config = readConfig(path, options, problems);
  throwProblems(problems, path);
  if (!config) throw new Error(`${path}: neither a config nor a problem`);
  return config;
}

/**
 * The same of a config that was read before, by a process that has work to do: programs that print secrets run beside it.
 *
 * @throws BadInput as {@link loadConfig}
 */
export async function reloadConfig(path: string, options: LoadConfigOptions): Promise<Config> {
  const programs = new Map<string, Program>();
  const keyOf = (program: Program) => JSON.stringify(program);
  loadConfig(path, {
    ...options,
    run(program) {
      programs.set(keyOf(program), program);
      return { text: 'not known yet' };
    },
  });
  const printed = new Map<string, Printed>();
  await Promise.all([...programs].map(async ([key, program]) => printed.set(key, await runAside(program))));
  return loadConfig(path, { ...options, run: (program) => printed.get(keyOf(program)) ?? runNow(program) });
}

function readConfig(path: string, { env, need, run }: LoadConfigOptions, problems: Problem[]): Config | undefined {
  const read = readText(path, { stream: true });
  if ('reason' in read) {
    problems.push(problemOf(path, 'the config', isFolder(path) ? { ...read, hint: OF_ENGINES } : read));
    return undefined;
  }
  const parsed = parseSource(path, read.text, problems);
  if (!parsed) return undefined;
  const unset: Problem[] = [];
  const source = interpolate(parsed, env, unset);
  const found: Problem[] = [];
  const config = configOf(source, env, need === 'worker', found, run);
  // What a reference that could not be replaced breaks is not a mistake of its own.
  const caused = ({ line, column }: Problem) => unset.some((one) => one.line === line && one.column === column);
  for (const problem of [...unset, ...found.filter((one) => !caused(one))]) problems.push(problem);
  return config;
}

const OF_ENGINES =
  'a container engine makes a folder where the file of a mount is missing: remove it, and write the file';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function configOf(
  source: Source,
  env: Env,
  readFiles: boolean,
  problems: Problem[],
  run: RunProgram | undefined,
): Config | undefined {
  const read = check(schema.config, source, [], problems, { hidden });
  const names = { pattern: schema.siteName, what: "a site's name", expected: schema.SITE_NAME };
  checkNames(source, ['sites'], names, problems);
  const commands = { pattern: schema.commandName, what: "a command's name", expected: schema.COMMAND_NAME };
  checkNames(source, ['worker', 'checks'], commands, problems);
  const secrets = { pattern: schema.secretName, what: "a secret's name", expected: schema.SECRET_NAME, isHidden: true };
  checkNames(source, ['hooks', 'secrets'], secrets, problems);
  const rows = { pattern: schema.errorKey, what: 'a row of the error table', expected: schema.ERROR_KEY };
  checkNames(source, ['errors'], rows, problems);
  // Of any other name its schema tells.
  const variables = { pattern: /^/, what: 'a variable', expected: schema.VARIABLE_NAME };
  for (const check of keysOf(valueAt(source.value, ['worker', 'checks'])))
    checkNames(source, ['worker', 'checks', check, 'env'], variables, problems);
  const written = valueAt(source.value, ['sites']);
  const logins = { pattern: otherLoginName, what: "a login's name", expected: OTHER_LOGIN_NAME, isHidden: true };
  for (const name of isMapping(written) ? Object.keys(written) : [])
    checkNames(source, ['sites', name, 'logins'], logins, problems);
  const kept = (isMapping(written) ? Object.keys(written) : []).map(
    (name) => [name, readKept(source, name, readFiles, problems, run)] as const,
  );
  if (!read) return undefined;
  checkNamedSecrets(source, read.worker.checks, problems);
  const store = loadStore(source, read.store, { env, readSecret: readFiles }, problems);
  const sites = kept.flatMap(([name, files]) => {
    const site = Object.hasOwn(read.sites, name) ? read.sites[name] : undefined;
    return site ? [[name, asSite(name, site, files, readFiles ? env : null)] as const] : [];
  });
  const { hooks, ...rest } = read;
  const named = readFiles
    ? { hooks: { allow: hooks.allow, secrets: readSecrets(source, hooks.secrets, problems) } }
    : {};
  return { file: source.file, ...rest, sites: Object.fromEntries(sites), store, ...named };
}

function readSecrets(
  source: Source,
  written: z.output<typeof schema.hooks>['secrets'],
  problems: Problem[],
): Record<string, NamedSecret> {
  const entries = Object.entries(written).flatMap(([name, { to }]) => {
    const value = findSecret(source, ['hooks', 'secrets', name], NAMED, problems);
    return value === undefined ? [] : [[name, { value, ...(to && { to }) }] as const];
  });
  return Object.fromEntries(entries);
}

/** What a program is to get must be there. */
function checkNamedSecrets(source: Source, checks: Config['worker']['checks'], problems: Problem[]): void {
  const known = keysOf(valueAt(source.value, ['hooks', 'secrets']));
  for (const [name, { env = {} }] of Object.entries(checks)) {
    for (const [variable, { secret }] of Object.entries(env)) {
      if (known.includes(secret)) continue;
      const at = source.at(['worker', 'checks', name, 'env', variable, 'secret']);
      problems.push({
        ...at,
        message: 'no such secret is under "hooks.secrets"',
        expected: oneOf(known) || 'a secret there',
      });
    }
  }
}

/** Names such as "constructor" exist on every object, and would be found where no site is. */
function checkNames(
  source: Source,
  path: Path,
  { pattern, what, expected, isHidden }: { pattern: RegExp; what: string; expected: string; isHidden?: boolean },
  problems: Problem[],
): void {
  const written = valueAt(source.value, path);
  for (const name of Array.isArray(written) ? [] : keysOf(written)) {
    if (pattern.test(name) && !(name in {})) continue;
    const shown = isHidden === true ? 'this' : quote(name);
    problems.push({ ...source.atKey([...path, name]), message: `${shown} cannot be ${what}`, expected });
  }
}

/** What a site has beside the config: the secret of its login, and its certificate authority. */
interface Kept {
  login: Login | undefined;
  /** by their names; those that are good */
  logins: Record<string, Login>;
  ca: string | undefined;
  proxyPassword?: Secret | undefined;
  proxyCa?: string | undefined;
}

function readKept(
  source: Source,
  name: string,
  readFiles: boolean,
  problems: Problem[],
  run: RunProgram | undefined,
): Kept {
  const path = ['sites', name];
  const site = valueAt(source.value, path);
  if (!readFiles || !isMapping(site)) return { login: undefined, logins: {}, ca: undefined };
  if ((valueAt(site, ['login']) ?? null) === null) {
    const message = `the site ${name} has no login, which a worker needs`;
    problems.push({ ...source.atKey(path), message, expected: 'a key "login"' });
  }
  const login = loadLogin(source, [...path, 'login'], problems, run);
  const names = Object.keys(valueAt(site, ['logins']) ?? {});
  const logins = names.flatMap((one) => {
    const its = loadLogin(source, [...path, 'logins', one], problems, run);
    return its === undefined ? [] : [[one, its] as const];
  });
  return {
    login,
    logins: Object.fromEntries(logins),
    ca: readCertificate(source, [...path, 'tls', 'ca'], problems),
    proxyPassword: findSecret(source, [...path, 'proxy'], PASSWORD, problems),
    proxyCa: readCertificate(source, [...path, 'proxy', 'ca'], problems),
  };
}

/** @param env of a worker; null: a client's config, for which nobody connects to a site */
function asSite(name: string, read: z.output<typeof schema.site>, files: Kept, env: Env | null): SiteConfig {
  const { login, logins, ca } = files;
  const { login: _, logins: _others, onPremAuth, tls, proxy: ___, ...rest } = read;
  const others = Object.entries(logins).map(([its, one]) => [its, throughProxyOf(one, read, files, env)] as const);
  const { ca: __, ...trust } = tls;
  return {
    name,
    ...rest,
    ...(login && { login: throughProxyOf(login, read, files, env) }),
    ...(others.length > 0 && { logins: Object.fromEntries(others) }),
    ...(onPremAuth !== undefined && env !== null && { onPremAuth: new Secret(onPremAuth) }),
    tls: { ...trust, ...(ca !== undefined && { ca }) },
    ...(env !== null && proxyOf(read, files, env)),
  };
}

/** A Cloud Director is reached as its site is. */
function throughProxyOf(login: Login, read: z.output<typeof schema.site>, files: Kept, env: Env | null): Login {
  if (login.type !== 'vcdApiToken' || env === null) return login;
  return { ...login, ...proxyOf({ url: login.vcd, proxy: read.proxy }, files, env) };
}

/** The config's, or none where it says so, else that of the environment. */
function proxyOf(
  { url, proxy }: { url: string; proxy?: z.output<typeof schema.site>['proxy'] | undefined },
  files: Kept,
  env: Env,
): { proxy?: SiteProxy } {
  if (proxy === null) return {};
  const found =
    proxy === undefined
      ? proxyOfEnvironment(env, url)
      : {
          url: proxy.url,
          ...('user' in proxy && proxy.user !== undefined && { user: proxy.user }),
          ...(files.proxyPassword && { password: files.proxyPassword }),
          ...(files.proxyCa !== undefined && { ca: files.proxyCa }),
        };
  return found === undefined ? {} : { proxy: found };
}

/** Outside these sections a value may be a secret that landed in the wrong place. */
const SHOWN = new Set(['installation', 'limits', 'polling', 'reconcile', 'missingFor', 'timeouts', 'errors', 'worker']);

function hidden(path: Path): boolean {
  if (path.includes('login') || path.includes('logins') || path[1] === 'checks') return true;
  return !SHOWN.has(String(path[0] === 'sites' ? path[2] : path[0]));
}
