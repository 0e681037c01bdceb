/** A site that lies: it stands before a real one, hands on what it is asked, and changes what is answered. */
import { type FakeSite, startFakeSite } from '../vcda/support/fake-site.js';

/** Of every answer with JSON; returns what the caller gets instead. */
export type Lie = (path: string, answer: unknown) => unknown;

/** @param url of the site that it stands before */
export function hostileSite(url: string, lie: Lie): Promise<FakeSite> {
  return startFakeSite(async ({ method, path, query, headers, body }) => {
    const kept = ['accept', 'x-vcav-auth', 'operationid', 'content-type'].flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as [string, string]] : [];
    });
    const answer = await fetch(`${url}${path}?${String(new URLSearchParams(query))}`, {
      method,
      headers: kept,
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const token = answer.headers.get('x-vcav-auth');
    return {
      status: answer.status,
      headers: {
        ...(token === null ? {} : { 'x-vcav-auth': token }),
        'content-type': answer.headers.get('content-type') ?? 'application/json',
      },
      ...(text === '' ? {} : { body: JSON.stringify(lie(path, JSON.parse(text))) }),
    };
  });
}
