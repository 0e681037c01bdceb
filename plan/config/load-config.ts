import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../secret.js';
import { check, checkKeys, quote, valueAt } from '../source/check.js';
import { type Env, interpolate } from '../source/interpolate.js';
import { type Problem, throwProblems } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import { type Path, parseSource, type Source } from '../source/yaml-document.js';
import type { Config, SiteConfig } from '../types.js';
import { readCommands } from './check-commands.js';
import * as schema from './config-schema.js';
import { loadLogin, readBeside } from './load-login.js';

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
  if (path === null) return { file: null, sites: {}, errors: {}, worker: { taskQueue: 'drover', checks: {} } };
  const problems: Problem[] = [];
  const config = readConfig(path, options, problems);
  throwProblems(problems, path);
  if (!config) throw new Error(`${path}: neither a config nor a problem`);
  return config;
}

function readConfig(path: string, { env, need }: LoadConfigOptions, problems: Problem[]): Config | undefined {
  const read = readText(path);
  if ('reason' in read) {
    problems.push({ file: path, line: null, column: null, message: `the config ${read.reason}` });
    return undefined;
  }
  const parsed = parseSource(path, read.text, problems);
  if (!parsed) return undefined;
  const unset: Problem[] = [];
  const source = interpolate(parsed, env, unset);
  const found: Problem[] = [];
  const config = readSections(source, need === 'worker', found);
  // What a reference that could not be replaced breaks is not a mistake of its own.
  const caused = ({ line, column }: Problem) => unset.some((one) => one.line === line && one.column === column);
  problems.push(...unset, ...found.filter((problem) => !caused(problem)));
  return config;
}

function readSections(source: Source, readFiles: boolean, problems: Problem[]): Config | undefined {
  const root = check(z.record(z.string(), z.unknown()), source, [], problems, { hidden });
  if (!root) return undefined;
  checkKeys(source, schema.CONFIG_KEYS, problems);
  const errors = check(schema.errors, source, ['errors'], problems, { hidden });
  const worker = check(schema.worker, source, ['worker'], problems, { hidden });
  const checks = readCommands(source, problems, { hidden });
  const sites = readSites(source, readFiles, problems);
  return errors && worker && { file: source.file, sites, errors, worker: { ...worker, checks } };
}

function readSites(source: Source, readFiles: boolean, problems: Problem[]): Record<string, SiteConfig> {
  const sites: Record<string, SiteConfig> = {};
  const written = valueAt(source.value, ['sites']) ?? {};
  if (
    !check(z.record(z.string(), z.unknown()), { ...source, value: { sites: written } }, ['sites'], problems, { hidden })
  ) {
    return sites;
  }
  for (const name of Object.keys(written)) {
    // Names such as "constructor" exist on every object, and would be found where no site is.
    if (!schema.siteName.test(name) || name in {}) {
      const message = `${quote(name)} cannot be a site's name`;
      problems.push({ file: source.file, ...source.atKey(['sites', name]), message, expected: schema.SITE_NAME });
    }
    const site = readSite(source, name, readFiles, problems);
    if (site) sites[name] = site;
  }
  return sites;
}

function readSite(source: Source, name: string, readFiles: boolean, problems: Problem[]): SiteConfig | undefined {
  const path = ['sites', name];
  const site = check(schema.site, source, path, problems, { hidden });
  const value = valueAt(source.value, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const hasLogin = (valueAt(value, ['login']) ?? null) !== null;
  if (!hasLogin && readFiles) {
    const message = `the site ${name} has no login, which a worker needs`;
    problems.push({ file: source.file, ...source.atKey(path), message, expected: 'a key "login"' });
  }
  const login = hasLogin ? loadLogin(source, [...path, 'login'], readFiles, problems) : undefined;
  const ca = readCertificate(source, [...path, 'tls'], readFiles, problems);
  if (!site) return undefined;
  const { login: _, onPremAuth, tls, ...rest } = site;
  const { ca: __, ...trust } = tls;
  return {
    name,
    ...rest,
    ...(login && { login }),
    ...(onPremAuth !== undefined && readFiles && { onPremAuth: new Secret(onPremAuth) }),
    tls: { ...trust, ...(ca !== undefined && { ca }) },
  };
}

function readCertificate(source: Source, tls: Path, readFiles: boolean, problems: Problem[]): string | undefined {
  const [ca, fingerprint] = ['ca', 'fingerprint'].map((key) => valueAt(source.value, [...tls, key]) ?? null);
  if (ca !== null && fingerprint !== null) {
    const message = 'tls has both "ca" and "fingerprint"';
    problems.push({ file: source.file, ...source.atKey([...tls, 'fingerprint']), message, expected: 'one of them' });
  }
  if (!readFiles || typeof ca !== 'string' || ca === '') return undefined;
  const pem = readBeside(source, [...tls, 'ca'], ca, problems);
  if (pem === undefined) return undefined;
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    const message = 'the file that "ca" names holds no certificate';
    problems.push({
      file: source.file,
      ...source.at([...tls, 'ca']),
      message,
      expected: 'PEM text: -----BEGIN CERTIFICATE----- …',
    });
    return undefined;
  }
}

/** Outside these sections a value may be a secret that landed in the wrong place. */
const SHOWN = new Set(['limits', 'polling', 'reconcile', 'timeouts', 'errors', 'worker']);

function hidden(path: Path): boolean {
  if (path.includes('login') || path[1] === 'checks') return true;
  return !SHOWN.has(String(path[0] === 'sites' ? path[2] : path[0]));
}
