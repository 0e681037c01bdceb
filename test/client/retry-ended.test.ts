/** A failover that is begun anew is begun with open eyes as well. */
import { describe, expect, it } from '@jest/globals';
import { RunExists } from '../../client/errors.js';
import { retryEnded } from '../../client/retry-ended.js';
import type { Session } from '../../client/session.js';
import type { Plan } from '../../plan/types.js';
import { aPlan, aVm, aWave } from '../support/plans.js';
import { report, vm } from '../support/reports.js';

/** Whoever is asked anything is told of it. */
const unused = new Proxy(
  {},
  {
    get() {
      throw new Error('something was begun');
    },
  },
) as Session;

const over = report([vm('a', { state: 'failed' }), vm('b', { state: 'succeeded' })], { state: 'failed' });
const planOf = (kind: Plan['kind']) =>
  aPlan({ kind, waves: [aWave('all', ...over.vms.map(({ id, name }) => aVm(name, { id })))] });

describe('what failed in a run that is over', () => {
  it('is failed over again only when somebody agrees, who is told which VMs and under which id', async () => {
    const asked: unknown[] = [];
    async function agree(plan: Plan, run: string): Promise<void> {
      asked.push([run, plan.waves.flatMap(({ vms }) => vms.map(({ name }) => name))]);
      throw new RangeError('no');
    }
    await expect(retryEnded(unused, planOf('failover'), over, {}, { agree })).rejects.toThrow(RangeError);
    expect(asked).toEqual([[`${over.run}-retry`, ['a']]]);
    // What takes nobody by surprise is not asked about.
    await expect(retryEnded(unused, planOf('migrate'), over, {}, { agree })).rejects.toThrow('something was begun');
    expect(asked).toHaveLength(1);
  });

  it('is told to have been tried again where that run exists, whoever notices', async () => {
    const id = `${over.run}-retry`;
    const it = { name: 'p1', kind: 'failover' };
    const exists = () => Promise.reject(new RunExists(id, it, it));
    await expect(retryEnded(unused, planOf('failover'), over, {}, { agree: exists })).rejects.toThrow(
      `what failed of it was tried again as run ${id}; what failed there: drover retry ${id}`,
    );
  });
});
