import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { compact, optional, parsed, strict } from '../source/check.js';
import { duration, section, text, withDefault } from '../source/schema-parts.js';

export const CONFIG_KEYS = ['sites', 'errors', 'worker'];

/** Digits in a text count, since a number that comes from a variable is always a text. */
const count = z.preprocess(
  (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
  z.int('a whole number').min(1, 'a whole number, at least 1'),
);
const rate = z.preprocess(
  (value) => (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value),
  z.number('a number').positive('a number above 0'),
);

/** Becomes part of workflow ids and of addresses. */
export const siteName = /^[A-Za-z0-9._-]+$/;
export const SITE_NAME = 'a site name of letters, digits, dots, dashes and underscores';

const url = parsed(
  'https://host[:port] with nothing after it; http:// for this machine only (localhost, 127.0.0.1, [::1])',
  (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const { protocol, hostname, pathname, search, hash, username, password, origin } = new URL(value);
    const bare = pathname === '/' && `${search}${hash}${username}${password}` === '' && !/[?#@]/.test(value);
    const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
    return bare && (protocol === 'https:' || (protocol === 'http:' && loopback)) ? origin : undefined;
  },
);

const fingerprint = parsed('SHA-256: and the 32 bytes of the digest, such as SHA-256:AA:BB:…', (value) =>
  typeof value === 'string' && /^SHA-256:[0-9A-F]{2}(:[0-9A-F]{2}){31}$/i.test(value) ? value.toUpperCase() : undefined,
);

export const LOGIN_TYPES = ['vcdCredentials', 'localUser', 'vcdAccessToken'] as const;
export const loginType = z.looseObject({ type: z.enum(LOGIN_TYPES) });

const passwordLogin = { password: optional(text), passwordFile: optional(text) };
export const logins = {
  vcdCredentials: strict({
    type: z.literal('vcdCredentials'),
    user: z.string('user@org').regex(/^.+@.+$/, 'user@org'),
    ...passwordLogin,
  }),
  localUser: strict({ type: z.literal('localUser'), user: text, ...passwordLogin }),
  vcdAccessToken: strict({
    type: z.literal('vcdAccessToken'),
    org: text,
    token: optional(text),
    tokenFile: optional(text),
  }),
};

/** A site but for its login, which load-login.ts reads. */
export const site = strict({
  url,
  login: optional(z.unknown()),
  onPremAuth: optional(text),
  tls: section(strict({ ca: optional(text), fingerprint: optional(fingerprint) }).transform(compact)),
  limits: section(
    strict({
      syncs: withDefault(count, 50),
      cutovers: withDefault(count, 20),
      requestsPerSecond: withDefault(rate, 20),
    }),
  ),
  polling: section(
    strict({ interval: withDefault(duration(), 5_000), selfCheck: withDefault(duration(), 15 * 60_000) }),
  ),
  reconcile: section(strict({ settle: withDefault(duration(0), 60_000) })),
  timeouts: section(strict({ connect: withDefault(duration(), 10_000), request: withDefault(duration(), 30_000) })),
});

const errorRow = strict({
  action: optional(z.enum(['retry', 'hold', 'fail'])),
  retry: optional(
    strict({ initial: optional(duration()), max: optional(duration()), for: optional(duration()) }).transform(compact),
  ),
  task: optional(z.enum(['fail', 'retry', 'hold'])),
}).transform(compact);

export const errors = withDefault(z.record(z.string(), errorRow), {});

export const worker = section(strict({ taskQueue: withDefault(text, 'drover'), checks: optional(z.unknown()) }));

/** Drills name it, and people read it in reports. */
export const commandName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const COMMAND_NAME = 'a name of letters, digits, dots, dashes and underscores, a letter or digit first';

const program = parsed("an absolute path: the worker's own directory is nobody's to know", (value) =>
  typeof value === 'string' && isAbsolute(value) ? value : undefined,
);

export const checkCommand = strict({
  program,
  args: withDefault(z.array(z.string(), 'a list of texts'), [] as string[]),
});
