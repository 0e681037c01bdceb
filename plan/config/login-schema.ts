import { z } from 'zod';
import { DEFAULT_LOGIN, LOGIN_NAME } from '../logins.js';
import { oneOf } from '../source/check.js';
import { text } from '../source/schema-parts.js';
import { choose, isMapping, strict } from '../source/schema-tools.js';
import { origin } from './origin-schema.js';
import { LOGIN_SECRET, oneSecret } from './secret-keys.js';

const LOGIN_TYPES = ['vcdCredentials', 'localUser', 'vcdAccessToken', 'vcdApiToken', 'ssoCredentials'] as const;

/** What the secret of a login is called. */
export const secretWord = (type: unknown) =>
  type === 'vcdAccessToken' || type === 'vcdApiToken' ? 'token' : 'password';

/** The secret stands in the config itself, in a file beside it, or a program prints it. */
const withSecret = <S extends z.ZodType>(login: S, word: 'password' | 'token') =>
  oneSecret(login, LOGIN_SECRET[word], { missing: `the login has no ${word}` });

const secret = (word: string) =>
  text
    .exactOptional()
    .meta({ description: `the ${word} itself; better a variable`, otherwise: `this or \`${word}File\`` });
const secretFile = (word: string) =>
  text.exactOptional().meta({
    description: `a file that holds the ${word} on one line, relative to the config`,
    otherwise: `this or \`${word}\``,
  });
const passwords = {
  password: secret('password'),
  passwordFile: secretFile('password'),
  passwordCommand: z.array(text, 'a list of texts').min(1, 'a program and its arguments').exactOptional().meta({
    description:
      'a program with its arguments, as a list; it is run without a shell, and prints the password on one line within 10 s',
    otherwise: 'none',
  }),
};

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
  ssoCredentials: withSecret(
    strict({
      type: z.literal('ssoCredentials').meta({ description: "`ssoCredentials`: a user of vSphere's single sign-on" }),
      user: text.meta({ description: 'of vSphere: `administrator@vsphere.local`' }),
      ...passwords,
      principal: text
        .exactOptional()
        .meta({ description: 'principal of vSphere, where it is not the user', otherwise: 'none' }),
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
  vcdApiToken: strict({
    type: z.literal('vcdApiToken').meta({
      description: '`vcdApiToken`: an API token of Cloud Director, with which a worker gets access tokens',
    }),
    vcd: origin.meta({
      description: '`https://host[:port]` of the Cloud Director that the token is for; it is sent there alone',
    }),
    org: text.meta({ description: 'the organization; of a provider: `System`' }),
    tokenFile: text.meta({
      description:
        'a file that holds the token on one line, relative to the config; one that Cloud Director gives in its place is written there',
      otherwise: 'required',
    }),
    ca: text.exactOptional().meta({
      description: "PEM file of the authority of Cloud Director's certificate, relative to the config",
      otherwise: "the system's authorities",
    }),
  }),
};

/** Of the logins beside `login`, which is the one of that name. */
export const otherLoginName = new RegExp(`^(?!${DEFAULT_LOGIN}$)${LOGIN_NAME.source.slice(1)}`);
export const A_LOGIN_NAME =
  'a name of at most 64 letters, digits, dots, dashes and underscores, a letter or digit first';
export const OTHER_LOGIN_NAME = `${A_LOGIN_NAME}; not default, which is "login" itself`;

/** How a worker logs in to a site. */
export const login = choose(logins, (value, report) => {
  if (!isMapping(value)) return report({ expected: 'a mapping (key: value)' });
  const written: unknown = Reflect.get(value, 'type');
  const type = LOGIN_TYPES.find((known) => known === written);
  if (type === undefined) report({ expected: oneOf(LOGIN_TYPES) }, ['type']);
  return type;
});
