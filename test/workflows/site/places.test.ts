/** The places of a site that nobody may lose sight of: when its workflow is terminated, and when a copy sends nothing. */
import { expect } from '@jest/globals';
import { cancelUpdate, setSiteUpdate, siteStatusQuery } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId } from '../../../contract/names.js';
import type { SiteStatus } from '../../../contract/site.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { slowCopies } from '../../support/slow-copies.js';
import { until } from '../../support/until.js';

/** No VM asks by itself. */
const POLLED_ALONE = { interval: 100, selfCheck: 24 * 60 * 60_000 };

const starts = (lab: Lab) => lab.simulator.control.ledger().filter(({ kind }) => kind === 'start');

const isCopying = ({ phase, replicationId }: SiteStatus['watches'][number]): boolean =>
  phase === 'sync' && replicationId !== null;

const namesOf = (all: SiteStatus['queue']): string[] => all.map(({ vm }) => vm.name).sort();

describe('the workflow of a site that somebody terminates', () => {
  it.concurrent('is begun anew by itself, and knows limits, brake, holders and who waits', () =>
    withLab(
      { vms: 3, site: { polling: POLLED_ALONE, limits: { syncs: 9, cutovers: 9, requestsPerSecond: 500 } } },
      async (lab) => {
        const { control } = lab.simulator;
        control.setSpeed(0.01);
        const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
        const status = () => site.query(siteStatusQuery).catch(() => null);
        const { result } = await lab.start(lab.plan({ limits: { syncs: 1 } }));
        const before = await until(status, (seen) => seen?.holders.length === 1 && seen.queue.length === 2);
        await until(
          async () => starts(lab),
          (seen) => seen.length === 1,
        );
        await site.executeUpdate(setSiteUpdate, { args: [{ brake: true, limits: { cutovers: 1 } }] });
        await site.terminate('by a person');

        // Whoever waits tells it again, one after the other.
        const after = await until(
          status,
          (seen) =>
            seen !== null &&
            seen.watches.length > 0 &&
            namesOf(seen.holders).join() === namesOf(before?.holders ?? []).join() &&
            namesOf(seen.queue).join() === namesOf(before?.queue ?? []).join(),
        );
        expect(after).toMatchObject({ brake: true, limits: { syncs: 9, cutovers: 1 } });
        // With the brake on nothing begins, though places get free.
        control.setSpeed(500);
        await until(status, (seen) => seen?.holders.every(({ slot }) => slot !== 'sync') === true);
        expect(starts(lab)).toHaveLength(1);

        await site.executeUpdate(setSiteUpdate, { args: [{ brake: false }] });
        const ended = await result();
        expect(ended.totals).toMatchObject({ succeeded: 3 });
        expect(lab.wrongWith(ended)).toEqual([]);
      },
    ));
});

describe('the place of a copy that sends nothing', () => {
  it.concurrent('is lent on, and counts again when the copy goes on', () =>
    withLab(
      { vms: 2, site: { polling: POLLED_ALONE, limits: { syncs: 1, cutovers: 3, requestsPerSecond: 500 } } },
      async (lab) => {
        const { control } = lab.simulator;
        const endCopies = slowCopies(lab);
        const { result } = await lab.start(lab.plan({ stalledAfter: 1_500 }));
        const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
        const seen = await until(
          () => site.query(siteStatusQuery).catch(() => null),
          (now) => now?.watches.some(isCopying) === true,
        );
        const id = seen?.watches.find(isCopying)?.replicationId ?? '';
        control.trouble(id, { isStalled: true });
        await until(
          async () => starts(lab),
          (all) => all.length === 2,
        );
        control.trouble(id, { isStalled: false });
        endCopies();
        const ended = await result();
        expect(ended.totals).toMatchObject({ succeeded: 2 });
        expect(lab.wrongWith(ended)).toEqual([]);
      },
    ));
});

describe('the place for a cutover that comes when its copy is complete', () => {
  it.concurrent('is not kept by a VM that a person has cancelled meanwhile', () =>
    withLab(
      {
        vms: 1,
        site: { polling: POLLED_ALONE },
        errors: { OperationInProgress: { retry: { initial: 200, max: 1_000 } } },
      },
      async (lab) => {
        const { control } = lab.simulator;
        const endCopies = slowCopies(lab);
        const error = { code: 'OperationInProgress', msg: 'busy' };
        control.addFaults({ id: 'busy', operation: 'delete', kind: 'status', status: 409, error });
        const { run, result } = await lab.start(lab.plan());
        const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
        const status = () => site.query(siteStatusQuery).catch(() => null);
        await until(status, (seen) => seen?.watches.some(isCopying) === true);
        await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(cancelUpdate, { args: [{}] });
        await until(
          async () => control.faults(),
          ([busy]) => (busy?.struck ?? 0) > 0,
        );
        endCopies();
        await until(status, (seen) => seen?.watches.length === 0);
        await until(status, (seen) => seen?.holders.length === 0);
        control.clearFaults('busy');
        expect((await result()).vms[0]).toMatchObject({ state: 'cancelled', error: null });
      },
    ));
});
