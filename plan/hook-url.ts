/**
 * To which URLs hooks may go: by the parts of a URL, and only of one that is written as it is read, so that no two programs can
 * take it for two hosts. Pure.
 */
import { isLoopback } from './loopback.js';
import { shownUrl } from './shown-url.js';
import { controlIn } from './source/visible.js';

/** Of a path: what some servers take for `/`, `\` or `..`, also those that decode it twice. */
const HIDDEN = /%(25)*(2f|5c|2e)/i;
/** Servers of Java leave out of a path what follows a `;`, and go up then. */
const UP = /\/\.{1,2};/;

/** What is wrong with the URL of a hook, or of a list of those that are allowed; null: nothing. */
export function flawOf(url: string): string | null {
  if (controlIn(url) !== undefined || !URL.canParse(url)) return 'is no URL';
  const { protocol, hostname, pathname, search, hash, username, password, href } = new URL(url);
  if (username !== '' || password !== '' || /^[^/]*\/\/[^/?#]*@/.test(url)) return 'has a login in it';
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return 'does not begin with https:// (http:// is for this machine alone)';
  if (hash !== '' || url.includes('#')) return 'has a fragment, which is not sent';
  const written = pathname === '/' && search === '' && !url.endsWith('/') ? `${url}/` : url;
  if (written !== href) return `is read as ${shownUrl(href)}, and must be written so`;
  if (hostname.endsWith('.')) return 'has a host that ends with a dot';
  if (pathname.includes('//') || HIDDEN.test(pathname)) return 'has a path with // or an encoded /, \\ or dot in it';
  if (UP.test(pathname)) return 'has a path with dots before a ; in it, which some servers take for a way up';
  return null;
}

/** Whether a URL is one of those, or below one: same scheme, host and port, and the same first parts of the path. */
export function isAllowed(url: string, allow: readonly string[]): boolean {
  if (flawOf(url) !== null) return false;
  const { origin, pathname } = new URL(url);
  return allow.some((one) => {
    if (flawOf(one) !== null) return false;
    const its = new URL(one);
    const path = its.pathname.replace(/\/$/, '');
    return its.origin === origin && (pathname === path || pathname.startsWith(`${path}/`));
  });
}
