import { z } from 'zod';
import { oneOf } from '../source/check.js';
import { text } from '../source/schema-parts.js';
import { choose, isMapping, strict, withRule } from '../source/schema-tools.js';

const LOGIN_TYPES = ['vcdCredentials', 'localUser', 'vcdAccessToken'] as const;

/** What the secret of a login is called. */
export const secretWord = (type: unknown) => (type === 'vcdAccessToken' ? 'token' : 'password');

/** The secret stands in the config itself, or in a file beside it. */
const withSecret = <S extends z.ZodType>(login: S, word: 'password' | 'token') =>
  withRule(login, (_, report, written) => {
    const [inline, file] = [word, `${word}File`];
    if (inline in written && file in written) {
      const message = `the ${word} is there twice, as "${inline}" and as "${file}"`;
      report({ message, expected: 'one of them' }, [file], 'key');
    }
    if (!(inline in written) && !(file in written)) {
      report({ message: `the login has no ${word}`, expected: `"${inline}" or "${file}"` });
    }
  });

const secret = (word: string) =>
  text
    .exactOptional()
    .meta({ description: `the ${word} itself; better a variable`, otherwise: `this or \`${word}File\`` });
const secretFile = (word: string) =>
  text.exactOptional().meta({
    description: `a file that holds the ${word} on one line, relative to the config`,
    otherwise: `this or \`${word}\``,
  });
const passwords = { password: secret('password'), passwordFile: secretFile('password') };

/** Each type is one of VCDA's `POST /sessions` bodies [doc B45 sessions/post]. */
export const logins = {
  vcdCredentials: withSecret(
    strict({
      type: z.literal('vcdCredentials').meta({ description: '`vcdCredentials`: a user of Cloud Director' }),
      user: z
        .string('user@org')
        .regex(/^.+@.+$/, 'user@org')
        .meta({ description: '`user@org`; a provider: `administrator@system`' }),
      ...passwords,
    }),
    'password',
  ),
  localUser: withSecret(
    strict({
      type: z.literal('localUser').meta({ description: '`localUser`: a user of the appliance' }),
      user: text.meta({ description: 'of the appliance: `root`' }),
      ...passwords,
    }),
    'password',
  ),
  vcdAccessToken: withSecret(
    strict({
      type: z.literal('vcdAccessToken').meta({ description: '`vcdAccessToken`: an access token of Cloud Director' }),
      org: text.meta({ description: 'the organization' }),
      token: secret('token'),
      tokenFile: secretFile('token'),
    }),
    'token',
  ),
};

/** How a worker logs in to a site. */
export const login = choose(logins, (value, report) => {
  if (!isMapping(value)) return report({ expected: 'a mapping (key: value)' });
  const written: unknown = Reflect.get(value, 'type');
  const type = LOGIN_TYPES.find((known) => known === written);
  if (type === undefined) report({ expected: oneOf(LOGIN_TYPES) }, ['type']);
  return type;
});
