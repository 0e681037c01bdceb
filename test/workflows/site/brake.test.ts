/** The brake of a site, put on between a place that was given and what is sent for it. */
import { expect } from '@jest/globals';
import { executionOfAct } from '../../../contract/act.js';
import {
  approveUpdate,
  resumeUpdate,
  setSiteUpdate,
  siteShownQuery,
  siteStatusQuery,
} from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import { type Lab, withLab } from '../../support/lab.js';
import { listening } from '../../support/listening.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

const kinds = (lab: Lab, kind: string) => lab.simulator.control.ledger().filter((entry) => entry.kind === kind);
const site = (lab: Lab) => lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
const status = (lab: Lab) =>
  site(lab)
    .query(siteStatusQuery)
    .catch(() => null);
const brake = (lab: Lab, on: boolean) =>
  site(lab).executeUpdate(setSiteUpdate, { args: [{ brake: on, by: { actor: 'ann', command: null } }] });

describe('the brake of a site', () => {
  it.concurrent('stops a start that has its place already and was not sent; it waits with the others, and nothing is lost', () =>
    withLab({ vms: 1 }, async (lab) => {
      const { control } = lab.simulator;
      // Each attempt looks for its operation first.
      control.addFaults({ site: lab.destination, operation: 'tasks', kind: 'status', status: 503 });
      const { result } = await lab.start(lab.plan());
      await until(
        () => status(lab),
        (seen) => seen?.holders.length === 1,
      );
      expect(await brake(lab, true)).toMatchObject({ by: 'ann', message: expect.stringContaining('is on') });
      control.clearFaults();
      await until(
        () => status(lab),
        (seen) => seen?.holders.length === 0 && seen.queue.length === 1,
      );
      expect(kinds(lab, 'start')).toEqual([]);
      await brake(lab, false);
      const { acts } = await site(lab).query(siteShownQuery);
      const of = { run: siteWorkflowId(lab.destination), execution: executionOfAct(acts[0] ?? { id: '' }) };
      const kept = await until(
        async () => (await lab.store.acts(of, null)).acts,
        (all) => all.length === 2,
      );
      expect(kept.map(({ act, actor, after }) => [act, actor, after !== null])).toEqual([
        ['brake', 'ann', true],
        ['brake', 'ann', true],
      ]);
      const ended = await result();
      expect(ended).toMatchObject({ state: 'succeeded', totals: { succeeded: 1 } });
      expect(lab.wrongWith(ended)).toEqual([]);
    }));

  it.concurrent('is named by who approves, resumes and looks, whose VMs cannot go on now', () =>
    withLab({ vms: 2 }, async (lab) => {
      const { run, report, result } = await lab.start(
        lab.plan({
          priority: 'high',
          cutover: { approval: 'wave', window: null, powerOn: true, consolidate: false },
        }),
      );
      await until(report, (r) => r.vms.every(({ waitingFor }) => waitingFor === 'approval'));
      await brake(lab, true);
      const handle = lab.client.workflow.getHandle(runWorkflowId(run));
      // Who acts waits no longer than seconds for what the site says of its brake.
      const braked = new RegExp(`^Approved wave \\S+: 2 VMs wait for the brake of site ${lab.destination}$`);
      await until(
        () => handle.executeUpdate(approveUpdate, { args: [{}] }),
        ({ message }) => braked.test(message),
      );
      const goesOn = `The run goes on; the brake of site ${lab.destination} is on, so that nothing begins there`;
      await until(
        () => handle.executeUpdate(resumeUpdate, { args: [{}] }),
        ({ message }) => message === goesOn,
      );
      await listening(lab);
      await withDrover(lab, async (drover) => {
        const look = () => drover.run(run).overview();
        const { attention } = await until(look, (seen) => seen.vms.every(({ waitingFor }) => waitingFor === 'brake'));
        expect(attention).toEqual([
          {
            kind: 'brake',
            message: expect.stringMatching(
              new RegExp(`^The brake of site ${lab.destination} is on since .*, by ann\\. 2 VMs wait for it\\.$`),
            ),
            next: `drover site brake ${lab.destination} off`,
          },
        ]);
        const { runs } = await drover.list({ limit: null });
        expect(runs.find((one) => one.run === run)?.brakes).toEqual([lab.destination]);
        expect((await drover.site(lab.destination).show()).runs).toMatchObject([{ run, waiting: 2, priority: 'high' }]);
        // A person is needed.
        expect((await drover.run(run).until('done', { timeout: 360_000 })).needed).toHaveLength(1);
      });
      expect(kinds(lab, 'migrate')).toEqual([]);
      await brake(lab, false);
      expect(await result()).toMatchObject({ state: 'succeeded' });
    }));

  it.concurrent('and a smaller number stop nothing that runs, and hold back what is new', () =>
    withLab({ vms: 3, speed: 0.01 }, async (lab) => {
      const { control } = lab.simulator;
      const { result } = await lab.start(lab.plan({ limits: { syncs: 2 } }));
      await until(
        async () => kinds(lab, 'start').length,
        (count) => count === 2,
      );
      await site(lab).executeUpdate(setSiteUpdate, { args: [{ limits: { syncs: 1, cutovers: 1 } }] });
      // The third asks for its place when it likes.
      const seen = await until(
        () => status(lab),
        (one) => one?.queue.length === 1,
      );
      expect(seen).toMatchObject({ limits: { syncs: 1, cutovers: 1 }, holders: [{}, {}], queue: [{}] });
      await brake(lab, true);
      control.setSpeed(200);
      await until(
        () => status(lab),
        (seen) => seen?.watches.length === 0 && seen.queue.length === 3,
      );
      expect([kinds(lab, 'start').length, kinds(lab, 'migrate').length]).toEqual([2, 0]);
      await brake(lab, false);
      const ended = await result();
      expect(ended).toMatchObject({ state: 'succeeded', totals: { succeeded: 3 } });
      expect(lab.wrongWith(ended)).toEqual([]);
    }));
});
