import { describe, expect, it } from '@jest/globals';
import { asKind, nameAsKind } from '../../client/as-kind.js';
import { NotConfirmed, planned, withInstances } from '../../client/index.js';
import type { Plan } from '../../plan/types.js';
import { aPlan, aVm, aWave } from '../support/plans.js';

const migration = aPlan({
  name: 'crm',
  limits: { cutovers: 2 },
  cutover: {
    approval: 'wave',
    window: { opens: '2026-12-05T21:00:00.000Z', closes: '2026-12-06T04:00:00.000Z', missed: 'fail', begun: 'finish' },
    powerOn: true,
    consolidate: false,
  },
  recovery: { instance: { before: '2026-12-05T20:00:00.000Z' } },
  stopAfter: { count: 2 },
  keepReplication: true,
  waves: [aWave('pilot', aVm('web1'))],
});

describe('a plan as one of another kind', () => {
  it('keeps its VMs and limits, and loses a window that was agreed for another cutover', () => {
    expect(asKind(migration, 'failover')).toEqual({
      ...migration,
      kind: 'failover',
      cutover: { ...migration.cutover, window: null },
    });
  });

  it('of the same kind stays as it is, window and all', () => {
    const failover: Plan = { ...migration, kind: 'failover' };
    expect(asKind(failover, 'failover')).toBe(failover);
    expect(nameAsKind(failover, 'failover')).toBe('crm');
  });

  it.each(['reverse', 'failback'] as const)('%s needs the word of a person or of the plan', (kind) => {
    expect(() => asKind(migration, kind)).toThrow(NotConfirmed);
    expect(asKind(migration, kind, 'removes-source')).toMatchObject({ kind, confirm: 'removes-source' });
    expect(asKind({ ...migration, confirm: 'removes-source' }, kind)).toMatchObject({ kind });
  });

  it('takes no VM down by a reverse, so that nothing is to be approved, and no older instance is taken', () => {
    expect(asKind(migration, 'reverse', 'removes-source')).toMatchObject({
      cutover: { approval: 'none', window: null },
      recovery: { instance: 'latest' },
    });
    expect(asKind(migration, 'failback', 'removes-source').cutover.approval).toBe('wave');
  });

  it.each(['reverse', 'failback'] as const)('%s takes VMs as they are, whatever a failover of them chose', (kind) => {
    const [vm] = migration.waves[0]?.vms ?? [];
    const chosen = withInstances(planned(migration), { waves: { pilot: { before: '2026-12-05T20:00:00.000Z' } } });
    expect(chosen.waves[0]?.vms[0]).toHaveProperty('instance');
    const { recovery, waves } = asKind(chosen, kind, 'removes-source');
    expect({ recovery, vms: waves[0]?.vms }).toEqual({ recovery: { instance: 'latest' }, vms: [vm] });
  });

  it('is no planned one once instances are chosen, which a vApp has not got', () => {
    const before = { before: '2026-12-05T20:00:00.000Z' };
    expect(withInstances(planned(migration), { all: before }).recovery).toEqual({ instance: before });
    const crm = aVm('crm', { id: 'vapp:crm' });
    const both = aPlan({ kind: 'failover', waves: [aWave('db', aVm('db1')), aWave('app', crm)] });
    expect(() => withInstances(both, { all: before })).toThrow('vApp crm of plan exit is recovered as it was last');
    expect(withInstances(both, { waves: { db: before } }).waves[1]?.vms).toEqual([crm]);
  });

  it('gets a run id of its own on the day of the plan itself', () => {
    expect(nameAsKind(migration, 'reverse')).toBe('crm-reverse');
  });
});
