import { text } from '../source/schema-parts.js';
import { choose, isMapping, parsed, strict } from '../source/schema-tools.js';
import { oneSecret, PASSWORD } from './secret-keys.js';

const URL_OF_PROXY = 'http://host[:port] or https://host[:port], without a login in it';

const url = parsed(URL_OF_PROXY, { type: 'string' }, (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol, pathname, search, hash, username, password, origin } = new URL(value);
  const isBare = pathname === '/' && `${search}${hash}${username}${password}` === '';
  return isBare && (protocol === 'http:' || protocol === 'https:') ? origin : undefined;
});

/** What is written of a proxy, beside its password. */
export const proxyKeys = oneSecret(
  strict({
    url: url.meta({ description: '`http://host[:port]` or `https://host[:port]`, without a login in it' }),
    user: text.exactOptional().meta({ description: 'for a proxy that wants a login (Basic)', otherwise: 'none' }),
    password: text.exactOptional().meta({ description: 'the password itself; better a variable', otherwise: 'none' }),
    passwordFile: text.exactOptional().meta({
      description: 'a file that holds the password on one line, relative to the config',
      otherwise: 'none',
    }),
    ca: text.exactOptional().meta({
      description: 'PEM file of the authority of a proxy at `https://`, relative to the config',
      otherwise: "the system's authorities",
    }),
  }),
  PASSWORD,
);

const none = parsed('none', { const: 'none' }, (value) => (value === 'none' ? null : undefined));
const short = url.transform((value) => ({ url: value }));

/** null: none, whatever the environment says. */
export const proxy = choose({ none, short, full: proxyKeys }, (value) => {
  if (isMapping(value)) return 'full';
  return value === 'none' ? 'none' : 'short';
});
