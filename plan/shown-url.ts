/**
 * A URL as people may see it: without a login, without the values of its query and without its fragment, in which tokens
 * travel. What is no URL is treated alike.
 */
export function shownUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^(\w+:\/\/)?([^]*)$/.exec(url) ?? [];
  const [, authority = '', path = '', query] = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(rest) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return `${scheme}${host}${path}${query ? `?${query.split('&').map(shownPart).join('&')}` : ''}`;
}

/** The name of a part, where it has one: what has none may be a token by itself. */
function shownPart(part: string): string {
  const at = part.indexOf('=');
  return at < 0 ? MASK : `${part.slice(0, at)}=${MASK}`;
}

const MASK = '***';
