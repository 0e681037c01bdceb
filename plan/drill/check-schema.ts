import { z } from 'zod';
import { headersOf, secretInQuery } from '../request-schema.js';
import { isSecretName } from '../secret.js';
import { oneOf, quote } from '../source/check.js';
import { didYouMean } from '../source/nearest.js';
import { A_TIMER, duration, label, line, text } from '../source/schema-parts.js';
import { choose, isMapping, parsed, strict } from '../source/schema-tools.js';
import { controlIn } from '../source/visible.js';

const TYPES = ['tcp', 'http', 'command'] as const;
const PLACEHOLDERS = ['ip', 'name', 'id'];

/** VMs by id or name. */
export const members = (expected: string) => z.array(text, 'a list of VM ids or names').min(1, expected);

/** A schema whose texts may hold `{ip}`, `{name}` or `{id}`, and no other word in braces. */
const filled = <S extends z.ZodType>(schema: S) =>
  choose({ schema }, (value, report) => {
    const words = typeof value === 'string' ? value.matchAll(/\{(\w+)\}/g) : [];
    for (const [placeholder, word = ''] of words) {
      if (PLACEHOLDERS.includes(word)) continue;
      const expected = oneOf(PLACEHOLDERS.map((known) => `{${known}}`));
      const found = `has ${quote(placeholder)}, which stands for nothing`;
      report({ found, expected, ...didYouMean(word, PLACEHOLDERS) });
    }
    return 'schema';
  });

const port = parsed(
  'a port, or "host:port"',
  { anyOf: [{ type: 'integer', minimum: 1, maximum: 65_535 }, { type: 'string' }] },
  (value) => {
    const [, host = '{ip}', digits] = /^(?:(\[[^\s[\]/@]+\]|[^\s:[\]/@]+):)?(\d{1,5})$/.exec(String(value)) ?? [];
    const number = Number(digits);
    const written = typeof value === 'number' || typeof value === 'string';
    return written && number >= 1 && number <= 65_535
      ? { host: host.replace(/^\[|\]$/g, ''), port: number }
      : undefined;
  },
);

/** A URL, which may hold placeholders wherever an address or a word can stand. */
const url = parsed(
  'a URL that begins with http:// or https:// and holds no login',
  { type: 'string', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://' },
  (value, report) => {
    if (typeof value !== 'string' || !/^https?:\/\//i.test(value) || controlIn(value) !== undefined) return undefined;
    const sample = value.replace(/\{\w+\}/g, '10');
    if (!URL.canParse(sample)) return undefined;
    const { username, password } = new URL(sample);
    if (username !== '' || password !== '') return undefined;
    const secret = secretInQuery(sample);
    return secret === null ? value : report(secret);
  },
);

const A_VARIABLE = "`env` of the command in the workers' config, and the secret under hooks.secrets there";

/** No option that is called a secret has a value here. */
const args = choose({ list: z.array(filled(line), 'a list of texts') }, (value, report) => {
  const texts: unknown[] = Array.isArray(value) ? value : [];
  for (const [index, arg] of texts.entries()) {
    const [, option = '', given] = /^--?([\w-]+)(=.+)?$/.exec(String(arg)) ?? [];
    const next = texts[index + 1];
    const hasValue = given !== undefined || (typeof next === 'string' && !next.startsWith('-'));
    if (!isSecretName(option) || /(file|path|env)$/i.test(option) || !hasValue) continue;
    const message = 'an argument of the check is a secret, which a drill does not hold';
    report({ message, expected: A_VARIABLE }, [index]);
  }
  return 'list';
});

const status = z.int('a status such as 200').min(100, 'a status such as 200').max(599, 'a status such as 200');

const expect = choose(
  { status, answer: strict({ status: status.prefault(200), body: text.exactOptional() }) },
  (value) => (isMapping(value) ? 'answer' : 'status'),
);

/** What all checks have. */
const common = {
  within: duration().prefault('5m').meta({
    description: 'after the recovery, the check must pass within this time; it is tried until then',
  }),
  interval: duration(1, A_TIMER).prefault('10s').meta({ description: 'between two attempts' }),
  timeout: duration(1, A_TIMER).prefault('10s').meta({ description: 'for one attempt' }),
  consecutive: z
    .int('a count from 1 to 100')
    .min(1, 'a count from 1 to 100')
    .max(100, 'a count from 1 to 100')
    .prefault(1)
    .meta({ description: 'good answers in a row, `interval` apart, after which it has passed' }),
  vms: choose({ one: text, list: members('VMs, or no "vms" for all of the drill') }, (value) =>
    typeof value === 'string' ? 'one' : 'list',
  )
    .exactOptional()
    .meta({ description: 'ids or names of the VMs that it is made for', otherwise: 'all of the drill' }),
  name: label.exactOptional().meta({
    description: 'in reports',
    otherwise: '`tcp 443`, `http https://{ip}/health`, `command check-crm`',
  }),
};

const one = { otherwise: 'one of the three' };
/** Checks by what they are made with: the one of three keys that each has. */
export const checks = {
  tcp: strict({
    tcp: filled(port).meta({ description: 'a port that accepts connections at the VM, or `"host:port"`', ...one }),
    ...common,
  }),
  http: strict({
    http: filled(url).meta({ description: 'a URL, `http://` or `https://`, without a login in it', ...one }),
    expect: expect.prefault(200).meta({
      description: "of `http`: the status of the answer, or `{ status, body }` with a part of the answer's body",
    }),
    headers: headersOf('a drill').exactOptional().meta({
      description:
        "of `http`: headers of the request, each a text or `{ secret: NAME }` of `hooks.secrets` in the workers' config",
      otherwise: 'none',
    }),
    verifyTls: z.boolean().prefault(true).meta({ description: 'of `http`: whether the certificate is checked' }),
    ...common,
  }),
  command: strict({
    command: label.meta({
      description: "name of a program in `worker.checks` of the workers' config; it passes with exit code 0",
      ...one,
    }),
    args: args.prefault([]).meta({ description: 'of `command`: list of texts', otherwise: 'none' }),
    ...common,
  }),
};

export const check = choose(checks, (value, report) => {
  const types = isMapping(value) ? TYPES.filter((type) => (Reflect.get(value, type) ?? null) !== null) : [];
  if (types.length === 1) return types[0];
  const count = types.length === 0 ? 'none of tcp, http and command' : `both ${types.join(' and ')}`;
  return report({ found: `has ${count}`, expected: `one of ${oneOf(TYPES)}` });
});
