/** The same run under everything that the documents leave open, each alternative alone, and with lost answers on top. */
import { describe, expect, it } from '@jest/globals';
import { type Assumptions, assumptionTable, simulatedVms } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';

const ALTERNATIVES = Object.entries(assumptionTable).flatMap(([name, row]) =>
  row.alternatives.map((value) => [name, value] as const),
);

/** A call that both kinds of fault strike is lost before it arrives. */
const [answerLost, requestLost] = simulatedVms({ vms: 2 }).map(({ id }) => id);

/** What is met on the way of every VM; the others matter to drills and ways home, which have tests of their own. */
const SHORT: string[] = [
  'operationIdFilter',
  'tasksVisibleAfter',
  'tasksForgottenAfter',
  'unknownTaskState',
  'startTaskNamesVm',
  'replicationVisible',
  'conflict',
  'wrongState',
];

describe('when the site behaves otherwise than assumed', () => {
  it.concurrent.each(inShort(ALTERNATIVES, ([name]) => SHORT.includes(name)))(
    '%s = %s: each VM is still moved once',
    (name, value) =>
      withLab({ vms: 2, assumptions: { [name]: value } as Partial<Assumptions> }, async (lab) => {
        lab.simulator.control.addFaults(
          ...['start', 'migrate'].flatMap((operation) => [
            { operation, kind: 'reset-after' as const, times: 1, vmId: answerLost },
            { operation, kind: 'reset-before' as const, times: 1, vmId: requestLost },
          ]),
        );
        const { result } = await lab.start(lab.plan());
        const report = await result();
        expect(report.vms.map(({ error }) => error)).toEqual([null, null]);
        expect(lab.wrongWith(report)).toEqual([]);
      }),
  );

  const BLIND: Partial<Assumptions> = {
    operationIdFilter: 'ignored',
    replicationVisible: 'taskEnd',
    startTaskNamesVm: false,
  };

  it.concurrent('a site where nothing tells a start from another: Drover waits for the task to end, then knows', () =>
    withLab({ vms: 2, speed: 20, assumptions: BLIND }, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      const { result } = await lab.start(lab.plan());
      const report = await result();
      expect(report.totals.succeeded).toBe(2);
      expect(lab.wrongWith(report)).toEqual([]);
    }));

  it.concurrent('and where the task does not end: it waits for a person rather than guess, and says so', () =>
    withLab({ vms: 1, speed: 0.01, assumptions: BLIND, site: { reconcile: { settle: 500 } } }, async (lab) => {
      lab.simulator.control.addFaults({ operation: 'start', kind: 'reset-after', times: 1 });
      const { report } = await lab.start(lab.plan());
      const held = await until(report, (r) => r.state === 'paused');
      expect(`${held.pausedBecause} ${held.pausedAdvice}`).toMatch(
        /whether the start of vm-001 .* cannot be told.*drover resume/,
      );
      expect(lab.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(1);
    }));
});
