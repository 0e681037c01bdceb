import { z } from 'zod';
import { vAppNetworkSettings } from './network-schema.js';
import { atLeastOne, duration, epoch, label, minutes, moment, text, uuid } from './source/schema-parts.js';
import { choose, isMapping, strict } from './source/schema-tools.js';
import { stopAfter } from './stop-after-schema.js';
import { powerOn, storageProfile, vms } from './vm-schema.js';

/** Becomes part of the run's id, which goes into workflow ids and an HTTP header; a date is added to it. */
export const planName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'a name of at most 80 letters, digits, dots, dashes and underscores, a letter or digit first',
  );

export const kind = z.enum(['migrate', 'protect', 'failover', 'reverse', 'failback']);

const destination = strict({
  site: text.meta({ description: 'another site of the config' }),
  vdc: uuid.exactOptional().meta({
    description: 'uuid of the VDC at the destination',
    otherwise: 'required for `migrate` and `protect`, unless every VM has its own',
  }),
  storageProfile: storageProfile.prefault('*').meta({ description: 'uuid, or `*` for any' }),
  placementPolicy: uuid.exactOptional().meta({ description: 'uuid', otherwise: "VCDA's" }),
  sizingPolicy: uuid.exactOptional().meta({ description: 'uuid', otherwise: "VCDA's" }),
});

const ofVcda = { otherwise: "VCDA's" };

/** The fields of VCDA's start body that are the same for all VMs of a plan, by its names [seed start-vm-replication]. */
export const replication = strict({
  description: z
    .string()
    .exactOptional()
    .meta({ description: 'text', ...ofVcda }),
  rpo: minutes.exactOptional().meta({
    description:
      'minutes, as a number or as a duration: `15`, `15m`, `4h`; at most 24 hours. For a migration VCDA fixes it at 24 hours',
    ...ofVcda,
  }),
  slaProfileId: uuid.exactOptional().meta({
    description:
      'uuid; VCDA uses it instead of `rpo`, `dataConnectionType` and `retentionPolicy`, which a `protect` plan then cannot have',
    ...ofVcda,
  }),
  dataConnectionType: z
    .enum(['PLAIN', 'ENCRYPTED', 'ENCRYPTED_COMPRESSED'])
    .exactOptional()
    .meta({ description: '`PLAIN`, `ENCRYPTED`, `ENCRYPTED_COMPRESSED`', ...ofVcda }),
  quiesced: z
    .boolean()
    .exactOptional()
    .meta({ description: 'whether the guest is quiesced for each instance', ...ofVcda }),
  retentionPolicy: strict({
    rules: z.array(strict({ numberOfInstances: atLeastOne, distance: minutes }), 'a list of rules').meta({
      description:
        'list of `{ numberOfInstances, distance }`; `distance` in minutes, or a duration. At most 24 instances over all rules',
      ...ofVcda,
    }),
  }).exactOptional(),
  targetDiskType: z
    .enum(['THIN', 'PREALLOCATED', 'PREALLOCATED_ZEROS'])
    .exactOptional()
    .meta({ description: '`THIN`, `PREALLOCATED`, `PREALLOCATED_ZEROS`', ...ofVcda }),
  initialSyncTime: epoch.exactOptional().meta({
    description: 'a moment, or epoch milliseconds; 0 or a past moment: at once',
    ...ofVcda,
  }),
});

/** A share of the sites' limits, of a run or a drill. */
export function limits(whole: string) {
  const share = (what: string) =>
    atLeastOne.exactOptional().meta({
      description: `this ${whole}'s share of the sites' limits on ${what}; those hold as well`,
      otherwise: "the sites' limits alone",
    });
  return strict({ syncs: share('initial syncs'), cutovers: share('cutovers') });
}

const cutoverWindow = strict({
  opens: moment.meta({ description: 'moment from which a cutover may begin', otherwise: 'no window: at any time' }),
  closes: moment.meta({ description: 'moment until which a cutover may begin', otherwise: 'no window: at any time' }),
  missed: z.enum(['hold', 'fail']).prefault('hold').meta({
    description: 'a VM not cut over when the window closes: `hold` (waits for a person) or `fail`',
  }),
  begun: z.enum(['finish', 'hold']).prefault('finish').meta({
    description:
      'a cutover whose task failed is sent again after the window: `finish` (only while its source is known to be off) or `hold` (never)',
  }),
  mustEnd: z.boolean().exactOptional().meta({
    description:
      'whether a cutover must also be expected to end before the window closes: it is not begun when less is left than the longest cutover of the run has taken so far (before any has ended, each may begin), and has missed the window then',
    otherwise: '`false`',
  }),
}).refine(({ opens, closes }) => opens < closes, { path: ['closes'], message: 'a moment after "opens"' });

const cutover = strict({
  approval: z.enum(['none', 'wave', 'vm']).prefault('none').meta({
    description: 'whether a person must approve each cutover: `none`, `wave` or `vm`',
  }),
  window: cutoverWindow.nullable().prefault(null),
  powerOn: powerOn.prefault('asSource').meta({
    description:
      'whether the VM is powered on at the destination: `asSource` (as its source was right before the cutover, and on where that is not known), `true` or `false`',
  }),
  consolidate: z.boolean().prefault(false).meta({ description: 'consolidate its disks' }),
});

/** The latest instance, or the newest that is not younger than a moment. */
const chosenInstance = choose(
  {
    latest: z.literal('latest', 'latest, or { before: a moment with its time zone }'),
    older: strict({ before: moment }),
  },
  (value) => (isMapping(value) ? 'older' : 'latest'),
);
export const instance = chosenInstance.prefault('latest');

export const networks = vAppNetworkSettings.exactOptional().meta({
  description:
    "the networks, by the names of VCDA's API: `networkMappings` (list of `sourceNetworkName`, `sourceOrgVdcNetwork`, `destinationOrgVdcNetwork`), `copySourceNetworks`, `bridgeOrgVdcNetworks`; networks as `{ id, name }`",
  otherwise: 'as configured at the replication',
});

export const recovery = strict({
  instance: instance.meta({
    description:
      '`latest`, or `{ before: <moment> }`: the newest instance that is not younger. A failback has `latest` alone, since it goes back by a planned migration',
  }),
  vAppNetworkSettings: networks,
});

export const confirm = z.enum(['removes-source']).nullable().prefault(null);

const wave = strict({
  name: label.meta({ description: 'differs from the names of the other waves' }),
  vms: vms.meta({ description: 'list of VMs, or a CSV, relative to the plan' }),
});

/** The keys of a plan file; plan-rules.ts adds what they ask of each other. */
export const planKeys = strict({
  name: planName.meta({
    description: "at most 80 letters, digits, dots, dashes, underscores; the run's id begins with it",
  }),
  kind: kind.meta({ description: '`migrate`, `protect`, `failover`, `reverse` or `failback`; see [below](#kinds)' }),
  source: strict({ site: text.meta({ description: 'a site of the config' }) }),
  destination,
  adopt: z.enum(['own', 'matching', 'none']).prefault('own').meta({
    description:
      "which replications that exist already a `migrate` or `protect` takes over: `own` (of earlier runs), `matching` (a person's as well, where it is as the plan says), `none`",
  }),
  sync: z.enum(['ahead', 'wave']).prefault('ahead').meta({
    description:
      'when a `migrate` makes its copies: `ahead` (all at once within the limits, so that waves, `after` and gates order the cutovers alone) or `wave` (a wave is copied when the one before is cut over)',
  }),
  replication: replication
    .prefault({})
    .meta({ description: 'settings of new replications; see [below](#replication)', otherwise: "VCDA's" }),
  limits: limits('run').prefault({}),
  cutover: cutover.prefault({}),
  recovery: recovery.exactOptional().meta({
    description: 'what a `failover` or `failback` recovers, and into which networks; see [below](#recovery)',
    otherwise: 'the latest instance',
  }),
  stalledAfter: duration().exactOptional().meta({
    description: 'a copy that sends no byte for so long is said to be stalled, in `show` and in the report; it goes on',
    otherwise: '`1h`',
  }),
  stopAfter: stopAfter.nullable().prefault({ sameCode: 3 }).meta({
    description:
      'after what the run pauses itself: a count of failures (`5`), a share of its VMs (`10%`), or `{ failures, sameCode }`, where `sameCode` counts cutovers in a row that failed with one code. A plain count or share means failures alone',
    otherwise: '`{ sameCode: 3 }`',
  }),
  keepReplication: z.boolean().prefault(false).meta({
    description: "leave VCDA's replication in place after a migration; a reverse needs it",
  }),
  remigrate: z.boolean().prefault(false).meta({
    description:
      'migrate VMs once more that an earlier run has migrated, or that look as if they had been moved; otherwise the former are skipped, and the latter refused',
  }),
  confirm: confirm.meta({
    description: '`removes-source`: required for kinds `reverse` and `failback`, which remove the original source VMs',
    otherwise: 'none',
  }),
  waves: z
    .array(wave, 'a list of waves, each with name and vms')
    .min(1, 'a list of waves, each with name and vms')
    .exactOptional()
    .meta({ description: 'list of waves, cut over one after the other', otherwise: 'this or `vms`' }),
  vms: vms
    .exactOptional()
    .meta({ description: 'instead of `waves`: a list of VMs, or a CSV', otherwise: 'this or `waves`' }),
});
