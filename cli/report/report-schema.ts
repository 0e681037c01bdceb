/**
 * The published schema of what `drover report --format json` prints, of a run or drill and of the drills of a year: the one place
 * where it is written down. The compiler holds it to the documents' types, and a test holds these to it.
 */
import { z } from 'zod';
import { OPERATION_KINDS } from '../../contract/operation.js';
import { VM_STATES } from '../../contract/report.js';
import { hookEvent } from '../../plan/hook-schema.js';
import type { ReportDocument } from './document.js';
import type { DrillsDocument } from './drills/document.js';

const moment = z.iso.datetime();
const seconds = z.number();
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const operationKind = z.enum(OPERATION_KINDS);
const power = z.enum(['on', 'off', 'unknown']);
const runState = z.enum(['succeeded', 'failed', 'cancelled', 'running', 'paused']);
const objectives = z.object({ rtoSeconds: seconds.nullable(), rpoSeconds: seconds.nullable() });

const vmError = z.object({
  code: z.string().meta({ description: "VCDA's code, or Drover's own" }),
  message: z.string(),
  operation: operationKind.nullable(),
  taskId: z.string().nullable(),
  site: z.string().nullable(),
  advice: z.string().nullable().meta({ description: 'the next step for a person' }),
});

const warning = z.object({ code: z.string(), message: z.string() });

const operation = z.object({
  kind: operationKind,
  operationId: z.string(),
  site: z.string().exactOptional(),
  taskId: z.string().nullable(),
  adopted: z.boolean().meta({ description: 'found at the site instead of sent' }),
  owner: z.enum(['mine', 'drover', 'person']).exactOptional(),
  submittedAt: moment,
  finishedAt: moment.nullable(),
  result: z.enum(['succeeded', 'failed']).nullable(),
  bytes: z.number().exactOptional(),
  warnings: z.array(warning).exactOptional(),
});

const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  advice: z.string().exactOptional(),
  attempts: z.int(),
  startedAt: moment,
  finishedAt: moment,
});

const usedNetworks = z.object({ from: z.enum(['file', 'replication', 'production']), names: z.array(z.string()) });

const hook = z.object({
  event: hookEvent,
  wave: z.string().exactOptional(),
  url: z.string().meta({ description: 'without the values of its query' }),
  key: z.string().meta({ description: 'the idempotency key that it was sent with, the same however often' }),
  at: moment,
  finishedAt: moment,
  attempts: z.int().meta({ description: '0: no worker may send it' }),
  result: z.enum(['succeeded', 'failed']),
  rule: z.enum(['hold', 'fail', 'warn']),
  error: z.string().nullable(),
});

const hold = z.object({ site: z.string(), code: z.string(), message: z.string(), advice: z.string().nullable() });

const retrying = z.object({
  code: z.string(),
  message: z.string(),
  advice: z.string().nullable(),
  since: moment,
  tries: z.int().nullable().meta({ description: 'null: it is waited for' }),
  until: moment.nullable(),
});

const vm = z.object({
  id: z.string(),
  unit: z
    .string()
    .meta({ description: 'what the plan moves as one; a VM by itself is its own, of a vApp it is `vapp:` and its id' }),
  vapp: z
    .object({ id: z.string(), name: z.string() })
    .exactOptional()
    .meta({ description: 'that it was moved with; absent: by itself' }),
  name: z.string(),
  wave: z.string().meta({ description: 'of a drill: its recovery group' }),
  state: z.enum(VM_STATES),
  step: z.enum([
    'queued',
    'look',
    'start',
    'initial-sync',
    'gate',
    'sync',
    'migrate',
    'failover',
    'reverse',
    'resync',
    'verify',
    'delete-replication',
    'ready',
    'failover-test',
    'checks',
    'hold',
    'clean-up',
    'failover-back',
    'done',
  ]),
  waitingFor: z
    .enum(['approval', 'window', 'dependency', 'capacity', 'brake', 'claim', 'pause', 'hold', 'until', 'store'])
    .nullable(),
  waitingSince: moment.exactOptional(),
  waitingUntil: moment.exactOptional().meta({ description: 'when its wait ends by time alone, or its window is over' }),
  waitingOn: z.string().exactOptional().meta({ description: 'what a `dependency` is' }),
  replicationId: z.string().nullable(),
  recoveredAs: z.array(z.string()).exactOptional(),
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  copiedAt: moment.exactOptional().meta({ description: 'when its first full copy was complete, as the run saw it' }),
  outageSeconds: seconds.nullable().meta({ description: 'at most so long it was down, over all attempts' }),
  downSince: moment.nullable().exactOptional(),
  source: z.object({
    site: z.string().nullable(),
    power: power.exactOptional(),
    since: moment.exactOptional(),
    known: z.string().exactOptional(),
    before: power.exactOptional().meta({ description: 'its power before the first cutover was sent' }),
  }),
  destination: z.object({
    site: z.string().nullable(),
    vmId: z.string().nullable().meta({ description: 'its id where a migration or failover has recovered it' }),
  }),
  networks: z.array(usedNetworks).exactOptional(),
  notes: z.array(z.string()).exactOptional(),
  rtoSeconds: seconds.nullable(),
  rpoSeconds: seconds.nullable(),
  rpoUncertaintySeconds: seconds.nullable().exactOptional(),
  checks: z.array(check),
  error: vmError.nullable(),
  retrying: retrying.nullable().exactOptional(),
  hold: hold.nullable().exactOptional(),
  asOf: moment.exactOptional(),
  copy: z
    .object({
      lagSeconds: seconds.nullable(),
      delta: z
        .object({ bytes: z.number(), seconds })
        .exactOptional()
        .meta({ description: 'what it was sent last, beyond its first copy' }),
      seenAt: moment,
    })
    .exactOptional(),
  undoneBy: moment.exactOptional(),
  operations: z.array(operation),
  hooks: z.array(hook).exactOptional(),
  cut: z.object({ operations: z.int(), warnings: z.int() }).exactOptional(),
});

const signOff = z.object({
  at: moment,
  by: z.string(),
  note: z.string().nullable(),
  reference: z.string().nullable(),
});

const drillResult = z.object({
  mode: z.enum(['test', 'roundtrip']),
  scenario: z.string().exactOptional(),
  lead: z.string().exactOptional(),
  observers: z.array(z.string()).exactOptional(),
  reference: z.string().exactOptional(),
  phase: z.enum(['claim', 'recover', 'hold', 'clean-up', 'done']),
  triggeredAt: moment.nullable(),
  heldUntil: moment.nullable(),
  objectives,
  rtoSeconds: seconds.nullable(),
  rpoSeconds: seconds.nullable(),
  rpoUncertaintySeconds: seconds.nullable().exactOptional(),
  networks: z.array(usedNetworks).exactOptional(),
  groups: z.array(
    z.object({
      name: z.string(),
      rtoSeconds: seconds.nullable(),
      rpoSeconds: seconds.nullable(),
      rpoUncertaintySeconds: seconds.nullable().exactOptional(),
    }),
  ),
  missed: z.array(z.string()),
  left: z.array(z.string()),
  swept: z.array(z.object({ vm: z.string(), run: z.string() })),
  notSwept: z.array(z.object({ vm: z.string(), run: z.string(), reason: z.string() })).exactOptional(),
  findings: z
    .array(
      z.object({
        at: moment,
        by: z.string(),
        text: z.string(),
        owner: z.string().nullable(),
        due: z.string().nullable().meta({ description: 'a day, such as 2026-12-31' }),
      }),
    )
    .exactOptional()
    .meta({ description: 'what persons have noted after its end' }),
  signedBy: signOff.nullable().exactOptional(),
});

const act = z.object({
  id: z.string(),
  at: moment,
  actor: z.string(),
  proof: z.literal('claimed'),
  command: z.string().nullable(),
  act: z.string(),
  target: z.string().nullable(),
  note: z.string().nullable(),
  reference: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  refused: z.string().nullable(),
});

const count = z.int().min(0);

/** Of a site, by which the run works there; absent: by the default one. */
const login = z.string().exactOptional();

export const reportSchema = z.object({
  version: z.literal(2),
  run: z.string(),
  plan: z.string().meta({ description: 'name of the plan or drill' }),
  kind: z.enum(['migrate', 'protect', 'failover', 'reverse', 'failback', 'drill']),
  state: runState,
  startedAt: moment,
  finishedAt: moment.nullable(),
  planDigest: digest.nullable(),
  source: z.object({ site: z.string().nullable(), login }),
  destination: z.object({
    site: z.string().nullable(),
    login,
    vdc: z.string().nullable(),
    storageProfile: z.string().nullable(),
  }),
  window: z.object({ opens: moment, closes: moment }).nullable(),
  approval: z.enum(['none', 'run', 'wave', 'vm']).nullable(),
  cutovers: z
    .object({
      expected: z
        .object({
          site: z.string(),
          count: z.int().meta({ description: 'of how many that were measured there' }),
          p50Seconds: seconds,
          p95Seconds: seconds,
          atOnce: z.int().nullable(),
          all: z
            .object({ p50Seconds: seconds, p95Seconds: seconds })
            .nullable()
            .meta({ description: 'wave after wave, with nothing to wait for but places' }),
        })
        .nullable()
        .meta({ description: 'when the run began; null: too few were measured' }),
      measured: z
        .object({ count: z.int(), p50Seconds: seconds, p95Seconds: seconds, underWaySeconds: seconds })
        .nullable()
        .meta({ description: 'of those that the run has sent; underWaySeconds: for so long some cutover was' }),
    })
    .nullable(),
  totals: z.object({
    vms: count,
    succeeded: count,
    failed: count,
    cancelled: count,
    skipped: count,
    running: count,
    waiting: count,
    warnings: count.exactOptional(),
    movedBefore: count.meta({ description: 'of the skipped, those that an earlier run has migrated' }),
  }),
  pausedBecause: z.string().nullable(),
  pausedAdvice: z.string().nullable(),
  waitingFor: z.literal('store').exactOptional(),
  sitesAway: z.array(z.object({ site: z.string(), since: moment, message: z.string() })),
  drill: drillResult.nullable(),
  acts: z.array(act),
  hooks: z.array(hook).exactOptional(),
  versions: z.object({
    drover: z.string().nullable(),
    temporal: z.string().nullable(),
    sites: z.record(z.string(), z.string()),
  }),
  environment: z.object({ namespace: z.string(), taskQueue: z.string() }).nullable(),
  writtenAt: moment,
  writtenBy: z.string().meta({ description: 'version of Drover, which has written the document' }),
  missing: z.array(z.string()).meta({ description: 'what nobody told when it was written; none: it is whole' }),
  checksum: digest.nullable().meta({
    description:
      'of the document without versions, environment, writtenAt, writtenBy, missing and checksum, as JSON without white space; null: something is missing',
  }),
  vms: z.array(vm),
}) satisfies z.ZodType<ReportDocument>;

export const drillsSchema = z.object({
  version: z.literal(1),
  drill: z.string(),
  since: moment,
  drills: z.array(
    z.object({
      run: z.string(),
      state: runState.nullable(),
      mode: z.enum(['test', 'roundtrip']).nullable(),
      startedAt: moment,
      finishedAt: moment.nullable(),
      vms: count.nullable(),
      failed: count.nullable(),
      objectives,
      rtoSeconds: seconds.nullable(),
      rpoSeconds: seconds.nullable(),
      rpoUncertaintySeconds: seconds.nullable(),
      findings: z.array(z.string()),
      signedBy: signOff.nullable(),
    }),
  ),
  missing: z.string().nullable(),
  writtenAt: moment,
  writtenBy: z.string(),
  checksum: digest.meta({
    description: 'of the document without writtenAt, writtenBy and checksum, as JSON without white space',
  }),
}) satisfies z.ZodType<DrillsDocument>;
