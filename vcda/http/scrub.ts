/**
 * Takes what is secret out of what a site or a proxy says: some echo the request, and with it a password or a token.
 * Works on the values that went out, so it needs no list of ways in which they could come back.
 */

export interface SentParts {
  headers?: Record<string, string | undefined> | undefined;
  body?: unknown;
}

const SECRET_HEADERS = new Set(['x-vcav-auth', 'on-prem-auth', 'config-secret']);
const SECRET_MEMBER = /password|token|cookie|secret|nonce|signature/i;

/** A function that replaces every secret of a call by `[secret]`. */
export function scrubber(sent: SentParts): (text: string) => string {
  const secrets = new Set([...headerSecrets(sent.headers ?? {}), ...bodySecrets(sent.body)]);
  const forms = [...secrets].filter((secret) => secret !== '').flatMap(spellings);
  // The longest first: one spelling may be part of another.
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((at, form) => at.replaceAll(form, '[secret]'), text);
}

function headerSecrets(headers: Record<string, string | undefined>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && SECRET_HEADERS.has(name.toLowerCase()) ? [value] : [],
  );
}

function bodySecrets(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    if (typeof value === 'string') return SECRET_MEMBER.test(name) ? [value] : [];
    return bodySecrets(value);
  });
}

/** As it is, as JSON, HTML or a URL would write it. */
function spellings(secret: string): string[] {
  const html = secret.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const named = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [secret, JSON.stringify(secret).slice(1, -1), html, named, encoded(secret)];
}

/** encodeURIComponent throws on half a surrogate pair. */
export const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
