/** What a message weighs on the wire, and reports that weigh much. */
import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { HookRecord } from '../../../contract/hook-record.js';
import { type OperationRecord, untouched, type VmReport } from '../../../contract/report.js';
import type { UnitMemory } from '../../../contract/unit.js';
import { gzipCodec } from '../../../temporal/data-converter.js';

/** bytes that no message is to exceed */
export const LIMIT = 256 * 1024;

/** Bytes of a value as client and worker send it. */
export async function onTheWire(value: unknown): Promise<number> {
  const payload = defaultPayloadConverter.toPayload(value);
  const [encoded] = await gzipCodec.encode(payload === undefined ? [] : [payload]);
  return encoded?.data?.length ?? 0;
}

const KINDS = ['start', 'sync', 'migrate', 'delete'] as const;

/** Moments that differ in each digit, as those of real operations do. */
const moment = (): string => new Date(1.79e12 + Math.random() * 1e10).toISOString();

/** Text of which little can be compressed. */
export const noise = (length: number): string =>
  Array.from({ length: Math.ceil(length / 36) }, () => randomUUID())
    .join('')
    .slice(0, length);

function operation(id: string, n: number, warning: string): OperationRecord {
  const kind = KINDS[n % KINDS.length] ?? 'sync';
  return {
    kind,
    operationId: `drover/paris-exit-20261205/${id}/${kind}/${n + 1}`,
    site: 'lyon',
    taskId: randomUUID(),
    adopted: false,
    submittedAt: moment(),
    finishedAt: moment(),
    result: 'succeeded',
    ...(warning === '' ? {} : { warnings: [{ code: 'GuestCustomizationFailed', message: warning }] }),
  };
}

/** So many that were sent for a VM: each but the last failed. */
export const hooksOf = (id: string, count: number): HookRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    event: 'beforeVm',
    url: 'https://itsm.example.com/drover/begin',
    key: `drover/paris-exit-20261205/0198f1c2/${id}/beforeVm/${n + 1}`,
    at: moment(),
    finishedAt: moment(),
    attempts: 1,
    result: n + 1 === count ? 'succeeded' : 'failed',
    rule: 'hold',
    error: n + 1 === count ? null : `POST https://itsm.example.com/drover/begin: 409: ${noise(150)}`,
  }));

/** Of a VM that has ended after so many operations. */
export function heavy(id: string, operations: number, { warning = '', error = '' } = {}): VmReport {
  return {
    ...untouched({ id, name: `app-${id.slice(0, 6)}` }, 'all'),
    state: error === '' ? 'succeeded' : 'failed',
    step: 'done',
    replicationId: `C4-${randomUUID()}`,
    recoveredAs: [randomUUID()],
    startedAt: moment(),
    finishedAt: moment(),
    outageSeconds: Math.random() * 1_000,
    source: { power: 'off', since: moment(), known: 'POWERED_OFF', before: 'on' },
    operations: Array.from({ length: operations }, (_, n) => operation(id, n, warning)),
    ...(error === ''
      ? {}
      : {
          error: {
            code: 'Failed',
            message: error,
            operation: 'migrate',
            taskId: randomUUID(),
            site: 'lyon',
            advice: error,
          },
        }),
  };
}

/** Of a unit at its gate, in a run at which others have worked before. */
export const gateMemory = (id: string): UnitMemory => ({
  numbers: { start: 1, sync: 2 },
  site: 'lyon',
  peer: 'paris',
  towards: 'lyon',
  vdc: '5ee9224f-305d-46f6-865f-b605e70acef8',
  vmIdNow: null,
  clocks: { lyon: { least: -Math.round(Math.random() * 1_000), most: Math.round(Math.random() * 1_000) } },
  earlier: { replicationIds: [`C4-${randomUUID()}`], vmIds: [randomUUID()], left: null },
  begun: {
    operationId: `drover/paris-exit-20261205/${id}/start/1`,
    submitted: {
      taskId: randomUUID(),
      replicationId: `C4-${randomUUID()}`,
      adopted: false,
      preexisting: false,
      submittedAt: Date.now(),
      mark: `drover1:${noise(24)}`,
    },
    isConfirmed: true,
    org: 'acme',
  },
  marks: [`drover1:${noise(24)}`],
});
