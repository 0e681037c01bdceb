import { X509Certificate } from 'node:crypto';
import { dirname, isAbsolute, resolve } from 'node:path';
import { Secret } from '../secret.js';
import { valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Login } from '../types.js';
import { login as loginSchema, secretWord } from './login-schema.js';
import { type RunProgram, runNow } from './printed.js';
import { LOGIN_SECRET, type SecretKeys } from './secret-keys.js';

/**
 * The login at `path` with its secret, which stands in the config itself or in a file beside it. Only what the files have to say
 * is reported here. Nothing that a person may have typed as a secret is ever quoted in a problem.
 */
export function loadLogin(
  source: Source,
  path: Path,
  problems: Problem[],
  run: RunProgram = runNow,
): Login | undefined {
  const written = valueAt(source.value, path);
  const login = loginSchema.safeParse(written).data;
  const { command, ...keys }: SecretKeys = LOGIN_SECRET[secretWord(valueAt(written, ['type']))];
  // Nothing is run for a login that is refused.
  const known = login === undefined || command === undefined ? keys : { ...keys, command };
  const secret = findSecret(source, path, known, problems, run);
  if (!login || !secret) return undefined;
  if (login.type === 'vcdApiToken') {
    const { type, vcd, org, tokenFile } = login;
    const ca = readCertificate(source, [...path, 'ca'], problems);
    return { type, vcd, org, file: besides(source, tokenFile), token: secret, ...(ca !== undefined && { ca }) };
  }
  if (login.type === 'vcdAccessToken') return { type: login.type, org: login.org, token: secret };
  const { user } = login;
  if (login.type !== 'ssoCredentials') return { type: login.type, user, password: secret };
  const { principal } = login;
  return { type: login.type, user, password: secret, ...(principal !== undefined && { principal }) };
}

/** The secret beside other keys at `path`; undefined: there is none that is good. */
export function findSecret(
  source: Source,
  path: Path,
  keys: SecretKeys,
  problems: Problem[],
  run: RunProgram = runNow,
): Secret | undefined {
  const { value: word, file: fileKey, command: commandKey } = keys;
  if (commandKey !== undefined) {
    const command = valueAt(source.value, [...path, commandKey]);
    if (Array.isArray(command)) return printedSecret(source, [...path, commandKey], command, problems, run);
  }
  const [inline, named] = [word, fileKey].map((key) => valueAt(source.value, [...path, key]) ?? null);
  if (typeof inline === 'string') return new Secret(inline);
  if (inline !== null || typeof named !== 'string' || named === '') return undefined;
  const text = readBeside(source, [...path, fileKey], named, problems)?.replace(/\r?\n$/, '');
  if (text === undefined) return undefined;
  if (text !== '' && !/[\r\n]/.test(text)) return new Secret(text);
  const message =
    text === '' ? `the file that "${fileKey}" names is empty` : `the file that "${fileKey}" names has several lines`;
  problems.push({ ...source.at([...path, fileKey]), message, expected: `one line, the ${word}` });
  return undefined;
}

const besides = ({ file }: Source, name: string): string => resolve(dirname(file), name);

/** A certificate authority in a file that is named at `path`: PEM text. */
export function readCertificate(source: Source, path: Path, problems: Problem[]): string | undefined {
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

/** Text of a file named in the config, relative to it. The name is not quoted: it may be a password in the wrong place. */
export function readBeside(source: Source, path: Path, name: string, problems: Problem[]): string | undefined {
  const read = readText(besides(source, name), { stream: true });
  if ('text' in read) return read.text;
  const message = `the file that "${String(path.at(-1))}" names ${read.reason}`;
  const hint = read.hint ?? (isAbsolute(name) ? undefined : `its path is relative to ${dirname(source.file)}`);
  problems.push({ ...source.at(path), message, ...(hint && { hint }) });
  return undefined;
}

/** What a program prints. Neither its arguments nor what it says are quoted: they may hold the secret. */
function printedSecret(
  source: Source,
  path: Path,
  command: unknown[],
  problems: Problem[],
  run: RunProgram,
): Secret | undefined {
  const [file, ...args] = command.filter((part) => typeof part === 'string');
  if (file === undefined || args.length + 1 !== command.length) return undefined;
  const printed = run({ file, args, cwd: dirname(source.file) });
  const text = 'text' in printed ? printed.text.replace(/\r?\n$/, '') : undefined;
  if (text !== undefined && text !== '' && !/[\r\n]/.test(text)) return new Secret(text);
  const why = 'why' in printed ? printed.why : text === '' ? 'prints nothing' : 'prints several lines';
  const message = `the program of "${String(path.at(-1))}" ${why}`;
  problems.push({ ...source.at(path), message, ...('text' in printed && { expected: 'one line' }) });
  return undefined;
}
