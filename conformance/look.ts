/** Looking at answers: members by their path, shapes with all their problems at once. */
import type { ZodType } from 'zod';
import { must } from './finding.js';
import { errorObject } from './shapes.js';
import type { Reply } from './wire.js';

/** The member at `a.b.0.c`; undefined where there is none. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const name of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

export function listAt(value: unknown, path = 'items'): unknown[] {
  const found = path === '' ? value : at(value, path);
  return Array.isArray(found) ? found : [];
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What does not fit, members by name; values of members are never quoted but for words of enumerations. */
export function problems(shape: ZodType, value: unknown): string[] {
  const result = shape.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const path = issue.path.join('.');
    const found = path === '' ? value : at(value, path);
    const what = found === undefined ? 'is missing' : typeof found === 'string' && WORD.test(found) ? found : '';
    return `${path || 'the body'} ${what || issue.message}`;
  });
}

const WORD = /^[A-Za-z_]{1,40}$/;

export function mustFit(shape: ZodType, value: unknown): void {
  const found = problems(shape, value);
  must(found.length === 0, found.slice(0, 6).join('; '));
}

/** Every item of a list; an empty list proves nothing and is no fault. */
export function mustFitAll(shape: ZodType, values: unknown[]): void {
  const found = new Set(values.flatMap((value) => problems(shape, value)));
  must(found.size === 0, [...found].slice(0, 6).join('; '));
}

/** `401 NotAuthenticated`, `202`, `503 without an error object` */
export function answered({ status, body }: Reply): string {
  if (status < 400) return String(status);
  const code = textAt(body, 'code');
  return code === undefined ? `${status} without an error object` : `${status} ${code}`;
}

export function mustAnswer(reply: Reply, status: number, code?: string): void {
  const wanted = code === undefined ? String(status) : `${status} ${code}`;
  const seen = code === undefined ? String(reply.status) : answered(reply);
  must(seen === wanted, `${answered(reply)}, not ${wanted}`);
  if (reply.status >= 400) mustFit(errorObject, reply.body);
}

export const ok = ({ status }: Reply): boolean => status >= 200 && status < 300;

/** Asks for a token [client powercli]; its absence means: extend the session you have. */
export const challenges = (reply: Reply): boolean =>
  /authentication token required/i.test(reply.headers.get('www-authenticate') ?? '');
