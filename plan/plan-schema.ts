import { z } from 'zod';
import { A_LOGIN_NAME } from './config/login-schema.js';
import { hooks } from './hook-schema.js';
import { LOGIN_NAME } from './logins.js';
import { vAppNetworkSettings } from './network-schema.js';
import { formatDuration } from './source/durations.js';
import {
  alwaysOrDuration,
  atLeastOne,
  duration,
  durationOrNever,
  epoch,
  idOrName,
  label,
  minutes,
  moment,
  momentInItsZone,
  orgAtSite,
  uuid,
} from './source/schema-parts.js';
import { choose, isMapping, strict } from './source/schema-tools.js';
import { stopAfter } from './stop-after-schema.js';
import { SYNC_BEFORE } from './sync-before.js';
import { vapps } from './vapp-schema.js';
import { powerOn, storageProfile, vdc, vms } from './vm-schema.js';

/** Becomes part of the run's id, which goes into workflow ids and an HTTP header; a date is added to it. */
export const planName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    'a name of at most 80 letters, digits, dots, dashes and underscores, a letter or digit first',
  );

export const kind = z.enum(['migrate', 'protect', 'failover', 'reverse', 'failback']);

/** Of a site of the workers' config, which alone have it. */
export const loginOfSite = z.string().regex(LOGIN_NAME, A_LOGIN_NAME).exactOptional().meta({
  description: "which of the site's logins works there, by its name under `logins` in the config of the workers",
  otherwise: "`default`: the site's `login`",
});

const destination = strict({
  site: label.meta({ description: 'another site of the config' }),
  login: loginOfSite,
  vdc: vdc.exactOptional().meta({
    description: 'uuid or name of the VDC at the destination',
    otherwise: 'required for `migrate` and `protect`, unless every VM has its own',
  }),
  storageProfile: storageProfile.prefault('*').meta({ description: 'uuid or name, or `*` for any' }),
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
  slaProfileId: idOrName('an SLA profile')
    .exactOptional()
    .meta({
      description:
        'uuid or name; VCDA uses it instead of `rpo`, `dataConnectionType` and `retentionPolicy`, which a `protect` plan then cannot have',
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
    description:
      'when VCDA begins the first copy: a moment, or epoch milliseconds; 0 or a past moment: at once. It is configured at once, and takes a place when it begins',
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
  opens: momentInItsZone.meta({
    description: 'moment from which a cutover may begin',
    otherwise: 'no window: at any time',
  }),
  closes: momentInItsZone.meta({
    description: 'moment until which a cutover may begin',
    otherwise: 'no window: at any time',
  }),
  missed: z.enum(['hold', 'fail']).prefault('hold').meta({
    description: 'a VM not cut over when the window closes: `hold` (waits for a person) or `fail`',
  }),
  begun: z.enum(['finish', 'hold']).prefault('finish').meta({
    description:
      'a cutover whose task failed is sent again after the window: `finish` (only while its source is known to be off) or `hold` (never)',
  }),
  mustEnd: z.boolean().exactOptional().meta({
    description:
      'whether a cutover must also be expected to end before the window closes: it is not begun when less is left than the longest cutover of the run has taken so far, or than 95 of 100 of the last 50 have taken at the site, as far as the store knows (where it knows fewer than five, and none of the run has ended, each may begin), and has missed the window then',
    otherwise: '`false`',
  }),
}).refine(({ opens, closes }) => Date.parse(opens) < Date.parse(closes), {
  path: ['closes'],
  message: 'a moment after "opens"',
});

const cutover = strict({
  approval: z.enum(['none', 'run', 'wave', 'vm']).prefault('none').meta({
    description:
      'whether a person must approve cutovers, and by what word: `none`, `run` (one for all), `wave` (one for each) or `vm`',
  }),
  window: cutoverWindow.nullable().prefault(null),
  syncBefore: durationOrNever(60_000, '1m')
    .exactOptional()
    .meta({
      description:
        'kinds `migrate` and `failback`: what is sent at a cutover must not be older than so long, or what has changed is sent first, while the VM still runs; `false`: never. At least `1m`',
      otherwise: `\`${formatDuration(SYNC_BEFORE)}\``,
    }),
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
    "the networks, by the names of VCDA's API: `networkMappings` (list of `sourceNetworkName`, `sourceOrgVdcNetwork`, `destinationOrgVdcNetwork`), `copySourceNetworks`, `bridgeOrgVdcNetworks`; networks as `{ id, name }`, where the id of one at the destination may be its name",
  otherwise: 'as configured at the replication',
});

export const recovery = strict({
  instance: instance.meta({
    description:
      '`latest`, or `{ before: <moment> }`: the newest instance that is not younger. A failback has `latest` alone, since it goes back by a planned migration',
  }),
  planned: z.boolean().exactOptional().meta({
    description:
      'kind `failover`, while the source lives: what has changed is sent with the source off (`migrate` of VCDA), so that nothing is lost and nothing runs twice',
    otherwise: '`false`: recovered as it is, and the source is not touched',
  }),
  vAppNetworkSettings: networks,
});

export const confirm = z.enum(['removes-source']).nullable().prefault(null);

const wave = strict({
  name: label.meta({ description: 'differs from the names of the other waves' }),
  instance: chosenInstance.exactOptional().meta({
    description: 'kind `failover`: as in [recovery](#recovery), for the VMs of this wave',
    otherwise: "the plan's",
  }),
  vms: vms
    .exactOptional()
    .meta({ description: 'list of VMs, or a CSV, relative to the plan', otherwise: 'this or `vapps`' }),
  vapps: vapps.exactOptional().meta({
    description: 'list of vApps, each moved as one, with all its VMs; see [below](#vapps)',
    otherwise: 'none',
  }),
});

/** The keys of a plan file; plan-rules.ts adds what they ask of each other. */
export const planKeys = strict({
  name: planName.meta({
    description: "at most 80 letters, digits, dots, dashes, underscores; the run's id begins with it",
  }),
  kind: kind.meta({ description: '`migrate`, `protect`, `failover`, `reverse` or `failback`; see [below](#kinds)' }),
  source: strict({ site: label.meta({ description: 'a site of the config' }), login: loginOfSite }),
  destination,
  // [doc B45 chown]
  owner: orgAtSite.exactOptional().meta({
    description:
      'kinds `migrate` and `protect`: whose the replications are to be, as `org@site` of one of the two sites; given to it right after the start, which only an administrator may do; see [below](#owner)',
    otherwise: "the login's organization",
  }),
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
  priority: z.enum(['high', 'normal', 'low']).exactOptional().meta({
    description:
      'whose copies and cutovers go first for free places at a site, against other runs: `high`, `normal` or `low`. While a lower one waits, one place in nine is its',
    otherwise: '`normal`',
  }),
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
  keepReplication: alwaysOrDuration.prefault(false).meta({
    description:
      "leave VCDA's replication in place after a migration, since a reverse needs it: for good, or for so long after the end of the run (`7d`), and then remove it; `drover tidy` does so at once",
  }),
  remigrate: z.boolean().prefault(false).meta({
    description:
      'migrate VMs once more that an earlier run has migrated, or that look as if they had been moved; otherwise the former are skipped, and the latter refused',
  }),
  hooks: hooks.exactOptional().meta({
    description:
      'requests that are sent before and after the run, each wave, VM and cutover, and for a cutover that failed; see [below](#hooks-of-a-plan)',
    otherwise: 'none',
  }),
  confirm: confirm.meta({
    description: '`removes-source`: required for kinds `reverse` and `failback`, which remove the original source VMs',
    otherwise: 'none',
  }),
  waves: z
    .array(wave, 'a list of waves, each with name and vms or vapps')
    .min(1, 'a list of waves, each with name and vms or vapps')
    .exactOptional()
    .meta({ description: 'list of waves, cut over one after the other', otherwise: 'this or `vms`' }),
  vms: vms
    .exactOptional()
    .meta({ description: 'instead of `waves`: a list of VMs, or a CSV', otherwise: 'this or `waves`' }),
});
