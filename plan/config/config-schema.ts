import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { formatDuration } from '../source/durations.js';
import { duration, label, numeral, text } from '../source/schema-parts.js';
import { parsed, strict, withRule } from '../source/schema-tools.js';
import { login } from './login-schema.js';
import { store } from './store-schema.js';

const count = numeral('a whole number, at least 1', (value) => Number.isInteger(value) && value >= 1);
const rate = numeral('a number above 0', (value) => value > 0);

/** Becomes part of workflow ids and of addresses. */
export const siteName = /^[A-Za-z0-9._-]+$/;
export const SITE_NAME = 'a site name of letters, digits, dots, dashes and underscores';

const url = parsed(
  'https://host[:port] with nothing after it; http:// for this machine only (localhost, 127.0.0.1, [::1])',
  { type: 'string' },
  (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const { protocol, hostname, pathname, search, hash, username, password, origin } = new URL(value);
    const bare = pathname === '/' && `${search}${hash}${username}${password}` === '' && !/[?#@]/.test(value);
    const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
    return bare && (protocol === 'https:' || (protocol === 'http:' && loopback)) ? origin : undefined;
  },
);

const fingerprint = parsed(
  'SHA-256: and the 32 bytes of the digest, such as SHA-256:AA:BB:…',
  { type: 'string' },
  (value) =>
    typeof value === 'string' && /^SHA-256:[0-9A-F]{2}(:[0-9A-F]{2}){31}$/i.test(value)
      ? value.toUpperCase()
      : undefined,
);

const tls = withRule(
  strict({
    ca: text.exactOptional().meta({
      description: "PEM file of the certificate authority to trust instead of the system's, relative to the config",
      otherwise: "the system's authorities",
    }),
    fingerprint: fingerprint.exactOptional().meta({
      description:
        "`SHA-256:AA:BB:…` (32 bytes) of the server's certificate, trusted instead of an authority; not together with `ca`",
      otherwise: 'none',
    }),
  }),
  (_, report, written) => {
    const both = 'ca' in written && 'fingerprint' in written;
    if (both)
      report({ message: 'tls has both "ca" and "fingerprint"', expected: 'one of them' }, ['fingerprint'], 'key');
  },
);

export const site = strict({
  url: url.meta({
    description:
      '`https://host[:port]`, with nothing after it. `http://` for this machine only: `localhost`, `127.0.0.0/8`, `[::1]`',
  }),
  login: login
    .exactOptional()
    .meta({ description: 'how a worker logs in; see below', otherwise: 'required for a worker' }),
  onPremAuth: text.exactOptional().meta({
    // [seed start-vm-replication]
    description:
      'the token that goes out as `On-Prem-Auth` when this site is the source; only on-premises sites ask for it',
    otherwise: 'none',
  }),
  tls: tls.prefault({}),
  limits: strict({
    syncs: count.prefault(50).meta({
      description: 'replications that may be in their initial sync at once, over all runs',
    }),
    cutovers: count.prefault(20).meta({ description: 'VMs that may be in their cutover at once, over all runs' }),
    requestsPerSecond: rate.prefault(20).meta({
      description: "requests to the site's API; may be a fraction such as 0.5",
    }),
  }).prefault({}),
  polling: strict({
    interval: duration().prefault('5s').meta({
      description: 'between two polls of the site, for all its VMs together',
    }),
    selfCheck: duration().prefault('15m').meta({
      description: 'after so long without news a VM asks the site itself',
    }),
  }).prefault({}),
  reconcile: strict({
    settle: duration(0).prefault('60s').meta({
      description: 'how long an operation whose answer was lost is looked for before it is sent again; `0s` is allowed',
    }),
  }).prefault({}),
  missingFor: duration(0).prefault('10m').meta({
    description:
      'how long a replication that is known must not be found before Drover believes that it is gone; `0s` is allowed',
  }),
  timeouts: strict({
    connect: duration().prefault('10s').meta({ description: 'for one connection' }),
    request: duration().prefault('30s').meta({ description: 'for one request' }),
  }).prefault({}),
});

const ofTable = { otherwise: "the table's" };
const pause = (description: string) =>
  duration()
    .exactOptional()
    .meta({ description, ...ofTable });

/** A code of VCDA or of Drover's own, a status, or a class of them. */
export const errorKey = /^([A-Za-z][A-Za-z0-9._-]*|[345](\d\d|xx))$/;
export const ERROR_KEY = 'a code such as PolicyViolation, a status from 300 to 599, or 3xx, 4xx or 5xx';

/** A partial row of the error table; see docs/error-codes.md. Durations in ms. */
export const errorRow = strict({
  action: z
    .enum(['retry', 'hold', 'fail'])
    .exactOptional()
    .meta({
      description: 'what a request that ends so does: `retry`, `hold` (wait for a person) or `fail`',
      ...ofTable,
    }),
  retry: withRule(
    strict({
      initial: pause('first pause, a duration'),
      max: pause('longest pause, a duration; not shorter than the first'),
      for: pause('how long to go on, a duration'),
    }),
    ({ initial, max }, report) => {
      if (initial === undefined || max === undefined || initial <= max) return;
      const message = `the first pause, ${formatDuration(initial)}, is longer than the longest, ${formatDuration(max)}`;
      report({ message, expected: 'initial at most max' }, ['initial']);
    },
  ).exactOptional(),
  task: z
    .enum(['fail', 'retry', 'hold'])
    .exactOptional()
    .meta({
      description: 'what an accepted task that ends so does: `fail`, `retry` or `hold`',
      ...ofTable,
    }),
});

/** Drills name it, and people read it in reports. */
export const commandName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const COMMAND_NAME = 'a name of letters, digits, dots, dashes and underscores, a letter or digit first';

const program = parsed(
  "an absolute path: the worker's own directory is nobody's to know",
  { type: 'string', pattern: '^/|^[A-Za-z]:|\\$\\{' },
  (value) => (typeof value === 'string' && isAbsolute(value) ? value : undefined),
);

export const checkCommand = strict({
  program: program.meta({ description: 'absolute path of a program on the workers that drills may run as a check' }),
  args: z.array(z.string(), 'a list of texts').prefault([]).meta({
    description: 'list of texts: its first arguments, before those of the drill',
    otherwise: 'none',
  }),
});

/** Programs that drills may run as checks, by name: what a drill file cannot say. */
const commands = z.record(z.string(), checkCommand).prefault({});

export const worker = strict({
  taskQueue: label.prefault('drover').meta({ description: 'Temporal task queue of the workers' }),
  checks: commands.meta({ propertyNames: { pattern: commandName.source } }),
});

export const config = strict({
  sites: z
    .record(z.string(), site)
    .prefault({})
    .meta({
      description: 'the sites, by their names in VCDA; see below',
      otherwise: 'none',
      propertyNames: { pattern: siteName.source },
    }),
  installation: label.exactOptional().meta({
    description:
      "part of the mark that Drover writes into the description of its replications: what carries the mark of another installation is not this one's",
    otherwise: "the Temporal namespace's name",
  }),
  errors: z
    .record(z.string(), errorRow)
    .prefault({})
    .meta({
      description: 'rows of the error table, overridden; see below',
      otherwise: 'the table alone',
      propertyNames: { pattern: errorKey.source },
    }),
  store: store.prefault({}).meta({
    description: "where what outlives Temporal's retention is kept; see below",
    otherwise: 'a SQLite file beside the config',
  }),
  worker: worker.prefault({}),
});
