import { text } from '../source/schema-parts.js';
import { parsed, strict } from '../source/schema-tools.js';
import { oneSecret, PASSWORD } from './secret-keys.js';

const POSTGRES = ['postgres:', 'postgresql:'];
const SQLITE = 'sqlite:';

const url = parsed('postgres://user@host[:port]/database, or sqlite:FILE', { type: 'string' }, (value, report) => {
  if (typeof value !== 'string') return undefined;
  if (value.startsWith(SQLITE)) return value.length > SQLITE.length ? value : undefined;
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password, host, pathname, searchParams } = new URL(value);
  if (password !== '' || searchParams.has('password'))
    return report({
      message: 'the url of the store has a password in it',
      expected: 'a key "passwordFile" or "password"',
    });
  return POSTGRES.includes(protocol) && username !== '' && host !== '' && pathname.length > 1 ? value : undefined;
});

/** Where what outlives Temporal's retention is kept. */
export const store = oneSecret(
  strict({
    url: url.exactOptional().meta({
      description:
        '`postgres://user@host[:port]/database` for workers on several machines (`?sslmode=require` for TLS), or `sqlite:FILE` for one, relative to the config',
      otherwise: '`sqlite:.drover/store.db`',
    }),
    password: text.exactOptional().meta({
      description: "the password of PostgreSQL's user itself; better a variable",
      otherwise: 'none',
    }),
    passwordFile: text.exactOptional().meta({
      description: 'a file that holds the password on one line, relative to the config',
      otherwise: 'none',
    }),
  }),
  PASSWORD,
);
