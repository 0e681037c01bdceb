/** Which protected VMs count as drilled: by their own id or that of their replication, by what succeeded, and until when. */
import { describe, expect, it } from '@jest/globals';
import { coverageOf } from '../../client/drills/drill-coverage.js';
import type { DrilledUnit } from '../../contract/evidence.js';
import type { ListedReplication } from '../../contract/listed-replication.js';

const SINCE = { since: '2026-09-01T00:00:00.000Z', askedSince: '2026-01-01T00:00:00.000Z' };

const protection = (name: string, change: Partial<ListedReplication> = {}) =>
  ({
    id: `C4-${name}`,
    vm: { id: `id-${name}`, name },
    source: 'paris',
    destination: 'lyon',
    kind: 'protection',
    recovery: 'NOT_STARTED',
    ...change,
  }) as ListedReplication;

const drilled = (name: string, month: string, change: Partial<DrilledUnit> = {}): DrilledUnit => ({
  run: `crm-${month}`,
  execution: 'e',
  vm: `id-${name}`,
  replicationId: `C4-${name}`,
  state: 'succeeded',
  finishedAt: `2026-${month}-05T00:00:00.000Z`,
  ...change,
});

const missing = (found: ListedReplication[], units: DrilledUnit[]) =>
  coverageOf(found, units, SINCE).missing.map(({ vm, drilled: last, tried }) => [
    vm.name,
    last?.run ?? null,
    tried === null ? null : `${tried.run} ${tried.state}`,
  ]);

describe('the coverage of drills', () => {
  it('counts a drill that has proved the VM, for as long as it counts', () => {
    const units = [drilled('old', '05'), drilled('new', '10')];
    expect(missing([protection('old'), protection('new'), protection('never')], units)).toEqual([
      ['never', null, null],
      ['old', 'crm-05', null],
    ]);
  });

  it('counts none in which the VM failed, and says so', () => {
    const units = [drilled('web', '05'), drilled('web', '10', { state: 'failed' })];
    expect(missing([protection('web')], units)).toEqual([['web', 'crm-05', 'crm-10 failed']]);
  });

  it('knows a VM by its replication, since a round trip gives it another id', () => {
    expect(missing([protection('db', { vm: { id: 'another', name: 'db' } })], [drilled('db', '10')])).toEqual([]);
  });

  it('is of protections alone, of those that were not recovered', () => {
    const others = [protection('a', { kind: 'migration' }), protection('b', { recovery: 'COMPLETE' })];
    expect(coverageOf(others, [], SINCE)).toMatchObject({ protected: 0, missing: [] });
  });
});
