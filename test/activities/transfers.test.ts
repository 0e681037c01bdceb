/** How far copies are, by what each look has shown. */
import { describe, expect, it } from '@jest/globals';
import { Transfers } from '../../activities/transfers.js';
import { mergeReports } from '../../client/merge-open.js';
import { type Transfer, transfersIn } from '../../contract/transfer.js';
import type { Watch } from '../../contract/watch.js';
import type { VmReplication } from '../../vcda/index.js';
import { report, vm } from '../support/reports.js';

const watch = { operationId: 'o1', workflowId: 'vm/paris/a', phase: 'sync', kind: 'start' } as Watch;
const showing = (bytesTransferred: number, bytesToTransfer = 1_000) =>
  ({
    sourceState: { progress: { progress: bytesTransferred / 10, bytesTransferred, bytesToTransfer } },
  }) as VmReplication;

function looking() {
  let now = 0;
  const transfers = new Transfers(() => now);
  return (seconds: number, bytes: number): Transfer | undefined => {
    now = seconds * 1_000;
    transfers.saw(watch, undefined, showing(bytes));
    return transfers.told[watch.workflowId];
  };
}

describe('how far a copy is', () => {
  it('is told by its own figures, with the rate of the last minutes', () => {
    const look = looking();
    expect(look(0, 0)).toEqual({ percent: 0, bytes: 0, bytesTotal: 1_000, rate: null, seenAt: 0 });
    expect(look(10, 100)).toMatchObject({ percent: 10, rate: 10 });
    look(120, 120);
    expect(look(240, 240)).toMatchObject({ rate: 1 });
  });

  it('has no rate of before it began anew', () => {
    const look = looking();
    look(0, 500);
    expect(look(10, 10)).toMatchObject({ rate: null });
    expect(look(20, 30)).toMatchObject({ rate: 2 });
  });

  it('is forgotten with what was waited for', () => {
    const transfers = new Transfers(() => 0);
    transfers.saw(watch, undefined, showing(1));
    transfers.follow([]);
    expect(transfers.told).toEqual({});
  });
});

describe('a heartbeat', () => {
  it('tells of transfers, and of nothing where it is none of these', () => {
    const told = { percent: 1, bytes: null, bytesTotal: null, rate: null, seenAt: 1 };
    expect(transfersIn({ transfers: { a: told, b: { percent: 'x' }, c: null } })).toEqual([['a', told]]);
    expect([null, {}, { transfers: [] }, 'x'].flatMap(transfersIn)).toEqual([]);
  });
});

describe('a VM of a run', () => {
  const seen: Transfer = { percent: 40, bytes: 400, bytesTotal: 1_000, rate: 100, seenAt: 0 };
  const given = report([vm('a', { state: 'running', step: 'start' })]);
  const [id = ''] = given.vms.map((one) => one.id);
  const known = (step: 'initial-sync' | 'sync') => ({
    now: new Map([[id, vm('a', { state: 'running', step: 'initial-sync' })]]),
    underWay: new Map([[id, { workflowId: 'w', step, waitingFor: null, since: 0 }]]),
    before: new Map(),
    transfers: new Map([[id, seen]]),
  });

  it('has what is left of the step that it is on, and none of another', () => {
    const [on] = mergeReports(given, known('initial-sync')).vms;
    expect(on).toMatchObject({ stepSince: '1970-01-01T00:00:00.000Z', progress: { percent: 40, etaSeconds: 6 } });
    const [past] = mergeReports(given, known('sync')).vms;
    expect(past?.progress).toBeUndefined();
  });
});
