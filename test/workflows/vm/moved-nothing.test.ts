/** A migrate whose task ends well and that moves nothing: its source is asked for, and what it has left off is not forgotten. */
import { expect } from '@jest/globals';
import { cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { Plan } from '../../../plan/types.js';
import { type Lab, withLab } from '../../support/lab.js';
import { shows } from '../../support/shows.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { vmReport } from '../../support/vm-report.js';

const CUTOVER: Plan['cutover'] = { approval: 'none', window: null, powerOn: 'asSource', consolidate: false };

/** @param stage at whose end it stops; absent: before anything has happened */
function movesNothing(lab: Lab, stage?: string): void {
  const error = { code: 'GeneralServerFailure', msg: 'made up' };
  const task = { members: { state: 'SUCCEEDED', error: null } };
  lab.simulator.control.addFaults(
    { operation: 'migrate', kind: 'fail-task', error, ...(stage === undefined ? {} : { stage }) },
    { operation: 'migrate', kind: 'odd-task', task },
  );
}

const idOf = (lab: Lab) => vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[0]?.id ?? '');

describe('a migrate that succeeded and moved nothing', () => {
  it.concurrent('proves nothing of its source, which is on and not down; meanwhile it is said how long it is looked at', () =>
    withLab({ vms: 1 }, async (lab) => {
      movesNothing(lab);
      const { result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const seen = await until(
        () => vmReport(lab, idOf(lab)),
        (vm) => vm?.retrying?.code === 'NotRecovered',
      );
      const { since, until: ends } = seen?.retrying ?? {};
      expect(Date.parse(ends ?? '') - Date.parse(since ?? '')).toBe(75_000);
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ error: { code: 'NotRecovered' }, source: { power: 'on' }, downSince: null });
      expect(vm?.error?.message).toMatch(/Its source is on: .*lists it as on/);
      expect(vm?.error?.message).not.toContain('moved it');
    }));

  it.concurrent('and left its source off is told by a later run, while that is held and when it is cancelled', () =>
    withLab({ vms: 1 }, async (lab) => {
      movesNothing(lab, 'recover');
      const [failed] = (await (await lab.start(lab.plan({ cutover: CUTOVER }))).result()).vms;
      expect(failed).toMatchObject({ error: { code: 'NotRecovered' }, source: { power: 'off', before: 'on' } });
      expect(failed?.downSince).toEqual(expect.any(String));
      shows(lab, { dataConnectionState: 'BENDING' });
      const { run, result } = await lab.start(lab.plan({ cutover: CUTOVER }));
      const held = await until(
        () => vmReport(lab, idOf(lab)),
        (vm) => vm?.error?.code === 'UnknownState',
      );
      expect(held?.downSince).toBe(failed?.downSince);
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
      const [vm] = (await result()).vms;
      expect(vm).toMatchObject({ state: 'cancelled', source: { power: 'off', before: 'on' } });
      expect(vm?.downSince).toBe(failed?.downSince);
    }));
});
