/** The same run under everything that the documents leave open, each alternative alone, and with lost answers on top. */
import { describe, expect, it } from '@jest/globals';
import { type Assumptions, assumptionTable } from '../../simulator/index.js';
import { withLab } from '../support/lab.js';

const ALTERNATIVES = Object.entries(assumptionTable).flatMap(([name, row]) =>
  row.alternatives.map((value) => [name, value] as const),
);

describe('when the site behaves otherwise than assumed', () => {
  it.concurrent.each(ALTERNATIVES)('%s = %s: each VM is still moved once', (name, value) =>
    withLab({ vms: 3, assumptions: { [name]: value } as Partial<Assumptions> }, async (lab) => {
      lab.simulator.control.addFaults(
        ...['start', 'migrate'].map((operation) => ({ operation, kind: 'reset-after' as const, times: 1 })),
        ...['start', 'migrate'].map((operation) => ({ operation, kind: 'reset-before' as const, times: 1 })),
      );
      const { result } = await lab.start(lab.plan());
      const report = await result();
      expect(report.vms.map(({ error }) => error)).toEqual([null, null, null]);
      expect(lab.wrongWith(report)).toEqual([]);
    }),
  );
});
