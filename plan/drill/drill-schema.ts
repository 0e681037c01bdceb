import { z } from 'zod';
import { vAppNetworkSettings } from '../network-schema.js';
import { optional, parsed, strict } from '../source/check.js';
import { duration, section, text, withDefault } from '../source/schema-parts.js';

/** Every top-level key of a drill. */
export const DRILL_KEYS = [
  'name',
  'mode',
  'source',
  'destination',
  'scope',
  'groups',
  'recovery',
  'checks',
  'hold',
  'objectives',
  'limits',
  'waitForVms',
  'timeout',
  'confirm',
  'schedule',
];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const mode = withDefault(z.enum(['test', 'roundtrip']), 'test');

export const site = strict({ site: text });

export const scope = strict({ vms: optional(z.unknown()), plan: optional(text) });

const members = z.array(text, 'a list of VM ids or names');
export const group = { list: members, named: strict({ name: text, vms: members }) };

/** Which instance it is, recovery.ts reads. */
export const recovery = section(
  strict({
    instance: optional(z.unknown()),
    powerOn: withDefault(z.boolean(), true),
    consolidate: withDefault(z.boolean(), false),
    sync: optional(z.boolean()),
    vAppNetworkSettings: optional(vAppNetworkSettings),
  }),
);

/** What all checks have. */
const common = {
  name: optional(text),
  within: withDefault(duration(), 5 * MINUTE),
  interval: withDefault(duration(), 10_000),
  timeout: withDefault(duration(), 10_000),
  vms: optional(z.unknown()),
};

const tcp = parsed('a port, or "host:port"', (value) => {
  const [, host = '{ip}', digits] = /^(?:(\[[^\s[\]/@]+\]|[^\s:[\]/@]+):)?(\d{1,5})$/.exec(String(value)) ?? [];
  const port = Number(digits);
  const written = typeof value === 'number' || typeof value === 'string';
  return written && port >= 1 && port <= 65_535 ? { host: host.replace(/^\[|\]$/g, ''), port } : undefined;
});

/** A URL, which may hold `{ip}`, `{name}` or `{id}` wherever an address or a word can stand. */
const http = parsed('a URL that begins with http:// or https:// and holds no login', (value) => {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value)) return undefined;
  const filled = value.replace(/\{\w+\}/g, '10');
  if (!URL.canParse(filled)) return undefined;
  const { username, password } = new URL(filled);
  return username === '' && password === '' ? value : undefined;
});

const httpStatus = z.int('a status such as 200').min(100, 'a status such as 200').max(599, 'a status such as 200');
const answer = strict({ status: withDefault(httpStatus, 200), body: optional(text) });

export const checks = {
  tcp: strict({ tcp, ...common }),
  http: strict({ http, expect: optional(z.unknown()), verifyTls: withDefault(z.boolean(), true), ...common }),
  command: strict({
    command: text,
    args: withDefault(z.array(text, 'a list of texts'), [] as string[]),
    ...common,
  }),
};
/** What stands in `expect` of an HTTP check: a status, or a mapping. */
export const expected = { status: httpStatus, answer };

export const hold = withDefault(duration(0), 0);

export const objectives = section(strict({ rto: withDefault(duration(), null), rpo: withDefault(duration(), null) }));

export const waitForVms = withDefault(duration(0), HOUR);

export const timeout = withDefault(duration(), 24 * HOUR);

export const schedule = strict({
  cron: optional(z.unknown()),
  timezone: optional(z.unknown()),
  overlap: withDefault(z.enum(['skip', 'bufferOne']), 'skip'),
  catchup: withDefault(duration(), HOUR),
  jitter: withDefault(duration(0), 0),
  pauseOnFailure: withDefault(z.boolean(), true),
});
