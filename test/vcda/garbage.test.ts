import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Site, VcdaError } from '../../vcda/index.js';
import { type AtFake, failureOf, startBody, withFake } from './support/client.js';
import { type Handler, type Reply, runningTask } from './support/fake-site.js';

/** Calls whose answers have different shapes: one object, a page, a bare array, a task, by ids. */
const calls: Record<string, (site: Site) => Promise<unknown>> = {
  task: (site) => site.task('t1'),
  tasks: (site) => site.tasks({}),
  tasksById: (site) => site.tasksById(['t1', 't2']),
  moreTasksById: (site) => site.tasksById(['t1', 't2', 't3', 't4', 't5']),
  tasksEndedAfter: (site) => site.tasksEndedAfter(1, 3),
  tasksOfOperation: (site) => site.tasksOfOperation('o1'),
  replications: (site) => site.replications({}),
  findReplication: (site) => site.findReplication('C4-1'),
  sites: (site) => site.sites(),
  about: (site) => site.about(),
  currentSession: (site) => site.currentSession(),
  start: (site) => site.startReplication(startBody(), {}),
  cleanup: (site) => site.cleanUpTest('C4-1', {}),
};

/** Logs in as usual, and answers everything else with the same. */
const always =
  (reply: () => Reply): Handler =>
  ({ method, path }) =>
    method !== 'GET' && path.startsWith('/sessions') ? null : reply();

/** What a call comes to: nothing but a value or a VcdaError will do. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof VcdaError)) throw new Error('another throw', { cause: error });
    expect(JSON.stringify(error).length).toBeLessThan(10_000);
    return error;
  }
}

describe('an answer that makes no sense', () => {
  const bodies: [name: string, reply: Reply][] = [
    ['HTML', { body: '<!doctype html><title>Sign in</title>' }],
    ['truncated JSON', { body: '{"id": "t1", "state": "RUNN' }],
    ['nothing', {}],
    ['nothing, accepted', { status: 202 }],
    ['no content', { status: 204 }],
    ['white space', { body: ' \n ' }],
    ['null', { body: 'null' }],
    ['a number', { body: '42' }],
    ['a text', { body: '"done"' }],
    ['members of the wrong type', { body: { id: 42, items: {}, state: [] } }],
    ['an empty id', { body: { id: '', items: [{ id: '' }] } }],
    ['items that are none', { body: { items: [1, null, 'x'], total: 3 } }],
  ];
  it.each(bodies)('%s: a typed error from every call that needs more', async (_name, reply) => {
    await withFake(
      always(() => reply),
      async ({ lyon, sites }) => {
        for (const call of ['task', 'tasks', 'start', 'replications', 'sites']) {
          const error = await failureOf(calls[call]?.(lyon) ?? Promise.resolve());
          expect(error).toMatchObject({ code: 'UnexpectedResponse', acted: 'unknown', site: 'lyon' });
          expect(sites.rules(error)).toMatchObject({ call: 'retry' });
        }
      },
    );
  });

  it('too large to read: a typed error, and the connection is given up', async () => {
    const chunk = Buffer.alloc(2 ** 20, ' ');
    const huge: Handler = ({ path }) =>
      path === '/tasks/t1'
        ? (response) => {
            function write() {
              while (response.write(chunk));
            }
            response.on('drain', write);
            write();
          }
        : null;
    await withFake(huge, async ({ lyon }) => {
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'UnexpectedResponse', status: 200 });
      expect(error.detail).toContain('larger than');
    });
  });

  it('with megabytes of unclosed markup is looked at no longer than any other', async () => {
    await withFake(
      always(() => ({ body: '<'.repeat(4_000_000) })),
      async ({ lyon }) => {
        const began = process.cpuUsage();
        expect((await failureOf(lyon.task('t1'))).detail.length).toBeLessThan(300);
        // Of work, however busy the machine is.
        expect(process.cpuUsage(began).user / 1000).toBeLessThan(15_000);
      },
    );
  });

  it('nested without end is refused', async () => {
    await withFake(
      always(() => ({ body: '['.repeat(200_000) + ']'.repeat(200_000) })),
      async ({ lyon }) => {
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code: 'UnexpectedResponse' });
      },
    );
  });

  it('that is an error too long for any log is cut', async () => {
    const body = { code: 'C'.repeat(50_000), msg: 'm'.repeat(5_000_000), args: 'none', stacktrace: ['?'] };
    await withFake(
      always(() => ({ status: 400, body })),
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error.code).toHaveLength(100);
        expect(error.detail).toHaveLength(2_000);
      },
    );
  });

  it.each([
    ['without a code', { msg: 'oops' }, 'HTTP 400'],
    ['with an empty code', { code: '', msg: 'oops' }, 'HTTP 400'],
    ['with a code that is a number', { code: 17 }, 'HTTP 400'],
    ['with a code alone, as a front end has it', { code: 'Odd' }, 'HTTP 400'],
    ['with no message', { code: 'Odd', msg: null }, 'Odd'],
    ['with arguments alone', { code: 'Odd', args: [] }, 'Odd'],
    ['with a message that is none', { code: 'Odd', msg: { en: 'oops' } }, 'HTTP 400'],
  ])('in an error %s still has a code', async (_name, body, code) => {
    await withFake(
      always(() => ({ status: 400, body })),
      async ({ lyon }) => {
        expect(await failureOf(lyon.task('t1'))).toMatchObject({ code, status: 400 });
      },
    );
  });
});

describe('whatever a site answers', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '{', '[]', '<html>', 'null'));
  /** Shapes close to the API's, with anything in them. */
  const near = fc.record(
    {
      id: fc.jsonValue(),
      code: fc.jsonValue(),
      msg: fc.jsonValue(),
      items: fc.oneof(fc.jsonValue(), fc.array(fc.record({ id: fc.oneof(fc.string(), fc.jsonValue()) }))),
      total: fc.jsonValue(),
      state: fc.jsonValue(),
      error: fc.jsonValue(),
      result: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    text,
    fc.jsonValue().map((value) => JSON.stringify(value)),
    near.map((value) => JSON.stringify(value)),
  );
  const status = fc.oneof(
    fc.constantFrom(200, 202, 204, 301, 304, 400, 401, 403, 404, 409, 429, 500, 503),
    fc.integer({ min: 200, max: 599 }),
  );
  const headers = fc.record(
    {
      'retry-after': fc.constantFrom('0', '5', 'x', '-1', '1e99', new Date(0).toUTCString()),
      'content-type': fc.constantFrom('text/html', 'application/json', 'image/png', 'application/json;charset=UTF-16'),
      'content-encoding': fc.constantFrom('identity', 'gzip', 'br'),
      'www-authenticate': fc.constantFrom('Authentication Token Required', 'Basic'),
    },
    { requiredKeys: [] },
  );

  it('every call ends, with a value or a typed error', async () => {
    let reply: Reply = {};
    await withFake(
      always(() => reply),
      async ({ fake, lyon }: AtFake) => {
        await fc.assert(
          fc.asyncProperty(status, headers, body, fc.constantFrom(...Object.keys(calls)), async (...drawn) => {
            reply = { status: drawn[0], headers: drawn[1], body: drawn[2] };
            const before = fake.seen.length;
            await outcome(calls[drawn[3]]?.(lyon) ?? Promise.resolve());
            // A replay, a second page, one by one: never a storm.
            expect(fake.seen.length - before).toBeLessThan(20);
          }),
          { numRuns: 300 },
        );
      },
    );
  });

  it('also to the login and the extension', async () => {
    let reply: Reply = {};
    await withFake(
      ({ path }) => (path.startsWith('/sessions') ? reply : { body: runningTask('t1') }),
      async ({ lyon }) => {
        let resumedAt = Date.now();
        await fc.assert(
          fc.asyncProperty(status, headers, body, fc.boolean(), async (...drawn) => {
            const token: Record<string, string> = drawn[3] ? { 'x-vcav-auth': 'token' } : {};
            reply = { status: drawn[0], headers: { ...drawn[1], ...token }, body: drawn[2] };
            resumedAt += 60_000;
            await outcome(lyon.task('t1', { peer: 'paris', resumedAt }));
          }),
          { numRuns: 200 },
        );
      },
    );
  });
});
