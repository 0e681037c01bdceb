import { expect } from '@jest/globals';
import { inShort } from '../support/in-short.js';
import { describe, it } from '../support/side-by-side.js';
import { type Passing, runAltered } from './support/altered.js';
import { expectNextToNothing } from './support/nonsense.js';
import { byVerdict } from './support/runs.js';

const record = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;
const isTask = (value: unknown): boolean => 'workflowInfo' in record(value);
const tasksIn = (body: unknown): Record<string, unknown>[] =>
  [body, ...((record(body)['items'] as unknown[] | undefined) ?? [])].filter(isTask).map(record);

/** One thing about the server, and the cases that are about that thing. */
const ALTERATIONS: [what: string, alter: (passing: Passing) => void, differs: string[]][] = [
  ['nothing', () => undefined, []],
  [
    'tasks without endTime',
    ({ body }) => {
      for (const task of tasksIn(body)) delete task['endTime'];
    },
    ['tasks.fields'],
  ],
  [
    'a 202 without the task',
    (it) => {
      if (it.status === 202 && it.path.endsWith('/pause')) it.body = undefined;
    },
    ['vm-replications.pause-accepted', 'vapp-replications.verbs'],
  ],
  [
    '200 instead of 202',
    (it) => {
      if (it.status === 202 && it.method === 'POST' && it.path === '/vm-replications') it.status = 200;
    },
    ['wire.unknown-member', 'vm-replications.start-accepted'],
  ],
  [
    'an error object of another make',
    (it) => {
      if (it.status === 404 && it.query.get('site') === 'nonesuch') it.body = { error: 'no such site' };
    },
    ['errors.site-not-found'],
  ],
  [
    'no challenge',
    ({ headers }) => {
      delete headers['www-authenticate'];
    },
    ['wire.challenge', 'sessions.unknown-token', 'clients.login-again'],
  ],
  [
    'seconds instead of milliseconds',
    ({ body }) => {
      for (const task of tasksIn(body)) task['startTime'] = Math.floor(Number(task['startTime']) / 1000);
    },
    ['tasks.fields', 'tasks.filter-startTimeAfter', 'tasks.filter-startTimeBefore'],
  ],
  [
    'a word that nobody knows',
    ({ body }) => {
      if ('dataConnectionState' in record(body)) record(record(body)['destinationState'])['state'] = 'dreaming';
    },
    ['vm-replications.fields'],
  ],
];

/** What is missing from an answer, beside it, and in one of its members. */
const FEW = ['nothing', 'a 202 without the task', 'no challenge', 'a word that nobody knows'];

describe('a server that is wrong in one point differs in that point', () => {
  it.concurrent.each(inShort(ALTERATIONS, ([what]) => FEW.includes(what)))('%s', async (_what, alter, differs) => {
    const families = new Set(['tasks', 'clients', ...differs.map((id) => id.split('.')[0])]);
    const rows = await runAltered(alter, ({ family }) => families.has(family));
    expect(byVerdict(rows, 'differs')).toEqual(differs);
  });

  it.concurrent('a task without endTime is said to be that', async () => {
    const rows = await runAltered(ALTERATIONS[1]?.[1] ?? (() => undefined), ({ id }) => id === 'tasks.fields');
    expect(rows.get('tasks.fields')).toMatchObject({ verdict: 'differs', seen: 'endTime is missing' });
  });
});

describe('a server that makes no sense', () => {
  it.concurrent.each(inShort([200, 500], (status) => status === 200))(
    'answers {} with %s, and conforms in next to nothing',
    expectNextToNothing,
  );
});
