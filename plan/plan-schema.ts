import { z } from 'zod';
import { address, vAppNetworkSettings, vmNetworkSettings } from './network-schema.js';
import { compact, optional, parsed, strict } from './source/check.js';
import { parseDuration } from './source/durations.js';
import { atLeastOne, moment, section, text, UUID, uuid, withDefault } from './source/schema-parts.js';

/** Every top-level key of a plan. */
export const PLAN_KEYS = [
  'name',
  'kind',
  'source',
  'destination',
  'replication',
  'limits',
  'cutover',
  'recovery',
  'stopAfter',
  'keepReplication',
  'remigrate',
  'confirm',
  'waves',
  'vms',
];

const storageProfile = parsed('a uuid, or "*" for any', (value) =>
  typeof value === 'string' && (value === '*' || UUID.test(value)) ? value.toLowerCase() : undefined,
);
/** A uuid between clouds; the managed object id of vCenter (`vm-123`) for a VM on premises. */
const vmId = parsed('a uuid, or vm-123 for a VM on premises', (value) =>
  typeof value === 'string' && (UUID.test(value) || /^vm-\d+$/.test(value)) ? value.toLowerCase() : undefined,
);

const replicationId = parsed('C4- and a uuid, the id of a replication of one VM', (value) =>
  typeof value === 'string' && value.startsWith('C4-') && UUID.test(value.slice(3)) ? value : undefined,
);

export const minutes = parsed('minutes: a whole number, or a duration such as 15m or 24h', (value) => {
  const count = typeof value === 'string' ? (parseDuration(value) ?? Number.NaN) / 60_000 : value;
  return typeof count === 'number' && Number.isInteger(count) && count >= 1 ? count : undefined;
});

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
  storageProfile: withDefault(storageProfile, '*'),
  placementPolicy: optional(uuid),
  sizingPolicy: optional(uuid),
}).transform(compact);

/** The fields of VCDA's start body that are the same for all VMs of a plan. */
export const replication = withDefault(
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
  {},
);

export const limits = section(
  strict({ syncs: optional(atLeastOne), cutovers: optional(atLeastOne) }).transform(compact),
);

const cutoverWindow = strict({
  opens: moment,
  closes: moment,
  missed: withDefault(z.enum(['hold', 'fail']), 'hold'),
}).refine(({ opens, closes }) => opens < closes, { path: ['closes'], message: 'a moment after "opens"' });

export const cutover = section(
  strict({
    approval: withDefault(z.enum(['none', 'wave', 'vm']), 'none'),
    window: withDefault(cutoverWindow, null),
    powerOn: withDefault(z.boolean(), true),
    consolidate: withDefault(z.boolean(), false),
  }),
);

/** Which instance it is, recovery.ts reads. */
export const recovery = section(
  strict({ instance: optional(z.unknown()), vAppNetworkSettings: optional(vAppNetworkSettings) }),
);

type StopAfter = { count: number } | { percent: number };

export const stopAfter = withDefault(
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
  null,
);

export const keepReplication = withDefault(z.boolean(), false);
export const remigrate = keepReplication;

export const confirm = withDefault(z.enum(['removes-source']), null);

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
  replicationId: optional(replicationId),
  vmNetworkSettings: optional(vmNetworkSettings),
  address: optional(address),
}).transform((value) => ({ ...compact(value), after: [] as string[] }));

/** One row of a CSV of VMs, empty cells left out. */
export const vmRow = strict({
  id: vmId,
  name: text,
  after: optional(z.string()),
  vdc: optional(uuid),
  storageProfile: optional(storageProfile),
  replicationId: optional(replicationId),
  address: optional(address),
}).transform((value) => ({ ...compact(value), after: [] as string[] }));
