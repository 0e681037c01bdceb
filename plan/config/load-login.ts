import { dirname, isAbsolute, join } from 'node:path';
import { Secret } from '../secret.js';
import { valueAt } from '../source/check.js';
import type { Problem } from '../source/problem.js';
import { readText } from '../source/read-text.js';
import type { Path, Source } from '../source/yaml-document.js';
import type { Login } from '../types.js';
import { login as loginSchema, secretWord } from './login-schema.js';

/**
 * The login at `path` with its secret, which stands in the config itself or in a file beside it. Only what the files have to say
 * is reported here. Nothing that a person may have typed as a secret is ever quoted in a problem.
 */
export function loadLogin(source: Source, path: Path, problems: Problem[]): Login | undefined {
  const written = valueAt(source.value, path);
  const secret = findSecret(source, path, secretWord(valueAt(written, ['type'])), problems);
  const login = loginSchema.safeParse(written).data;
  if (!login || !secret) return undefined;
  if (login.type === 'vcdAccessToken') return { type: login.type, org: login.org, token: secret };
  return { type: login.type, user: login.user, password: secret };
}

/** The secret beside other keys at `path`, as `word` or as the file that `wordFile` names; undefined: there is none that is good. */
export function findSecret(source: Source, path: Path, word: string, problems: Problem[]): Secret | undefined {
  const fileKey = `${word}File`;
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

/** Text of a file named in the config, relative to it. The name is not quoted: it may be a password in the wrong place. */
export function readBeside(source: Source, path: Path, name: string, problems: Problem[]): string | undefined {
  const read = readText(isAbsolute(name) ? name : join(dirname(source.file), name));
  if ('text' in read) return read.text;
  const message = `the file that "${String(path.at(-1))}" names ${read.reason}`;
  const hint = read.hint ?? (isAbsolute(name) ? undefined : `its path is relative to ${dirname(source.file)}`);
  problems.push({ ...source.at(path), message, ...(hint && { hint }) });
  return undefined;
}
