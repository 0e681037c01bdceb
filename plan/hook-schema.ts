import { z } from 'zod';
import { flawOf } from './hook-url.js';
import { headersOf, secretInQuery } from './request-schema.js';
import { duration } from './source/schema-parts.js';
import { parsed, strict } from './source/schema-tools.js';

const url = parsed(
  'a URL that begins with https:// and holds no login',
  { type: 'string', pattern: '^https?://' },
  (value, report) => {
    if (typeof value !== 'string') return undefined;
    const flaw = flawOf(value);
    if (flaw === 'is no URL') return undefined;
    if (flaw !== null) return report({ found: flaw });
    const secret = secretInQuery(value);
    return secret === null ? value : report(secret);
  },
);

const TRIES = 'a count from 0 to 100';

const request = {
  url: url.meta({
    description: "where it is sent: a URL that `hooks.allow` of the workers' config allows",
    otherwise: 'required',
  }),
  method: z.enum(['POST', 'PUT', 'PATCH']).prefault('POST').meta({ description: '`POST`, `PUT` or `PATCH`' }),
  headers: headersOf('a plan').exactOptional().meta({
    description: "headers of the request, each a text or `{ secret: NAME }` of `hooks.secrets` in the workers' config",
    otherwise: 'none',
  }),
  timeout: duration(1, 1 / 24)
    .prefault('30s')
    .meta({ description: 'for one answer; at most `1h`' }),
  retries: z.int(TRIES).min(0, TRIES).max(100, TRIES).prefault(3).meta({
    description:
      'how often it is sent once more after no answer, a time-out, or a status of 408, 425, 429 or 5xx; after 1, 2, 4 … up to 30 seconds',
  }),
};

/** One before something. */
export const before = strict({
  ...request,
  rule: z.enum(['hold', 'fail', 'warn']).prefault('hold').meta({
    description:
      'what becomes of what it precedes when it fails: `hold` (waits for a person; `drover resume` asks it again), `fail` or `warn` (goes on); after something: `warn` alone',
    otherwise: '`hold` before, `warn` after something',
  }),
});

/** One after something, which it can neither undo nor make worse. */
export const after = strict({
  ...request,
  rule: z
    .enum(['warn'], 'warn: what has happened is not undone by a hook, and does not become a failure')
    .prefault('warn')
    .meta({ description: '`warn`', otherwise: '`hold` before, `warn` after something' }),
});

/** What is told to others as a run goes on. */
export const hooks = strict({
  beforeRun: before.exactOptional(),
  afterRun: after.exactOptional(),
  beforeWave: before.exactOptional(),
  afterWave: after.exactOptional(),
  beforeVm: before.exactOptional(),
  afterVm: after.exactOptional(),
  beforeCutover: before.exactOptional(),
  afterCutover: after.exactOptional(),
  cutoverFailed: after.exactOptional(),
});

/** Each by its key. */
export const hookEvent = hooks.out.keyof();
