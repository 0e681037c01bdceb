import { z } from 'zod';
import { compact, optional, parsed, strict } from './check.js';
import { parseDuration } from './durations.js';

/** Every top-level key of a plan. */
export const PLAN_KEYS = [
  'name',
  'kind',
  'source',
  'destination',
  'replication',
  'limits',
  'cutover',
  'stopAfter',
  'keepReplication',
  'remigrate',
  'confirm',
  'waves',
  'vms',
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const uuid = z
  .string('a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8')
  .regex(UUID, 'a uuid, such as 5ee9224f-305d-46f6-865f-b605e70acef8')
  .toLowerCase();
const storageProfile = parsed('a uuid, or "*" for any', (value) =>
  typeof value === 'string' && (value === '*' || UUID.test(value)) ? value.toLowerCase() : undefined,
);
/** A uuid between clouds; the managed object id of vCenter (`vm-123`) for a VM on premises. */
const vmId = parsed('a uuid, or vm-123 for a VM on premises', (value) =>
  typeof value === 'string' && (UUID.test(value) || /^vm-\d+$/.test(value)) ? value.toLowerCase() : undefined,
);
const text = z.string().min(1, 'text');
const atLeastOne = z.int('a whole number').min(1, 'a whole number, at least 1');

export const minutes = parsed('minutes: a whole number, or a duration such as 15m or 24h', (value) => {
  const count = typeof value === 'string' ? (parseDuration(value) ?? Number.NaN) / 60_000 : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 ? count : undefined;
});

/** A moment as ISO 8601 in UTC. Without a zone it would mean another moment on every machine. */
const moment = parsed('a moment with its time zone, such as 2026-12-05T22:00:00+01:00', (value) =>
  z.iso.datetime({ offset: true }).safeParse(value).success ? new Date(String(value)).toISOString() : undefined,
);

const epoch = parsed('epoch milliseconds, or a moment with its time zone such as 2026-12-05T22:00:00+01:00', (value) =>
  typeof value === 'number' && Number.isInteger(value) ? value : epochOf(value),
);

function epochOf(value: unknown): number | undefined {
  const read = moment.safeParse(value);
  return read.success ? Date.parse(read.data) : undefined;
}

/** Becomes part of the run's id, which goes into workflow ids and an HTTP header; a date is added to it. */
export const planName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'a name of at most 80 letters, digits, dots, dashes and underscores, a letter or digit first',
  );

export const kind = z.enum(['migrate', 'protect', 'failover', 'reverse', 'failback']);

export const sourceSite = strict({ site: text });

export const destination = strict({
  site: text,
  vdc: optional(uuid),
  storageProfile: optional(storageProfile).transform((value) => value ?? '*'),
  placementPolicy: optional(uuid),
  sizingPolicy: optional(uuid),
}).transform(compact);

/** The fields of VCDA's start body that are the same for all VMs of a plan. */
export const replication = optional(
  strict({
    description: optional(z.string()),
    rpo: optional(minutes),
    slaProfileId: optional(uuid),
    dataConnectionType: optional(z.enum(['PLAIN', 'ENCRYPTED', 'ENCRYPTED_COMPRESSED'])),
    quiesced: optional(z.boolean()),
    retentionPolicy: optional(
      strict({ rules: z.array(strict({ numberOfInstances: atLeastOne, distance: minutes }), 'a list of rules') }),
    ),
    targetDiskType: optional(z.enum(['THIN', 'PREALLOCATED', 'PREALLOCATED_ZEROS'])),
    initialSyncTime: optional(epoch),
  }).transform(compact),
).transform((value) => value ?? {});

export const limits = optional(
  strict({ syncs: optional(atLeastOne), cutovers: optional(atLeastOne) }).transform(compact),
).transform((value) => value ?? {});

const cutoverWindow = strict({
  opens: moment,
  closes: moment,
  missed: optional(z.enum(['hold', 'fail'])).transform((value) => value ?? 'hold'),
}).refine(({ opens, closes }) => opens < closes, { path: ['closes'], message: 'a moment after "opens"' });

export const cutover = z.preprocess(
  (value) => value ?? {},
  strict({
    approval: optional(z.enum(['none', 'wave', 'vm'])).transform((value) => value ?? 'none'),
    window: optional(cutoverWindow).transform((value) => value ?? null),
    powerOn: optional(z.boolean()).transform((value) => value ?? true),
    consolidate: optional(z.boolean()).transform((value) => value ?? false),
  }),
);

type StopAfter = { count: number } | { percent: number };

export const stopAfter = optional(
  parsed(
    'a count of failures such as 5, or a share of the VMs such as 10%, above 0 and at most 100%',
    (value): StopAfter | undefined => {
      const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(value));
      if (share) {
        const percent = Number(share[1]);
        return percent > 0 && percent <= 100 ? { percent } : undefined;
      }
      return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? { count: value } : undefined;
    },
  ),
).transform((value) => value ?? null);

export const keepReplication = optional(z.boolean()).transform((value) => value ?? false);
export const remigrate = keepReplication;

export const confirm = optional(z.enum(['removes-source'])).transform((value) => value ?? null);

export const wave = strict({ name: text, vms: optional(z.unknown()) });

/** One VM of a list in the plan. `after` is checked here and resolved by dependencies.ts. */
export const vm = strict({
  id: vmId,
  name: text,
  after: optional(
    z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(text, 'a list of VM ids or names')),
  ),
  vdc: optional(uuid),
  storageProfile: optional(storageProfile),
  placementPolicy: optional(uuid),
  sizingPolicy: optional(uuid),
  seedVmId: optional(uuid),
  excludedDiskKeys: optional(z.array(z.int('a whole number, the key of a disk'), 'a list of disk keys')),
}).transform((value) => ({ ...compact(value), after: [] as string[] }));

/** One row of a CSV of VMs, empty cells left out. */
export const vmRow = strict({
  id: vmId,
  name: text,
  after: optional(z.string()),
  vdc: optional(uuid),
  storageProfile: optional(storageProfile),
}).transform((value) => ({ ...compact(value), after: [] as string[] }));
