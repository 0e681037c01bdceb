/** The keys under which a config may have a secret: one of them at a place, and nothing else is ever read as one there. */
import type { z } from 'zod';
import { withRule } from '../source/schema-tools.js';

export interface SecretKeys {
  /** of the secret itself */
  value: string;
  /** of a file that holds it */
  file: string;
  /** of a program that prints it; absent: there is none */
  command?: string;
}

export const PASSWORD = { value: 'password', file: 'passwordFile' } as const satisfies SecretKeys;
/** Of a login, which may ask a program as well. */
export const LOGIN_SECRET = {
  password: { ...PASSWORD, command: 'passwordCommand' },
  token: { value: 'token', file: 'tokenFile' },
} as const satisfies Record<string, SecretKeys>;
/** Of what goes by a name under `hooks.secrets`. */
export const NAMED = { value: 'value', file: 'file' } as const satisfies SecretKeys;

/**
 * A mapping that has its secret once.
 * @param what the secret in words
 * @param missing what is wrong where there is none; absent: it may be left out
 */
export const oneSecret = <S extends z.ZodType>(
  schema: S,
  { value, file, command }: SecretKeys,
  { what = value, missing }: { what?: string; missing?: string } = {},
): S =>
  withRule(schema, (_, report, written) => {
    const known = [value, file, ...(command === undefined ? [] : [command])];
    const [first, second] = known.filter((key) => key in written);
    if (second !== undefined) {
      const message = `the ${what} is there twice, as "${first}" and as "${second}"`;
      report({ message, expected: 'one of them' }, [second], 'key');
    }
    if (first === undefined && missing !== undefined) report({ message: missing, expected: `"${value}" or "${file}"` });
  });
