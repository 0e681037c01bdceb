/** What cutovers are expected to take, by those that were measured. */
import { describe, expect, it } from '@jest/globals';
import { cutoversOf, estimateOf, lengthsOf } from '../../contract/lengths.js';

const EACH = { count: 20, p50: 60_000, p95: 120_000 };

describe('lengths that were measured', () => {
  it('tell what half of them, and 95 of 100, did not exceed', () => {
    const seconds = Array.from({ length: 20 }, (_, n) => 20 - n);
    expect(lengthsOf(seconds)).toEqual({ count: 20, p50: 10_000, p95: 19_000 });
  });

  it('tell nothing where there are few', () => {
    expect(lengthsOf([1, 2, 3, 4])).toBeNull();
    expect(lengthsOf([1, 1, 1, 1, 9])).toEqual({ count: 5, p50: 1_000, p95: 9_000 });
  });
});

describe('the estimate of a run', () => {
  it('counts rounds of as many as may run at once, wave by wave', () => {
    const waves = [
      { name: 'pilot', vms: 2 },
      { name: 'rest', vms: 25 },
    ];
    expect(estimateOf(waves, EACH, 10)).toEqual({
      each: EACH,
      atOnce: 10,
      waves: [
        { name: 'pilot', vms: 2, p50: 60_000, p95: 120_000 },
        { name: 'rest', vms: 25, p50: 180_000, p95: 360_000 },
      ],
      p50: 240_000,
      p95: 480_000,
    });
  });

  it('is of where the VMs are cut over, which a failback does at home', () => {
    const plan = (kind: 'migrate' | 'failback' | 'protect' | 'failover', planned = false) =>
      cutoversOf({ kind, ...SITES, recovery: { instance: 'latest', planned } });
    expect(plan('migrate')).toEqual({ site: 'lyon', kind: 'migrate' });
    expect(plan('failback')).toEqual({ site: 'paris', kind: 'migrate' });
    expect(plan('protect')).toBeNull();
    expect(plan('failover')).toEqual({ site: 'lyon', kind: 'failover' });
    expect(plan('failover', true)).toEqual({ site: 'lyon', kind: 'migrate' });
  });
});

const SITES = { source: { site: 'paris' }, destination: { site: 'lyon', storageProfile: '*' } };
