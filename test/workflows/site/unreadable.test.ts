/** One item of each list of a site cannot be read, for as long as the run lasts: no VM waits for it. */
import { expect } from '@jest/globals';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';

describe('lists of which the first item cannot be read', () => {
  it.concurrent.each(
    inShort(['null', 'text', 'no-id', 'wrong-types'] as const, (as) => as === 'null' || as === 'no-id'),
  )('(%s) hold no VM up', (as) =>
    withLab({ vms: 2, assumptions: { operationIdFilter: 'ignored' } }, async (lab) => {
      const lists = ['inventory', 'tasks', 'sites', 'replications'];
      lab.simulator.control.addFaults(...lists.map((operation) => ({ kind: 'unreadable' as const, as, operation })));
      const { result } = await lab.start(lab.plan());
      const report = await result();
      expect(report.vms.map(({ state, error }) => ({ state, error }))).toEqual(
        report.vms.map(() => ({ state: 'succeeded', error: null })),
      );
      expect(lab.wrongWith(report)).toEqual([]);
    }),
  );

  it.concurrent('hold no VM up at a site that ignores which ids it is asked for', () =>
    withLab({ vms: 2, assumptions: { taskIdsFilter: 'ignored' } }, async (lab) => {
      lab.simulator.control.addFaults({ kind: 'unreadable', as: 'null', operation: 'tasks' });
      const { result } = await lab.start(lab.plan());
      const report = await result();
      expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
      expect(lab.wrongWith(report)).toEqual([]);
    }));
});
