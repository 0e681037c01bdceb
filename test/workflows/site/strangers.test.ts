/** Whoever may write to the namespace can send anything under the name of a message: it harms nobody. */
import { expect, it as plainly } from '@jest/globals';
import * as messages from '../../../contract/messages.js';
import {
  claimsWorkflowId,
  operationId,
  runWorkflowId,
  shardWorkflowId,
  siteWorkflowId,
  sweepWorkflowId,
  vmWorkflowId,
} from '../../../contract/names.js';
import { malformed, messagesAbout, NO_MOMENT } from '../../contract/support/messages.js';
import { drillOf, protect, startDrill } from '../../support/drills.js';
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
  for (const name of SIGNALS) await Promise.all(JUNK.map((args) => handle.signal(name, ...args)));
  for (const name of UPDATES) {
    if (name === messages.cancelUpdate.name || name === messages.resumeUpdate.name) continue;
    await Promise.allSettled([null, 'junk', 7].map((one) => handle.executeUpdate(name, { args: [one] })));
  }
}

/** What each workflow hears, by what it is. */
const HEARD = {
  run: ['shardSaid', 'shardHeld', 'siteHeld', 'siteAway'],
  shard: ['shardOrders', 'unitSaid', 'unitNamed', 'unitHeld', 'claimsTold'],
  vm: ['operationEnded', 'operationTroubled', 'slotGranted', 'orders'],
  site: [
    'share',
    'watch',
    'requestSlot',
    'releaseSlot',
    'loginTurnOver',
    'siteResume',
    'unreachable',
    'testCopy',
    'testCopyGone',
  ],
  claims: ['claim', 'claimMore', 'claimsOver'],
  drill: ['unitReady', 'unitSaid', 'unitNamed', 'unitHeld', 'siteHeld', 'siteAway'],
  drilledVm: ['proceed', 'orders', 'operationEnded'],
};

plainly('what is heard is every signal of which a message is known', () => {
  const subject = { run: 'r', unit: 'u', operationId: 'o', workflowId: 'vm/paris/u', site: 'lyon' };
  expect(new Set(Object.values(HEARD).flat())).toEqual(new Set(messagesAbout(subject).map(({ signal }) => signal)));
});

/** As many at once as a client sends without being refused. */
const AT_ONCE = 25;

/** Every message that it hears, right in all but one member, and about what it has under way. */
async function attack(lab: Lab, workflowId: string, heard: string[], run: string, unit: string): Promise<void> {
  const handle = lab.client.workflow.getHandle(workflowId);
  const subject = { run, unit, operationId: operationId(run, unit, 'start', 1), workflowId, site: lab.destination };
  const told = messagesAbout(subject)
    .filter(({ signal }) => heard.includes(signal))
    .flatMap(({ signal, message }) => malformed(message, [null, 'junk', NO_MOMENT]).map((one) => ({ signal, one })));
  expect(told.length).toBeGreaterThan(0);
  for (let from = 0; from < told.length; from += AT_ONCE)
    await Promise.all(told.slice(from, from + AT_ONCE).map(({ signal, one }) => handle.signal(signal, one)));
}

const ACTS: unknown[] = [
  { vm: 7 },
  { wave: {} },
  { vm: 'none', validUntil: NO_MOMENT },
  { vm: 'none', validUntil: 'junk' },
  { vm: 'none', by: 7 },
  { reason: {} },
  { vm: 'none', note: 7, reference: {} },
  { limits: { requestsPerSecond: 'junk' } },
  { limits: { syncs: -1, cutovers: NO_MOMENT } },
  { brake: 'junk' },
];

async function act(lab: Lab, workflowId: string): Promise<void> {
  const handle = lab.client.workflow.getHandle(workflowId);
  const ends = new Set([messages.cancelUpdate.name, messages.finishUpdate.name, messages.undoUpdate.name]);
  // Temporal takes ten at once.
  for (const name of UPDATES.filter((one) => !ends.has(one)))
    for (const some of [ACTS.slice(0, 5), ACTS.slice(5)])
      await Promise.allSettled(some.map((told) => handle.executeUpdate(name, { args: [told] })));
}

const bytes = (text: string) => new TextEncoder().encode(text);
/** In none of these is a value. */
const UNREADABLE = [
  { data: bytes('{"run":'), metadata: { encoding: bytes('json/plain') } },
  { data: bytes('x'), metadata: { encoding: bytes('binary/encrypted') } },
  {
    data: bytes('junk'),
    metadata: { encoding: bytes('binary/gzip'), 'drover-original-encoding': bytes('json/plain') },
  },
  { data: bytes('{}') },
];

/** As messages of these names, and in the headers of messages. */
async function sendUnreadable({ client }: Lab, workflowId: string, signals: string[]): Promise<void> {
  const { namespace } = client.options;
  for (const signalName of signals)
    await Promise.all(
      UNREADABLE.map((payload) =>
        client.workflowService.signalWorkflowExecution({
          namespace,
          workflowExecution: { workflowId },
          signalName,
          input: { payloads: [payload] },
          header: { fields: { any: payload } },
        }),
      ),
    );
}

/** What was told to a workflow that throws over it is told to it again for ever. */
async function expectNoTaskFailed(lab: Lab, workflowIds: string[]): Promise<void> {
  for (const workflowId of workflowIds) {
    const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
    const failed = events?.flatMap(({ workflowTaskFailedEventAttributes: failure }) => failure?.failure?.message ?? []);
    // It was about to end, or to continue as new, when one more came: the next task takes that.
    const broken = failed?.filter((message) => message !== 'UnhandledCommand');
    expect({ workflowId, broken }).toEqual({ workflowId, broken: [] });
  }
}

describe('a message that is right but for one member', () => {
  it.concurrent('breaks no task of a run, its shard, its VM and its site', () =>
    withLab({ vms: 1, speed: 0.01 }, async (lab) => {
      const plan = lab.plan();
      const { run } = await lab.start(plan);
      const unit = plan.waves[0]?.vms[0]?.id ?? '';
      const { control } = lab.simulator;
      await until(
        async () => control.ledger(),
        (entries) => entries.some(({ kind }) => kind === 'start'),
      );
      const [site, vm] = [siteWorkflowId(lab.destination), vmWorkflowId(lab.source, unit)];
      const [ofRun, shard] = [runWorkflowId(run), shardWorkflowId(run, 0)];
      const claims = claimsWorkflowId(lab.source, lab.destination);
      // Acts before messages: a word that looks like that of a shard is taken for it.
      await act(lab, site);
      await act(lab, ofRun);
      await attack(lab, site, HEARD.site, run, unit);
      await attack(lab, vm, HEARD.vm, run, unit);
      await attack(lab, shard, HEARD.shard, run, unit);
      await attack(lab, ofRun, HEARD.run, run, unit);
      await attack(lab, claims, HEARD.claims, run, unit);
      // For one of these somebody else waits: whoever cannot be told so is none that claims.
      for (const [n, parent] of ['', 'x'.repeat(2_000), 'run/waits'].entries()) {
        const claim = { unit: `vm-of-nobody-${n}`, revision: 1, also: ['vm-of-somebody'] };
        const told = { run: `r${n}`, parent, source: lab.source, groups: [[claim]], over: [] };
        await lab.client.workflow.getHandle(claims).signal(messages.claimSignal, told);
      }
      await sendUnreadable(lab, site, HEARD.site);
      await sendUnreadable(lab, vm, HEARD.vm);
      await sendUnreadable(lab, shard, HEARD.shard);
      await sendUnreadable(lab, ofRun, HEARD.run);
      await sendUnreadable(lab, claims, HEARD.claims);
      // Each still answers.
      await until(() => lab.client.workflow.getHandle(site).query(messages.siteStatusQuery), Boolean);
      await until(() => lab.client.workflow.getHandle(ofRun).query(messages.runHeadQuery), Boolean);
      const asked = { run, units: [unit] };
      await until(() => lab.client.workflow.getHandle(claims).query(messages.standingsQuery, asked), Boolean);
      await expectNoTaskFailed(lab, [site, vm, shard, ofRun, claims]);
    }));

  it.concurrent('breaks no task of a drill and its VM', () =>
    withLab({ vms: 1, speed: 500 }, async (lab) => {
      await protect(lab);
      const { run, report } = await startDrill(lab, drillOf(lab, { hold: 3_600_000, timeout: 7_200_000 }));
      await until(report, ({ drill }) => drill?.phase === 'hold');
      const unit = lab.plan().waves[0]?.vms[0]?.id ?? '';
      const [drill, vm] = [runWorkflowId(run), vmWorkflowId(lab.source, unit)];
      await attack(lab, vm, HEARD.drilledVm, run, unit);
      await act(lab, drill);
      await attack(lab, drill, HEARD.drill, run, unit);
      await sendUnreadable(lab, vm, HEARD.drilledVm);
      await sendUnreadable(lab, drill, HEARD.drill);
      await until(report, Boolean);
      await expectNoTaskFailed(lab, [drill, vm]);
    }));
});

/** Begun by whoever comes first, they would be in the way of all who come after. */
describe('a site, its sweep and the claims of two, begun with junk', () => {
  it.concurrent('end at once, and the next run begins them anew', () =>
    withLab({ vms: 1, speed: 500 }, async (lab) => {
      const { source, destination, taskQueue, client } = lab;
      const carried = { watches: [], holders: [], queue: [], brake: false, limits: {}, resumedAt: 0, testCopies: [] };
      const begun: [string, string, unknown[]][] = [
        [
          'site',
          siteWorkflowId(destination),
          [
            null,
            'junk',
            { site: source },
            { site: destination, carried: 'junk' },
            { site: destination, carried: { ...carried, watches: [{}] } },
            { site: destination, carried: { ...carried, limits: { syncs: 'junk' } } },
          ],
        ],
        ['sweep', sweepWorkflowId(destination), [null, 'junk', { site: source }, { site: 7 }]],
        [
          'claims',
          claimsWorkflowId(source, destination),
          [null, { sites: 'junk' }, { sites: [source, destination], carried: { held: [{}], queue: [] } }],
        ],
      ];
      for (const [type, workflowId, inputs] of begun)
        for (const input of inputs)
          await expect(client.workflow.execute(type, { workflowId, taskQueue, args: [input] })).rejects.toMatchObject({
            cause: { type: 'Malformed' },
          });
      const { result } = await lab.start(lab.plan());
      expect(await result()).toMatchObject({ state: 'succeeded' });
    }));
});

describe('what is no message', () => {
  it.concurrent('stops neither a run, nor its VM, nor its site', () =>
    // All of them are there for as long as junk is sent.
    withLab({ vms: 1, speed: 0.01 }, async (lab) => {
      const plan = lab.plan();
      const { run, result } = await lab.start(plan);
      const { control } = lab.simulator;
      await until(
        async () => control.ledger(),
        (entries) => entries.some(({ kind }) => kind === 'start'),
      );
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
