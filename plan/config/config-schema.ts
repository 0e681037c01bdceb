import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { flawOf } from '../hook-url.js';
import { HOST_NAME } from '../network-schema.js';
import { formatDuration } from '../source/durations.js';
import { A_TIMER, duration, label, numeral, text } from '../source/schema-parts.js';
import { parsed, strict, withRule } from '../source/schema-tools.js';
import { login, otherLoginName } from './login-schema.js';
import { origin } from './origin-schema.js';
import { proxy } from './proxy-schema.js';
import { NAMED, oneSecret } from './secret-keys.js';
import { store } from './store-schema.js';

const count = numeral('a whole number, at least 1', (value) => Number.isInteger(value) && value >= 1, 1_000_000);
const rate = numeral('a number above 0, at least 0.001', (value) => value >= 0.001, 100_000);

/** Becomes part of workflow ids and of addresses. */
/** Becomes part of names of task queues, of which Temporal takes only short ones. */
export const siteName = /^[A-Za-z0-9._-]{1,200}$/;
export const SITE_NAME = 'a site name of at most 200 letters, digits, dots, dashes and underscores';

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
  url: origin.meta({
    description:
      '`https://host[:port]`, with nothing after it. `http://` for this machine only: `localhost`, `127.0.0.0/8`, `[::1]`',
  }),
  login: login
    .exactOptional()
    .meta({ description: 'how a worker logs in; see below', otherwise: 'required for a worker' }),
  logins: z
    .record(z.string(), login)
    .exactOptional()
    .meta({
      description:
        'logins beside it, by names of which a plan or drill gives one (`source.login`, `destination.login`): `{ tenant: { type: …, … } }`. A provider and a tenant can both work so',
      otherwise: 'none; without a name `login` is used, which is called `default`',
      propertyNames: { pattern: otherLoginName.source },
    }),
  extension: strict({
    type: z.literal('multisite').meta({ description: '`multisite`: by the trust between two organizations' }),
    org: text.meta({ description: 'the organization at this site' }),
  })
    .exactOptional()
    .meta({
      description:
        'how sessions of other sites are extended to this one, where not with its login: `{ type: multisite, org: ORG }`, by the trust between two organizations',
      otherwise: 'with the login',
    }),
  onPremAuth: text.exactOptional().meta({
    // [seed start-vm-replication]
    description:
      'the token that goes out as `On-Prem-Auth` when this site is the source; only on-premises sites ask for it',
    otherwise: 'none',
  }),
  tls: tls.prefault({}),
  proxy: proxy.exactOptional().meta({
    description: '`http://host[:port]` of a proxy, or a mapping (see below), or `none`, whatever the environment says',
    otherwise: '`HTTPS_PROXY`, unless `NO_PROXY` names the host',
  }),
  limits: strict({
    syncs: count.prefault(50).meta({
      description: 'replications that may be in their initial sync at once, over all runs',
    }),
    cutovers: count.prefault(20).meta({ description: 'VMs that may be in their cutover at once, over all runs' }),
    requestsPerSecond: rate.prefault(20).meta({
      description: "requests to the site's API, of all workers together; may be a fraction such as 0.5",
    }),
  }).prefault({}),
  polling: strict({
    interval: duration(1, A_TIMER).prefault('5s').meta({
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
    connect: duration(1, A_TIMER).prefault('10s').meta({ description: 'for one connection' }),
    request: duration(1, A_TIMER).prefault('30s').meta({ description: 'for one request' }),
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

/** Drills name it. */
export const secretName = commandName;
export const SECRET_NAME = COMMAND_NAME;

const host = parsed(
  'a host, *.domain, an IP address, or a network such as 10.20.0.0/16',
  { type: 'string' },
  (value) => {
    if (typeof value !== 'string') return undefined;
    const [address = '', bits, ...more] = value.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) > 0) {
      const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
      return fits && more.length === 0 ? value : undefined;
    }
    return bits === undefined && HOST_NAME.test(value.replace(/^\*\./, '')) ? value : undefined;
  },
);

const namedSecret = oneSecret(
  strict({
    file: text.exactOptional().meta({
      description: 'a file that holds the secret on one line, relative to the config',
      otherwise: 'this or `value`',
    }),
    value: text
      .exactOptional()
      .meta({ description: 'the secret itself; better a variable', otherwise: 'this or `file`' }),
    to: z.array(host, 'a list of hosts').min(1, 'a list of hosts').exactOptional().meta({
      description:
        'list of the hosts that it may be sent to: names, `*.domain`, addresses, networks such as `10.20.0.0/16`',
      otherwise:
        'of hooks, what `allow` allows; of checks, hosts that the drill itself names, by `https` with a verified certificate; and this machine',
    }),
  }),
  NAMED,
  { what: 'secret', missing: 'the secret has no value' },
);

const allowed = parsed(
  'a URL that begins with https:// and holds neither login nor query; http:// for this machine only',
  { type: 'string', pattern: '^https?://|\\$\\{' },
  (value, report) => {
    if (typeof value !== 'string') return undefined;
    const flaw = flawOf(value) ?? (value.includes('?') ? 'has a query' : null);
    return flaw === null ? value : flaw === 'is no URL' ? undefined : report({ found: flaw });
  },
);

export const hooks = strict({
  allow: z.array(allowed, 'a list of URLs').prefault([]).meta({
    description:
      'list of the URLs to which hooks of plans may be sent, and below which: `https://itsm.example.com/drover/`. Scheme, host, port and the first parts of the path must be the same',
    otherwise: 'none: a plan with hooks is refused by its check, and its hooks fail',
  }),
  secrets: z
    .record(z.string(), namedSecret)
    .prefault({})
    .meta({ propertyNames: { pattern: secretName.source } }),
});

/** What a system takes as the id of a user or a group. */
const ID = 'a number from 0 to 2147483647';
const number = z
  .int(ID)
  .min(0, ID)
  .max(2 ** 31 - 1, ID);

export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const VARIABLE_NAME = 'a name of letters, digits and underscores';

export const checkCommand = strict({
  program: program.meta({ description: 'absolute path of a program on the workers that drills may run as a check' }),
  args: z.array(z.string(), 'a list of texts').prefault([]).meta({
    description: 'list of texts: its first arguments, before those of the drill',
    otherwise: 'none',
  }),
  env: z
    .record(z.string().regex(variableName, VARIABLE_NAME), strict({ secret: label }))
    .exactOptional()
    .meta({
      description: 'variables that it gets beside its own, each `{ secret: NAME }` of `hooks.secrets`',
      otherwise: 'none',
    }),
  user: strict({ uid: number, gid: number }).exactOptional().meta({
    description: '`{ uid, gid }`: whom it runs as; only a worker of root can change that',
    otherwise: 'the user of the worker',
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
  hooks: hooks.prefault({}).meta({
    description: 'where hooks may go, and the secrets that hooks and checks are made with; see below',
    otherwise: 'none',
  }),
  worker: worker.prefault({}),
});
