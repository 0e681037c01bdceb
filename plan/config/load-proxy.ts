/** The proxy of a site: the config's, else that of the environment, as curl and others read it. */

import { Secret } from '../secret.js';
import type { Env } from '../source/interpolate.js';
import type { SiteProxy } from '../types.js';

/**
 * What `HTTPS_PROXY` and `NO_PROXY` say for a url, in capitals or small letters; undefined: nothing. Names in `NO_PROXY` count with
 * all below them, with or without a dot before; `*` is every host.
 */
export function proxyOfEnvironment(env: Env, url: string): SiteProxy | undefined {
  const { protocol, hostname, port } = new URL(url);
  const named = env.HTTPS_PROXY || env.https_proxy;
  if (protocol !== 'https:' || !named) return undefined;
  const spared = (env.NO_PROXY || env.no_proxy || '').split(/[\s,]+/).filter(Boolean);
  if (spared.some((one) => matches(one.toLowerCase(), hostname.toLowerCase(), port || '443'))) return undefined;
  const text = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(text)) return undefined;
  const { origin, protocol: way, username, password } = new URL(text);
  if (way !== 'http:' && way !== 'https:') return undefined;
  const login = username === '' ? {} : { user: decoded(username), password: new Secret(decoded(password)) };
  return { url: origin, from: 'HTTPS_PROXY', ...login };
}

function matches(spared: string, host: string, port: string): boolean {
  if (spared === '*') return true;
  const [, name = spared, only] = /^(.*?)(?::(\d+))?$/.exec(spared) ?? [];
  const bare = name.replace(/^\*?\./, '');
  return (only === undefined || only === port) && (host === bare || host.endsWith(`.${bare}`));
}

/** A `%` that begins no escape stays one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
