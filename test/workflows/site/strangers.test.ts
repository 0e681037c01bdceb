/** Whoever may write to the namespace can send anything under the name of a message: it harms nobody. */
import { expect } from '@jest/globals';
import * as messages from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';

const SIGNALS = Object.values(messages).flatMap((one) =>
  typeof one === 'object' && one !== null && 'type' in one && one.type === 'signal' ? [one.name] : [],
);
const UPDATES = Object.values(messages).flatMap((one) =>
  typeof one === 'object' && one !== null && 'type' in one && one.type === 'update' ? [one.name] : [],
);
const JUNK: unknown[][] = [[], [null], [{}], ['junk'], [[]], [{ run: 'r', unit: 'u', slot: 'sync' }]];

async function sendJunk(lab: Lab, workflowId: string): Promise<void> {
  const handle = lab.client.workflow.getHandle(workflowId);
  for (const name of SIGNALS) for (const args of JUNK) await handle.signal(name, ...args);
  for (const name of UPDATES) {
    if (name === messages.cancelUpdate.name || name === messages.resumeUpdate.name) continue;
    for (const args of [[null], ['junk'], [7]])
      await handle.executeUpdate(name, { args: args as [] }).catch(() => undefined);
  }
}

describe('what is no message', () => {
  it.concurrent('stops neither a run, nor its VM, nor its site', () =>
    withLab({ vms: 1, speed: 20 }, async (lab) => {
      const plan = lab.plan();
      const { run, result } = await lab.start(plan);
      const { control } = lab.simulator;
      await until(
        async () => control.ledger(),
        (entries) => entries.some(({ kind }) => kind === 'start'),
      );
      // All of them are there for as long as junk is sent.
      control.setSpeed(0.01);
      for (const id of [
        runWorkflowId(run),
        vmWorkflowId(lab.source, plan.waves[0]?.vms[0]?.id ?? ''),
        siteWorkflowId(lab.destination),
      ])
        await sendJunk(lab, id);
      control.setSpeed(500);
      const done = await result();
      expect(done).toMatchObject({ state: 'succeeded', totals: { succeeded: 1 } });
      expect(lab.wrongWith(done)).toEqual([]);
    }));
});
