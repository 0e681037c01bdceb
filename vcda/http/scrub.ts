/**
 * Takes what is secret out of what a site or a proxy says: some echo the request, and with it a password or a token.
 * Works on the values that went out, so it needs no list of ways in which they could come back.
 */
import { isSecretName } from '../../plan/secret.js';

export interface SentParts {
  headers?: Record<string, string | undefined> | undefined;
  body?: unknown;
}

/** A function that replaces every secret of a call by `[secret]`. */
export function scrubber(sent: SentParts): (text: string) => string {
  const secrets = new Set([...secretsIn(sent.headers), ...secretsIn(sent.body)]);
  const forms = [...secrets].filter((secret) => secret !== '').flatMap(spellings);
  // The longest first: one spelling may be part of another.
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((at, form) => at.replaceAll(form, '[secret]'), text);
}

function secretsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) => {
    if (typeof value === 'string') return isSecretName(name) ? [value] : [];
    return secretsIn(value);
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
