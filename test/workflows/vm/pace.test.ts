/** How a step whose task has failed is done again: at the pace of its row of the error table, as a call is. */
import { describe, expect, it } from '@jest/globals';
import { vmReportQuery } from '../../../contract/messages.js';
import { vmWorkflowId } from '../../../contract/names.js';
import { errorRules } from '../../../vcda/index.js';
import { Pace } from '../../../workflows/vm/steps/pace.js';
import { inShort } from '../../support/in-short.js';
import { withLab } from '../../support/lab.js';
import { until } from '../../support/until.js';

const HOUR = 60 * 60_000;
const rules = errorRules();

/** All pauses until the row gives up, when each task fails at once. */
function pausesOf(code: string): number[] {
  const pace = new Pace();
  const pauses: number[] = [];
  let now = 1_000_000;
  for (;;) {
    const next = pace.next({ code, retry: rules({ code }).retry }, now);
    if (next === null) return pauses;
    pauses.push(next.pause);
    now += next.pause;
  }
}

const sum = (all: number[]): number => all.reduce((total, one) => total + one, 0);

describe('a step whose task failed with a code that may pass', () => {
  it.each([
    ['OperationInProgress', 10_000, HOUR],
    ['GeneralServerFailure', 2_000, 2 * HOUR],
    ['RemoteSiteUnreachable', 2_000, 24 * HOUR],
  ])('%s is done again for as long as a call that is answered so', (code, first, patience) => {
    const pauses = pausesOf(code);
    expect(pauses.slice(0, 3)).toEqual([first, 2 * first, 4 * first]);
    expect(sum(pauses)).toBe(patience);
    expect(Math.max(...pauses.slice(0, 40))).toBe(60_000);
    // A VM's history must bear it.
    expect(pauses.length).toBeLessThan(300);
  });

  it('has the patience of each row from the first task that this row ended', () => {
    const pace = new Pace();
    const busy = { code: 'OperationInProgress', retry: rules({ code: 'OperationInProgress' }).retry };
    pace.next({ code: 'RemoteSiteUnreachable', retry: rules({ code: 'RemoteSiteUnreachable' }).retry }, 0);
    expect(pace.next(busy, 2 * HOUR)).toMatchObject({ pause: 10_000, tries: 1, since: 2 * HOUR });
    expect(pace.next(busy, 3 * HOUR)).toBeNull();
  });

  // The most is at stake in a cutover.
  it.concurrent.each(inShort(['start', 'delete', 'migrate'], (operation) => operation === 'migrate'))(
    '%s: does not fail its VM after five tries, and says so meanwhile',
    (operation) =>
      withLab({ vms: 1, errors: { OperationInProgress: { retry: { initial: 300, max: 500 } } } }, async (lab) => {
        const error = { code: 'OperationInProgress', msg: 'somebody syncs it' };
        lab.simulator.control.addFaults({ operation, kind: 'fail-task', error });
        const plan = lab.plan();
        const { result } = await lab.start(plan);
        const vm = lab.client.workflow.getHandle(vmWorkflowId(lab.source, plan.waves[0]?.vms[0]?.id ?? ''));
        const { retrying } = await until(
          () => vm.query(vmReportQuery).catch(() => ({ retrying: null })),
          (said) => said.retrying != null,
        );
        expect(retrying).toMatchObject({
          code: error.code,
          message: expect.stringContaining(error.msg),
          tries: expect.any(Number),
          until: expect.any(String),
        });
        const sent = () => lab.simulator.control.ledger().filter(({ kind }) => kind === operation);
        await until(
          async () => sent().filter(({ outcome }) => outcome === 'failed').length,
          (failed) => failed >= 6,
        );
        lab.simulator.control.clearFaults();
        const report = await result();
        expect(report.vms[0]?.error).toBeNull();
        expect(report.state).toBe('succeeded');
        expect(report.vms[0]?.retrying ?? null).toBeNull();
        const outcomes = sent().map(({ outcome }) => outcome);
        expect(outcomes).toEqual([...Array(outcomes.length - 1).fill('failed'), 'succeeded']);
      }),
  );
});
