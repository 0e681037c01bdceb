import { dirname, isAbsolute, join } from 'node:path';
import { Secret } from '../secret.js';
import { check, valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Login } from '../types.js';
import { LOGIN_TYPES, logins, loginType } from './config-schema.js';

/**
 * Reads the login at `path`, whose secret stands in the file itself or in one beside it. Nothing that a person may have
 * typed as a secret is ever quoted in a problem.
 *
 * @param readFiles false: the login is validated, but no file is opened and nothing is returned
 */
export function loadLogin(source: Source, path: Path, readFiles: boolean, problems: Problem[]): Login | undefined {
  const hidden = { hidden: () => true };
  const type = check(loginType, source, path, problems, hidden)?.type;
  const one = LOGIN_TYPES.find((known) => known === type);
  if (!one) return undefined;
  const word = one === 'vcdAccessToken' ? 'token' : 'password';
  const login = check(logins[one], source, path, problems, hidden);
  const secret = findSecret(source, path, word, readFiles, problems);
  if (!login || !secret) return undefined;
  if (login.type === 'vcdAccessToken') return { type: login.type, org: login.org, token: secret };
  return { type: login.type, user: login.user, password: secret };
}

function findSecret(
  source: Source,
  path: Path,
  word: string,
  readFiles: boolean,
  problems: Problem[],
): Secret | undefined {
  const { file } = source;
  const fileKey = `${word}File`;
  const [inline, named] = [word, fileKey].map((key) => valueAt(source.value, [...path, key]) ?? null);
  if (inline !== null && named !== null) {
    const message = `the ${word} is there twice, as "${word}" and as "${fileKey}"`;
    problems.push({ file, ...source.atKey([...path, fileKey]), message, expected: 'one of them' });
    return undefined;
  }
  if (inline === null && named === null) {
    const message = `the login has no ${word}`;
    problems.push({ file, ...source.at(path), message, expected: `"${word}" or "${fileKey}"` });
    return undefined;
  }
  if (!readFiles) return undefined;
  if (typeof inline === 'string') return new Secret(inline);
  if (typeof named !== 'string' || named === '') return undefined;
  const text = readBeside(source, [...path, fileKey], named, problems)?.replace(/\r?\n$/, '');
  if (text === undefined) return undefined;
  if (text !== '' && !/[\r\n]/.test(text)) return new Secret(text);
  const message =
    text === '' ? `the file that "${fileKey}" names is empty` : `the file that "${fileKey}" names has several lines`;
  problems.push({ file, ...source.at([...path, fileKey]), message, expected: `one line, the ${word}` });
  return undefined;
}

/** Text of a file named in the config, relative to it. The name is not quoted: it may be a password in the wrong place. */
export function readBeside(source: Source, path: Path, name: string, problems: Problem[]): string | undefined {
  const read = readText(isAbsolute(name) ? name : join(dirname(source.file), name));
  if ('text' in read) return read.text;
  const message = `the file that "${String(path.at(-1))}" names ${read.reason}`;
  const hint = isAbsolute(name) ? {} : { hint: `its path is relative to ${dirname(source.file)}` };
  problems.push({ file: source.file, ...source.at(path), message, ...hint });
  return undefined;
}
