import { describe, expect, it } from '@jest/globals';
import { asKind, nameAsKind } from '../../client/as-kind.js';
import { NotConfirmed } from '../../client/index.js';
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

  it('gets a run id of its own on the day of the plan itself', () => {
    expect(nameAsKind(migration, 'reverse')).toBe('crm-reverse');
  });
});
