/** What a site answers about one operation is no matter of the others, and passes when it passes. */
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { SITE } from '../../../contract/inputs.js';
import { approveUpdate, siteStatusQuery, vmReportQuery, watchSignal } from '../../../contract/messages.js';
import { runWorkflowId, siteWorkflowId, vmWorkflowId } from '../../../contract/names.js';
import type { Watch } from '../../../contract/watch.js';
import type { FaultRule } from '../../../simulator/index.js';
import { inShort } from '../../support/in-short.js';
import { type Lab, withLab } from '../../support/lab.js';
import { sharedLab } from '../../support/shared-lab.js';
import { describe, it } from '../../support/side-by-side.js';
import { slowCopies } from '../../support/slow-copies.js';
import { until } from '../../support/until.js';
import { isAtGate } from '../../support/vm-report.js';

const vmHandle = (lab: Lab, index = 0) =>
  lab.client.workflow.getHandle(vmWorkflowId(lab.source, lab.plan().waves[0]?.vms[index]?.id ?? ''));

const SOON = { polling: { interval: 100, selfCheck: 30_000 }, reconcile: { settle: 200 } };
const withPart = sharedLab({ vms: 4, site: { ...SOON, missingFor: 360_000 } });

/** What an open VM says of itself, once it is as wanted. */
const whenVm = (lab: Lab, isWanted: (said: Awaited<ReturnType<typeof report>>) => boolean) =>
  until(() => report(lab), isWanted);

async function report(lab: Lab) {
  return vmHandle(lab)
    .query(vmReportQuery)
    .catch(() => null);
}

async function hand(lab: Lab, watch: Watch): Promise<void> {
  await lab.client.workflow.signalWithStart(SITE, {
    workflowId: siteWorkflowId(lab.destination),
    taskQueue: lab.taskQueue,
    args: [{ site: lab.destination }],
    signal: watchSignal,
    signalArgs: [watch],
  });
}

function strangeWatch(peer: string, change: Partial<Watch>): Watch {
  return {
    operationId: `drover/strange/${randomUUID()}/start/1`,
    workflowId: vmWorkflowId(peer, randomUUID()),
    run: 'strange',
    vm: { id: randomUUID(), name: 'strange' },
    kind: 'start',
    taskId: `strange-${randomUUID()}`,
    replicationId: `C4-${randomUUID()}`,
    peer,
    until: 'synced',
    phase: 'sync',
    slot: null,
    since: Date.now(),
    ...change,
  };
}

/** No VM asks by itself: what it hears it hears from the site's poll. */
const POLLED_ALONE = { interval: 200, selfCheck: 24 * 60 * 60_000 };

describe('an operation about which a site answers oddly', () => {
  const ANSWERS: [string, Partial<FaultRule>][] = [
    ['403 Forbidden', { kind: 'status', status: 403, error: { code: 'Forbidden', msg: 'not yours' } }],
    ['400 BadRequest', { kind: 'status', status: 400, error: { code: 'BadRequest', msg: 'no such thing' } }],
    ['404 without a body', { kind: 'front', status: 404, page: 'empty' }],
    ['403 of a block page', { kind: 'front', status: 403, page: 'html' }],
    ['503', { kind: 'status', status: 503 }],
    ['no answer but a cut connection', { kind: 'reset-before' }],
  ];

  const CASES = ANSWERS.flatMap(([name, answer]) =>
    (['task', 'sync'] as const).map((phase) => [phase, name, answer] as const),
  );
  /** In each phase one that the site means and one that something else says. */
  const SHORT = ['task 403 Forbidden', 'task no answer but a cut connection', 'sync 404 without a body', 'sync 503'];

  it.concurrent.each(inShort(CASES, ([phase, name]) => SHORT.includes(`${phase} ${name}`)))(
    '(%s, %s) harms itself alone',
    (phase, _, answer) =>
      withLab({ vms: 1, site: { polling: POLLED_ALONE } }, async (lab) => {
        const watch = strangeWatch(lab.source, { phase });
        const id = phase === 'task' ? watch.taskId : watch.replicationId;
        for (const where of ['path', 'query'] as const)
          lab.simulator.control.addFaults({ ...answer, [where]: `${id}` } as FaultRule);
        await hand(lab, watch);
        const result = await (await lab.start(lab.plan())).result();
        expect(result.vms.map(({ error }) => error)).toEqual([null]);
        expect(lab.simulator.control.faults().some(({ struck }) => struck > 0)).toBe(true);
      }),
  );
});

describe('the ends of many operations', () => {
  // One is ignored by sites of other tests as well.
  const FILTERS = inShort(['supported', 'ignored', 'refused'] as const, (filter) => filter !== 'ignored');

  it.concurrent.each(FILTERS)('are heard where `endTimeAfter` is %s', (filter) =>
    withLab(
      { vms: 4, speed: 100, assumptions: { endTimeAfterFilter: filter }, site: { polling: POLLED_ALONE } },
      async (lab) => {
        const { control } = lab.simulator;
        const [asked] = control.addFaults({ kind: 'delay', delayMs: 0, path: '^/tasks$', query: 'endTimeAfter=' });
        const result = await (await lab.start(lab.plan())).result();
        expect(result.vms.map(({ error }) => error)).toEqual(result.vms.map(() => null));
        expect(lab.wrongWith(result)).toEqual([]);
        const { struck = 0 } = control.faults().find(({ id }) => id === asked?.id) ?? {};
        // Where it is of no use it is asked for ever more seldom, and not at every turn.
        expect(filter === 'supported' ? struck > 0 : struck < 10).toBe(true);
      },
    ),
  );
});

describe('a site that wants the login of the other site for a mere look', () => {
  it.concurrent('is polled with it, also by a new session', () =>
    withLab({ vms: 1, assumptions: { extensionNeeded: 'reads' }, site: { polling: POLLED_ALONE } }, async (lab) => {
      const endCopies = slowCopies(lab);
      const { result } = await lab.start(lab.plan());
      await whenVm(lab, (said) => said?.step === 'initial-sync' && said.replicationId !== null);
      lab.simulator.control.expireSessions();
      endCopies();
      expect((await result()).totals).toMatchObject({ succeeded: 1 });
    }));
});

describe('a VM whose workflow was ended from outside', () => {
  it.concurrent('leaves neither watch nor slot behind, though the site never rests', () =>
    withLab({ vms: 2, site: { polling: { interval: 100, selfCheck: 1_000 } } }, async (lab) => {
      lab.simulator.control.setSpeed(0.01);
      await lab.start(lab.plan());
      const site = lab.client.workflow.getHandle(siteWorkflowId(lab.destination));
      const status = () => site.query(siteStatusQuery).catch(() => null);
      await until(status, (seen) => seen?.watches.length === 2 && seen.holders.length === 2);
      await vmHandle(lab).terminate('by a person');
      const { workflowId } = vmHandle(lab);
      const seen = await until(status, (now) => now?.watches.length === 1 && now.holders.length === 1);
      expect([...(seen?.watches ?? []), ...(seen?.holders ?? [])].map((one) => one.workflowId)).not.toContain(
        workflowId,
      );
      lab.simulator.control.setSpeed(1_000);
      await until(status, (rests) => rests?.watches.length === 0 && rests.holders.length === 0);
    }));
});

describe('a replication that is not to be found', () => {
  it.concurrent.each(['both', 'lists'] as const)('in %s for a while is waited for, and said to be missing', (from) =>
    withPart(1, async (lab) => {
      const endCopies = slowCopies(lab);
      const { result } = await lab.start(lab.plan());
      const syncing = await whenVm(lab, (said) => said?.step === 'initial-sync' && said.replicationId !== null);
      const id = syncing?.replicationId ?? '';
      lab.simulator.control.trouble(id, { vanished: from, isStalled: true });
      if (from === 'both') {
        const said = await whenVm(lab, (now) => now?.retrying != null);
        expect(said?.retrying).toMatchObject({
          code: 'ReplicationMissing',
          message: expect.stringContaining(id),
          tries: null,
          until: expect.any(String),
        });
      }
      lab.simulator.control.trouble(id, { vanished: null, isStalled: false });
      await whenVm(lab, (now) => now === null || now.retrying == null);
      endCopies();
      const ended = await result();
      expect(ended.vms[0]?.error).toBeNull();
      expect(ended.vms[0]?.retrying ?? null).toBeNull();
      expect(lab.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(1);
    }),
  );

  it.concurrent('is believed to be gone after the time that the config says, and then fails its VM', () =>
    withLab({ vms: 1, site: { ...SOON, missingFor: 500 } }, async (lab) => {
      slowCopies(lab);
      const { result } = await lab.start(lab.plan());
      const syncing = await whenVm(lab, (said) => said?.step === 'initial-sync' && said.replicationId !== null);
      lab.simulator.control.trouble(syncing?.replicationId ?? '', { vanished: 'both', isStalled: true });
      expect((await result()).vms[0]?.error).toMatchObject({ code: 'ReplicationNotFound' });
      expect(lab.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(1);
    }));
});

describe('a copy that sends nothing', () => {
  it.concurrent('is said to be stalled after the time that the plan says, and goes on when it does', () =>
    withPart(1, async (lab) => {
      const endCopies = slowCopies(lab);
      const { result } = await lab.start(lab.plan({ stalledAfter: 1_500 }));
      const syncing = await whenVm(lab, (said) => said?.step === 'initial-sync' && said.replicationId !== null);
      const id = syncing?.replicationId ?? '';
      lab.simulator.control.trouble(id, { isStalled: true });
      const said = await whenVm(lab, (now) => now?.retrying != null);
      expect(said?.retrying).toMatchObject({ code: 'CopyStalled', message: expect.stringContaining(id), until: null });
      expect(said?.state).toBe('running');
      lab.simulator.control.trouble(id, { isStalled: false });
      await whenVm(lab, (now) => now === null || now.retrying == null);
      endCopies();
      const ended = await result();
      expect(ended.vms[0]).toMatchObject({ state: 'succeeded', error: null, retrying: null });
    }));
});

describe('a replication that a person pauses while its copy is waited for', () => {
  it.concurrent('is said to be paused during the first copy, and goes on when it does', () =>
    withPart(1, async (lab) => {
      const endCopies = slowCopies(lab);
      const { result } = await lab.start(lab.plan());
      const syncing = await whenVm(lab, (said) => said?.step === 'initial-sync' && said.replicationId !== null);
      const id = syncing?.replicationId ?? '';
      lab.simulator.control.trouble(id, { isPaused: true });
      const said = await whenVm(lab, (now) => now?.retrying != null);
      expect(said?.retrying).toMatchObject({ code: 'ReplicationPaused', message: expect.stringContaining(id) });
      lab.simulator.control.trouble(id, { isPaused: false });
      await whenVm(lab, (now) => now === null || now.retrying == null);
      endCopies();
      expect((await result()).vms[0]).toMatchObject({ state: 'succeeded', retrying: null });
    }));
});

describe('a replication that is missing when something is asked of it', () => {
  it.concurrent('is waited for before its VM fails: nothing else is started', () =>
    withLab({ vms: 1, site: { missingFor: 360_000 } }, async (lab) => {
      const plan = lab.plan();
      plan.cutover = { ...plan.cutover, approval: 'vm' };
      const { run, result } = await lab.start(plan);
      const gate = await whenVm(lab, isAtGate);
      const id = gate?.replicationId ?? '';
      lab.simulator.control.trouble(id, { vanished: 'both' });
      const scope = { vm: `${plan.waves[0]?.vms[0]?.id}` };
      await lab.client.workflow.getHandle(runWorkflowId(run)).executeUpdate(approveUpdate, { args: [scope] });
      // It is asked for in vain before it is there again.
      const calls = () => lab.simulator.control.stats().requests.filter(({ status }) => status === 404).length;
      await until(
        async () => calls(),
        (count) => count > 0,
      );
      lab.simulator.control.trouble(id, { vanished: null });
      const ended = await result();
      expect(ended.vms[0]?.error).toBeNull();
      expect(lab.simulator.control.ledger().filter(({ kind }) => kind === 'start')).toHaveLength(1);
      expect(lab.wrongWith(ended)).toEqual([]);
    }));
});
