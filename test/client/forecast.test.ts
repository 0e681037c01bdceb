/** What is told of a run that goes on: how long what is left takes, by what was measured; and of one that is over, what came. */
import { describe, expect, it } from '@jest/globals';
import { cutoverOf, cutoversCompared, forecastOf } from '../../client/forecast.js';
import type { Expected } from '../../contract/lengths.js';
import type { OperationRecord, VmReport } from '../../contract/report.js';
import { report, vm } from '../support/reports.js';

const expected: Expected = { site: 'lyon', count: 20, p50Seconds: 60, p95Seconds: 120, atOnce: 10, share: null };
const MINUTE = 60_000;

const waiting = (name: string, change: Partial<VmReport> = {}) =>
  vm(name, { state: 'waiting', step: 'gate', waitingFor: 'approval', ...change });
const progress = (etaSeconds: number | null) => ({
  percent: null,
  bytes: null,
  bytesTotal: null,
  rate: null,
  etaSeconds,
  seenAt: '2026-12-05T21:00:00.000Z',
});
const copying = (name: string, eta: number | null) =>
  vm(name, { state: 'running', step: 'initial-sync', progress: progress(eta) });

describe('what is left of a run', () => {
  const herd = [
    ...Array.from({ length: 12 }, (_, n) => waiting(`web${n}`)),
    waiting('db1', { wave: 'core' }),
    vm('gone', { state: 'succeeded', step: 'done' }),
    vm('tidied', { state: 'running', step: 'delete-replication' }),
  ];

  it('is counted wave by wave, in rounds of as many as may run at once', () => {
    const { cutovers } = forecastOf(report(herd, { expected })) ?? {};
    expect(cutovers).toMatchObject({ vms: 13, site: 'lyon' });
    expect(cutovers?.estimate).toMatchObject({
      atOnce: 10,
      waves: [
        { name: 'pilot', vms: 12, p50: 2 * MINUTE, p95: 4 * MINUTE },
        { name: 'core', vms: 1, p50: MINUTE, p95: 2 * MINUTE },
      ],
      p50: 3 * MINUTE,
      p95: 6 * MINUTE,
    });
  });

  it('is counted by the limits as they are now: those of the site, and the share of the run', () => {
    const atOnce = (share: number | null, now: number | null) =>
      forecastOf(report(herd, { expected: { ...expected, share } }), now)?.cutovers?.estimate?.atOnce;
    expect([atOnce(null, 3), atOnce(2, 3), atOnce(5, 3), atOnce(4, null)]).toEqual([3, 2, 3, 4]);
  });

  it('is not known, rather than guessed, where nothing was measured, and for copies that have not begun', () => {
    const run = report([copying('web1', 600), copying('web2', 90), copying('web3', null), vm('web4')]);
    expect(forecastOf(run)).toEqual({
      cutovers: { vms: 4, site: null, estimate: null },
      copies: { vms: 4, unknown: 2, left: 10 * MINUTE },
    });
  });

  it('is no cutover of what is home again, and is turned round once more', () => {
    const turned = { state: 'running', step: 'resync' } as const;
    const vms = [vm('web1', turned), vm('web2', { ...turned, outageSeconds: 90, downSince: null })];
    expect(forecastOf(report(vms, { kind: 'failback' }))?.cutovers).toMatchObject({ vms: 1 });
  });

  it('of a vApp is of all of its VMs', () => {
    const vms = ['a', 'b', 'c'].map((id) => ({ id, name: id, replicationId: null }));
    const { estimate } = forecastOf(report([waiting('crm', { vms })], { expected }), 2)?.cutovers ?? {};
    expect(estimate).toMatchObject({ waves: [{ vms: 3 }], p50: 2 * MINUTE });
  });

  it('is nothing of a run that is over, of a drill, and no cutover of what is only protected', () => {
    expect(forecastOf(report(herd, { expected, finishedAt: '2026-12-05T23:00:00.000Z' }))).toBeNull();
    expect(forecastOf(report(herd, { kind: 'drill' }))).toBeNull();
    expect(forecastOf(report([waiting('web1')], { kind: 'protect' }))).toEqual({ cutovers: null, copies: null });
  });
});

describe('the cutover of a VM', () => {
  const each = { p50: MINUTE, p95: 2 * MINUTE };
  const copy = (seconds: number) => ({
    copy: { lagSeconds: 30, delta: { bytes: 2 ** 30, seconds }, seenAt: '2026-12-05T21:00:00.000Z' },
  });

  it('takes longer than most where its last delta did', () => {
    expect(cutoverOf({}, each)).toEqual(each);
    expect(cutoverOf(copy(20), each)).toEqual(each);
    expect(cutoverOf(copy(300), each)).toEqual({ p50: 5 * MINUTE, p95: 6 * MINUTE });
  });
});

describe('what came of the cutovers of a run', () => {
  function cut(name: string, from: number, to: number, change: Partial<OperationRecord> = {}) {
    const at = (second: number) => new Date(Date.parse('2026-12-05T21:00:00Z') + second * 1_000).toISOString();
    const operation = { kind: 'migrate', operationId: name, taskId: 't', adopted: false, result: 'succeeded' } as const;
    const operations = [{ ...operation, submittedAt: at(from), finishedAt: at(to), ...change }];
    return vm(name, { state: 'succeeded', step: 'done', operations });
  }

  it('stands beside what was expected when it began', () => {
    const vms = [cut('web1', 0, 60), cut('web2', 30, 90), cut('web3', 600, 700)];
    expect(cutoversCompared(report(vms, { expected: { ...expected, share: 2 } }))).toEqual({
      expected: {
        site: 'lyon',
        count: 20,
        p50Seconds: 60,
        p95Seconds: 120,
        atOnce: 2,
        all: { p50Seconds: 120, p95Seconds: 240 },
      },
      // Between the second and the third nothing was under way.
      measured: { count: 3, p50Seconds: 60, p95Seconds: 100, underWaySeconds: 190 },
    });
  });

  it('is counted once for a vApp, and not of one that was found or has failed', () => {
    const vms = [
      cut('web1', 0, 60),
      cut('web1', 0, 60),
      cut('web2', 0, 10, { adopted: true }),
      cut('web3', 0, 10, { result: 'failed' }),
    ];
    expect(cutoversCompared(report(vms))).toMatchObject({ expected: null, measured: { count: 1 } });
    expect(cutoversCompared(report([vm('web1')]))).toBeNull();
  });
});
