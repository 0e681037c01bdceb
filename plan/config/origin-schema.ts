/** An address with nothing after it. */
import { isLoopback } from '../loopback.js';
import { parsed } from '../source/schema-tools.js';

/** `https://host[:port]`, or `http://` for this machine; its origin. */
export const origin = parsed(
  'https://host[:port] with nothing after it; http:// for this machine only (localhost, 127.0.0.1, [::1])',
  { type: 'string' },
  (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const { protocol, hostname, pathname, search, hash, username, password, origin } = new URL(value);
    const bare = pathname === '/' && `${search}${hash}${username}${password}` === '' && !/[?#@]/.test(value);
    return bare && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) ? origin : undefined;
  },
);
