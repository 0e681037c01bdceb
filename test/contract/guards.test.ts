/** What is sent under the name of a message is only taken for one when it is one. */
import { describe, expect, it } from '@jest/globals';
import * as guards from '../../contract/guards.js';
import type { Members } from '../../contract/members.js';
import * as messages from '../../contract/messages.js';
import { changed, messagesAbout, NO_MOMENT, pathsIn } from './support/messages.js';

const ABOUT = messagesAbout({
  run: 'r1',
  unit: 'vm-1',
  operationId: 'o',
  workflowId: 'vm/paris/vm-1',
  site: 'lyon',
});
const MESSAGES = ABOUT.map(({ guard, message }) => [guard, message] as const);

/** What does no harm where it is missing. */
const OPTIONAL = new Set([
  'isSiteHeld advice',
  'isSiteHeld code',
  'isNotice warnings',
  'isNotice endedAt',
  'isShare priority',
]);

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

describe.each(['isWatch', 'isTestCopy', 'isResume'] as const)('the logins of %s', (guard) => {
  const message = MESSAGES.find(([name]) => name === guard)?.[1] ?? {};
  const BAD = [
    null,
    [],
    'tenant',
    7,
    { lyon: 7 },
    { lyon: '' },
    { lyon: 'a/b' },
    { lyon: 'x'.repeat(65) },
    { 'a/b': 'x' },
  ];

  it('are names of which a task queue can be made', () => {
    expect(ask(guard, { ...message, logins: { lyon: 'tenant', paris: 'default' } })).toBe(true);
    for (const logins of [...BAD, { ['x'.repeat(201)]: 'tenant' }])
      expect([logins, ask(guard, { ...message, logins })]).toEqual([logins, false]);
  });
});

it('each signal that carries anything stands among them', () => {
  const signals = Object.values(messages).flatMap((one) =>
    typeof one === 'object' && one !== null && 'type' in one && one.type === 'signal' ? [one.name] : [],
  );
  const told = new Set(ABOUT.map(({ signal }) => signal));
  // The first carries nothing; the second an author, of which test/workflows/run/acts-told.test.ts tells.
  expect(signals.filter((name) => !told.has(name)).toSorted()).toEqual(['reachable', 'tidyNow']);
});

it('a report is of the unit that the message is about', () => {
  const [, word] = MESSAGES[0] ?? [];
  expect(guards.isUnitWord({ ...word, unit: 'vm-2' })).toBe(false);
  expect(guards.isUnitWord({ ...word, report: { ...(word?.report as object), state: 'gone' } })).toBe(false);
});

describe('the word of a unit', () => {
  const word = MESSAGES[0]?.[1] ?? {};
  const OTHERS: unknown[] = [7, NO_MOMENT, true, 'junk', {}, []];
  const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
  const at = (path: string[]) => path.reduce<unknown>((value, name) => (value as Members)[name], word);
  const paths = pathsIn(word).filter((path) => at(path) !== null);

  it.each(paths.map((path) => [path.join('.'), path] as const))(
    'is refused with another kind of thing as its %s',
    (_, path) => {
      const isOther = (other: unknown) => other === NO_MOMENT || kindOf(other) !== kindOf(at(path));
      for (const other of OTHERS.filter(isOther))
        expect([other, guards.isUnitWord(changed(word, path, other))]).toEqual([other, false]);
    },
  );

  it.each(['memory.site', 'memory.peer', 'memory.clocks', 'memory.numbers', 'report.checks.0.detail', 'report.wave'])(
    'is refused without its %s',
    (path) => {
      expect(guards.isUnitWord(changed(word, path.split('.'), undefined))).toBe(false);
      expect(guards.isUnitWord(changed(word, path.split('.'), null))).toBe(false);
    },
  );

  it('is refused with nothing where its warnings or its earlier ids should be', () => {
    expect(guards.isUnitWord(changed(word, ['report', 'operations', '0', 'warnings'], null))).toBe(false);
    expect(guards.isUnitWord(changed(word, ['memory', 'earlier', 'vmIds'], null))).toBe(false);
  });

  it('is taken without what a unit may leave out', () => {
    const { source: _, copy: __, cut: ___, hold: ____, networks: _____, ...report } = word.report as Members;
    expect(guards.isUnitWord({ ...word, report, memory: null })).toBe(true);
    for (const member of ['towards', 'vdc', 'syncedAt'])
      expect(guards.isUnitWord(changed(word, ['memory', member], undefined))).toBe(true);
    for (const member of ['earlier', 'begun', 'marks', 'vmIdNow'])
      expect(guards.isUnitWord(changed(word, ['memory', member], null))).toBe(true);
  });
});

describe.each([[''], ['x'.repeat(1_000)], ['é'.repeat(500)]])('an id that no workflow can have (%#)', (id) => {
  it.each([
    ['isUnitWord', ['run']],
    ['isUnitWord', ['claimedBy']],
    ['isWatch', ['workflowId']],
    ['isWatch', ['peer']],
    ['isSlotRequest', ['workflowId']],
    ['isTestCopy', ['workflowId']],
    ['isTestCopy', ['peer']],
    ['isClaimRequest', ['parent']],
    ['isClaimRequest', ['source']],
    ['isClaimRequest', ['groups', '0', '0', 'unit']],
    ['isMoreNames', ['claims', '0', 'unsent', 'parent']],
  ] as const)('is refused by %s as %j', (guard, path) => {
    const message = MESSAGES.find(([name]) => name === guard)?.[1] ?? {};
    expect(ask(guard, changed(message, [...path], id))).toBe(false);
  });
});

describe('what would stop a workflow for ever', () => {
  const answer = { number: 1, done: { count: 0, names: [] }, asked: { count: 0, names: [] } };
  const about = (guard: string) => MESSAGES.find(([name]) => name === guard)?.[1] ?? {};
  const within = (guard: string, member: string, change: object) => ({
    ...about(guard),
    [member]: { ...(about(guard)[member] as object), ...change },
  });

  const cases: [string, keyof typeof guards, unknown][] = [
    ['a moment that is no date', 'isNotice', { ...about('isNotice'), at: NO_MOMENT }],
    ['the end of a task that is no date', 'isNotice', { ...about('isNotice'), endedAt: NO_MOMENT }],
    ['a trouble until the word of somebody', 'isTrouble', within('isTrouble', 'trouble', { until: 'junk' })],
    ['a replication that is none', 'isNotice', { ...about('isNotice'), replication: {} }],
    [
      'what was sent for an instance as a text',
      'isNotice',
      within('isNotice', 'replication', { latestInstance: { key: 'k', bytes: 'junk' } }),
    ],
    [
      'a recovered VM of which nothing is said',
      'isNotice',
      within('isNotice', 'replication', { recoveredVmId: undefined }),
    ],
    ['an instance that is none', 'isNotice', within('isNotice', 'replication', { latestInstance: {} })],
    ['an error without a meaning', 'isNotice', within('isNotice', 'error', { meaning: 'junk' })],
    ['a warning that is none', 'isNotice', { ...about('isNotice'), warnings: [null] }],
    ['an operation that is none', 'isUnitWord', within('isUnitWord', 'report', { operations: [null] })],
    ['a check that is none', 'isUnitWord', within('isUnitWord', 'report', { checks: [7] })],
    [
      'an act on a VM that is no text',
      'isShardOrders',
      { ...about('isShardOrders'), acts: [{ number: 1, act: 'find', scope: { vm: 7 } }] },
    ],
    ['an answer about nobody', 'isShardWord', { ...about('isShardWord'), answers: [{ number: 1 }] }],
  ];

  it.each(cases)('is refused: %s', (_, guard, message) => {
    expect(ask(guard, message)).toBe(false);
  });

  it.each([
    [{ limits: { syncs: 'all' } }],
    [{ limits: { cutovers: -1 } }],
    [{ limits: { requestsPerSecond: 0 } }],
    [{ limits: [] }],
    [{ brake: 1 }],
    [{ brake: true, note: 7 }],
    [{ brake: true, reference: {} }],
    [{ brake: true, validUntil: 'junk' }],
  ])('are no settings of a site: %j', (settings) => {
    expect(guards.isSiteChange(settings)).toBe(false);
  });

  it.each([
    [{ note: 7 }],
    [{ reference: [] }],
    [{ reason: {} }],
    [{ validUntil: NO_MOMENT }],
    [{ vm: 7, note: 'why' }],
    ['why'],
    [null],
  ])('is no act of a person: %j', (told) => {
    expect(guards.isTold(told)).toBe(false);
  });

  it.each([
    [{}],
    [{ note: 'why' }],
    [{ window: {}, note: 7 }],
    [{ window: { opens: '2026-12-05T22:00:00' } }],
    [{ window: { closes: '22:00+01:00' } }],
    [{ window: [] }],
    [{ window: {} }],
    [{ limits: { requestsPerSecond: 9 } }],
    [{ limits: { syncs: 1.5 } }],
    [{ limits: { cutovers: 0 } }],
    [{ limits: null }],
    [{ stopAfter: {} }],
    [{ stopAfter: { count: '3' } }],
    [{ stopAfter: { never: 3 } }],
    ['window'],
  ])('is no setting of a run: %j', (told) => {
    expect(guards.isSetRun(told)).toBe(false);
  });

  it.each([
    [{ run: 'r1', at: 1, syncs: 2 }],
    [{ run: 'r1', at: NO_MOMENT, syncs: 2, cutovers: null }],
    [{ run: 7, at: 1, syncs: 2, cutovers: null }],
    [{ run: 'r1', at: 1, syncs: 0, cutovers: null }],
    [null],
  ])('is no share of a run: %j', (told) => {
    expect(guards.isShare(told)).toBe(false);
    expect(guards.isShare({ run: 'r1', at: 1, syncs: 2, cutovers: null })).toBe(true);
  });

  it.each([
    ['a window that is none', 'isOrders', { window: { opens: 'soon', closes: 'late' } }],
    ['settings that are none', 'isShardOrders', { set: { window: {} } }],
    ['shares that are none', 'isShardOrders', { set: { limits: { syncs: 'all' } } }],
    ['what is left that is none', 'isUnitWord', { left: { numbers: { start: 'x' } } }],
    ['a stop that leaves perhaps', 'isOrders', { leaves: 'yes' }],
    ['a request for no place', 'isSlotRequest', { places: 0 }],
    ['a watch that has no place', 'isWatch', { places: 0.5 }],
    ['an owner that is none', 'isWatch', { newOwner: 7 }],
    ['a place that is none', 'isWatch', { next: { slot: 'cutover' } }],
    [
      'a VM that comes after nobody',
      'isShardWord',
      { answers: [{ ...answer, found: [{ id: 'vm-1', isById: true, after: {} }] }] },
    ],
  ] as [string, keyof typeof guards, object][])('is refused: %s', (_, guard, change) => {
    expect(ask(guard, { ...about(guard), ...change })).toBe(false);
  });

  it.each([[{ vm: 7 }], [{ wave: {} }], ['web1'], [null]])('is nobody to be meant: %j', (scope) => {
    expect(guards.isScope(scope)).toBe(false);
  });
});
