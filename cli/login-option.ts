import { InvalidArgumentError } from 'commander';
import { LOGIN_NAME, type Logins } from '../plan/types.js';

/** Of the option that names a login of one of several sites. */
export const LOGIN_AT = '--login <site=name>';

/** Reads one more. */
export function loginAtIn(text: string, before: Logins): Logins {
  const at = text.indexOf('=');
  return { ...before, [text.slice(0, Math.max(0, at))]: loginIn(text.slice(at + 1)) };
}

export function loginIn(text: string): string {
  if (!LOGIN_NAME.test(text))
    throw new InvalidArgumentError('The name of a login in the config of the workers is expected.');
  return text;
}
