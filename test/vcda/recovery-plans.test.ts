import { describe, expect, it } from '@jest/globals';
import { failureOf, withSimulator } from './support/client.js';

describe('VCDA’s own recovery plans', () => {
  it('are read with their steps in order', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addRecoveryPlan('lyon', {
        id: 'plan-1',
        displayName: 'CRM',
        description: 'all of it',
        state: 'SUSPENDED',
        steps: [
          { id: 'step-1', name: 'databases', delay: 60_000, prompt: null, replications: ['C4-1'] },
          { id: 'step-2', name: 'web', delay: 0, prompt: 'Is the database up?', replications: ['C4-2', 'C4-3'] },
        ],
      });
      const { list, get, steps, step } = lyon.recoveryPlans;
      expect(await list()).toEqual([expect.objectContaining({ id: 'plan-1', displayName: 'CRM', state: 'SUSPENDED' })]);
      expect(await get('plan-1')).toMatchObject({ description: 'all of it', executionInfo: { promptStepId: null } });
      expect((await steps('plan-1')).map(({ id, sequence }) => [id, sequence])).toEqual([
        ['step-1', 1],
        ['step-2', 2],
      ]);
      expect(await step('plan-1', 'step-2')).toMatchObject({
        prompt: 'Is the database up?',
        replications: ['C4-2', 'C4-3'],
      });
      expect(await failureOf(get('no such'))).toMatchObject({ status: 404 });
      expect(await failureOf(step('plan-1', 'no such'))).toMatchObject({ status: 404 });
    });
  });
});
