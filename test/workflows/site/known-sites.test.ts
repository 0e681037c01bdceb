/** Workers whose configs have other sites: each takes what it can do, and a run waits for one that knows its sites. */
import { expect } from '@jest/globals';
import type { Drover } from '../../../client/index.js';
import { cancelUpdate } from '../../../contract/messages.js';
import { runWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import { onQueuesOf } from '../../../contract/queues.js';
import { openGate } from '../../support/gate.js';
import { type Lab, withLab } from '../../support/lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { until } from '../../support/until.js';
import { withDrover } from '../../support/with-drover.js';

const address = process.env.DROVER_TEST_TEMPORAL ?? '';

/** What has failed, or was tried more than once, of all that the lab's workflows have asked. */
async function triedAgain({ client, taskQueue }: Lab): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: onQueuesOf(taskQueue) })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { activityTaskStartedEventAttributes: started, activityTaskFailedEventAttributes: failed } of events ??
      []) {
      const last = started?.lastFailure;
      // What is claimed is asked until it is known; and a worker that stands still for long is not waited for.
      const isMeant = last?.applicationFailureInfo?.type === 'ClaimsNotKnown' || last?.timeoutFailureInfo != null;
      if ((started?.attempt ?? 1) > 1 && !isMeant) found.push(`${workflowId}: ${last?.message}`);
      if (failed != null) found.push(`${workflowId}: ${failed.failure?.message}`);
    }
  }
  return found;
}

const unknownIn = async (drover: Drover, run: string): Promise<string[]> =>
  (await drover.run(run).report({ live: true })).attention.flatMap(({ kind, message }) =>
    kind === 'unknown-site' ? [message] : [],
  );

describe('a site that a worker does not know', () => {
  it.concurrent('keeps a run waiting, which says so and can be cancelled, until a worker knows it; then none stands in the way', () =>
    withLab({ vms: 2, workers: 0 }, async (lab) =>
      withDrover(lab, async (drover) => {
        await lab.startWorker({ sites: [lab.source] });
        const plan = lab.plan();
        const work = await lab.start(plan);
        const told = await until(
          () => unknownIn(drover, work.run),
          (messages) => messages.length > 0,
        );
        expect(told).toEqual([expect.stringContaining(`No worker knows site ${lab.destination}`)]);

        const unwanted = await lab.start(lab.plan({ name: 'unwanted' }));
        await lab.client.workflow.getHandle(runWorkflowId(unwanted.run)).executeUpdate(cancelUpdate, { args: [{}] });
        expect((await unwanted.result()).state).toBe('cancelled');

        await lab.startWorker({ address, sites: [lab.destination] });
        const both = await until(
          () => unknownIn(drover, work.run),
          ([message]) => message?.includes('both') ?? false,
        );
        expect(both).toEqual([expect.stringContaining(`both site ${lab.source} and site ${lab.destination}`)]);

        await lab.startWorker({ address });
        const report = await work.result();
        expect(report.state).toBe('succeeded');
        expect(lab.wrongWith(report)).toEqual([]);
        expect(await triedAgain(lab)).toEqual([]);
      }),
    ));
});

/** ms; longer than this test: its calls end when it does */
const NEVER = 3_600_000;
/** temporal.api.enums.v1.PendingActivityState */
const STARTED = 2;

/** A site of the lab's config that accepts calls and never answers. */
async function withDeadSite(lab: Lab, act: (name: string) => Promise<void>): Promise<void> {
  const [known] = Object.values(lab.config.sites);
  if (known === undefined) throw new RangeError('the lab has no site');
  const gate = await openGate(new URL(known.url).host);
  gate.shut();
  const name = lab.destination.replace('lyon', 'oslo');
  const timeouts = { connect: 30_000, request: NEVER };
  lab.config.sites[name] = { ...known, name, url: `http://${gate.address}`, timeouts };
  try {
    await act(name);
  } finally {
    gate.cut();
    await gate.close();
  }
}

/** How many of the VMs have been given to a worker that asks something for them. */
async function asking({ client, source }: Lab, vms: { id: string }[]): Promise<number> {
  const each = vms.map(({ id }) =>
    client.workflow
      .getHandle(vmWorkflowId(source, id))
      .describe()
      .then(({ raw }) => (raw.pendingActivities ?? []).some(({ state }) => Number(state) === STARTED))
      .catch(() => false),
  );
  return (await Promise.all(each)).filter(Boolean).length;
}

describe('a site that accepts calls and never answers', () => {
  it.concurrent('keeps none of those to other sites waiting, however many wait for it', () => {
    const activitySlots = 4;
    return withLab({ vms: 2 * activitySlots + 1, workers: 0, activitySlots }, (lab) =>
      withDeadSite(lab, async (oslo) => {
        await lab.startWorker();
        const plan = lab.plan();
        const vms = plan.waves.flatMap((wave) => wave.vms);
        const [stuck, others] = [vms.slice(0, 2 * activitySlots), vms.slice(2 * activitySlots)];
        const destination = { ...plan.destination, site: oslo };
        const waits = await lab.start({ ...plan, name: 'waits', destination, waves: [{ name: 'all', vms: stuck }] });
        await until(
          () => asking(lab, stuck),
          (count) => count >= activitySlots,
        );
        const { report } = await lab.start({ ...plan, waves: [{ name: 'all', vms: others }] });
        const ended = await until(report, ({ state }) => state !== 'running');
        expect(ended.state).toBe('succeeded');
        expect(lab.wrongWith(ended)).toEqual([]);
        expect((await waits.report()).totals).toMatchObject({ succeeded: 0, failed: 0 });
      }),
    );
  });
});
