/** Keeps secrets out of logs, by the names under which they travel; a log line never needs their values. */
import { isSecretName } from '../plan/secret.js';

const MASK = '[redacted]';
/** levels of nesting that a log line shows */
const DEPTH = 8;

/** A copy of what is to be logged, with the values of secret keys masked at any depth and errors as plain objects. */
export const redact = (value: Record<string, unknown>): Record<string, unknown> => members(value, [], 0);

function members(value: object, above: object[], depth: number): Record<string, unknown> {
  const within = [...above, value];
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isSecretName(key) ? MASK : copy(member, within, depth + 1)]),
  );
}

function copy(value: unknown, above: object[], depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (above.includes(value)) return '[circular]';
  if (value instanceof Error) return describe(value, above, depth);
  if (depth > DEPTH) return '[nested]';
  if (value instanceof Headers) return members(Object.fromEntries(value), above, depth);
  if (value instanceof URL) return value.origin + value.pathname;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((one) => copy(one, [...above, value], depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  return members(value, above, depth);
}

const describe = (error: Error, above: object[], depth: number): Record<string, unknown> => ({
  type: error.name,
  message: error.message,
  stack: error.stack,
  ...(depth < DEPTH && members(error, above, depth)),
  ...(error.cause !== undefined && { cause: copy(error.cause, [...above, error], depth + 1) }),
});
