/** What is sent under the name of a message is only taken for one when it is one. */
import { describe, expect, it } from '@jest/globals';
import * as guards from '../../contract/guards.js';
import { untouched } from '../../contract/report.js';

const report = untouched({ id: 'vm-1', name: 'web1' }, 'all');
const ofUnit = { run: 'r1', unit: 'vm-1' };
const memory = { numbers: { start: 1 } };
const vm = { id: 'vm-1', name: 'web1' };
const ofWorkflow = { workflowId: 'vm/paris/vm-1', run: 'r1', vm };

/** One of each, as they are sent. */
const MESSAGES: [keyof typeof guards, Record<string, unknown>][] = [
  ['isUnitWord', { ...ofUnit, revision: 1, report, memory, claimedBy: null, kept: true }],
  ['isUnitReady', { ...ofUnit, revision: 1, report }],
  ['isUnitHeld', { ...ofUnit, hold: { site: 'lyon', code: 'Hold', message: 'no', advice: null }, askedAt: 0 }],
  ['isUnitNamed', { ...ofUnit, name: 'web1' }],
  ['isSiteHeld', { site: 'lyon', code: 'Hold', message: 'no', advice: null, askedAt: 0 }],
  ['isSiteAway', { site: 'lyon', since: 1, message: null }],
  ['isOrders', { ...ofUnit, revision: 0, paused: false, resumedAt: 0, stop: false, notAfter: null }],
  ['isProceed', { ...ofUnit, proceed: { to: 'recover', triggeredAt: 1 } }],
  [
    'isNotice',
    {
      operationId: 'o',
      phase: 'task',
      ok: true,
      taskId: null,
      replicationId: null,
      replication: null,
      error: null,
      at: 1,
    },
  ],
  ['isTrouble', { operationId: 'o', phase: 'task', trouble: null }],
  ['isGrant', { run: 'r1', slot: 'sync' }],
  [
    'isWatch',
    {
      ...ofWorkflow,
      operationId: 'o',
      kind: 'start',
      peer: 'paris',
      taskId: 't',
      replicationId: null,
      phase: 'task',
      until: 'synced',
      slot: null,
      since: 1,
    },
  ],
  ['isSlotRequest', { ...ofWorkflow, slot: 'cutover', share: null }],
  ['isSlotReturn', { slot: 'cutover', workflowId: 'vm/paris/vm-1' }],
  ['isResume', { at: 1 }],
  ['isUnreachable', { at: 1, message: 'no answer' }],
  ['isTestCopy', { ...ofWorkflow, source: 'paris', peer: 'paris', replicationId: 'C4-1', since: 1 }],
  ['isTestCopyGone', { replicationId: 'C4-1' }],
];

/** What does no harm where it is missing. */
const OPTIONAL = new Set(['isSiteHeld advice', 'isSiteHeld code']);

const BY_NAME = new Map(Object.entries(guards as Record<string, (told: unknown) => boolean>));
const ask = (guard: keyof typeof guards, value: unknown): boolean | undefined => BY_NAME.get(guard)?.(value);

describe.each(MESSAGES)('%s', (guard, message) => {
  it('takes what is sent', () => {
    expect(ask(guard, message)).toBe(true);
    expect(ask(guard, JSON.parse(JSON.stringify(message)))).toBe(true);
  });

  it.each([[undefined], [null], [{}], [[]], ['junk'], [7], [true]])('refuses %j', (junk) => {
    expect(ask(guard, junk)).toBe(false);
  });

  it.each(Object.keys(message).filter((member) => !OPTIONAL.has(`${guard} ${member}`)))(
    'refuses it without %s, or with something else there',
    (member) => {
      const { [member]: _, ...rest } = message;
      expect(ask(guard, rest)).toBe(false);
      expect(ask(guard, { ...message, [member]: Symbol.iterator.toString })).toBe(false);
    },
  );
});

it('a report is of the unit that the message is about', () => {
  const word = MESSAGES[0]?.[1];
  expect(guards.isUnitWord({ ...word, unit: 'vm-2' })).toBe(false);
  expect(guards.isUnitWord({ ...word, report: { ...report, state: 'gone' } })).toBe(false);
});
