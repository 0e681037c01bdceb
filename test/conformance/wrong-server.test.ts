import { expect } from '@jest/globals';
import type { Case } from '../../conformance/case.js';
import type { Row } from '../../conformance/run.js';
import { describe, it } from '../support/side-by-side.js';
import { type Altered, altered, type Passing } from './support/altered.js';
import { byVerdict, runCases } from './support/runs.js';

async function runAltered(
  alter: (passing: Passing) => void,
  wanted: (one: Case) => boolean,
): Promise<Map<string, Row>> {
  let proxy: Altered | undefined;
  async function through(url: string) {
    proxy = await altered(url, alter);
    return proxy.url;
  }
  try {
    return await runCases(wanted, { through });
  } finally {
    await proxy?.close();
  }
}

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

describe('a server that is wrong in one point differs in that point', () => {
  it.concurrent.each(ALTERATIONS)('%s', async (_what, alter, differs) => {
    const families = new Set(['tasks', 'clients', ...differs.map((id) => id.split('.')[0])]);
    const rows = await runAltered(alter, ({ family }) => families.has(family));
    expect(byVerdict(rows, 'differs')).toEqual(differs);
  });

  it.concurrent('a task without endTime is said to be that', async () => {
    const rows = await runAltered(ALTERATIONS[1]?.[1] ?? (() => undefined), ({ id }) => id === 'tasks.fields');
    expect(rows.get('tasks.fields')).toMatchObject({ verdict: 'differs', seen: 'endTime is missing' });
  });
});

/** About nothing but that a call is taken, or about its headers. */
const ABOUT_NO_BODY = ['wire.accept-pinned', 'wire.accept-json', 'wire.operation-id', 'clients.accept-from-login'];

describe('a server that makes no sense', () => {
  it.concurrent.each([200, 202, 404, 500])('answers {} with %s, and conforms in next to nothing', async (status) => {
    const rows = await runAltered(
      (it) => {
        if (it.path === '/sessions') return;
        it.status = status;
        it.body = {};
      },
      ({ family }) => family !== 'sessions',
    );
    // What conforms to nonsense would conform to anything.
    const empty = ['wire.media-type', ...(status === 200 ? ABOUT_NO_BODY : [])];
    expect(byVerdict(rows, 'conforms')).toEqual(empty);
  });
});
