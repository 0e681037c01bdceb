/** What a site sends to wear a worker out: each is bounded, whatever it costs the site. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createSiteHttp } from '../../vcda/calls/site-http.js';
import { Lane } from '../../vcda/http/lane.js';
import { scrubbed } from '../../vcda/http/scrub.js';
import { task } from '../../vcda/schemas/task.js';
import { failureOf, withFake } from './support/client.js';
import { anyTask, before, type Handler } from './support/fake-site.js';

const MIB = 2 ** 20;

/** ms between two looks at the memory that is in use */
const LOOK = 5;

/** How much the process has grown at most while `act` ran, in bytes. */
async function grownBy(act: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, LOOK);
  await act().finally(() => clearInterval(looking));
  return Math.max(most, process.memoryUsage().rss) - before;
}

const answering = (answer: Handler): Handler =>
  before((seen) => (seen.path === '/tasks/t1' ? answer(seen) : null), anyTask);

describe('a body', () => {
  it('of a megabyte that unpacks to a gigabyte is given up, and was never in memory', async () => {
    // A gzip file may have several members; this one has the same of 64 MiB 16 times.
    const member = gzipSync(Buffer.alloc(64 * MIB, ' '));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => member));
    expect(bomb.length).toBeLessThan(1.1 * MIB);
    const packed = answering(
      () => (response) =>
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
    );
    await withFake(packed, async ({ lyon }) => {
      const grown = await grownBy(async () => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'UnexpectedResponse', detail: expect.stringContaining('larger than') });
      });
      expect(grown).toBeLessThan(300 * MIB);
    });
  });

  it('of many tiny values is not made into objects', async () => {
    const tiny = `[${'[],'.repeat(4 * MIB)}[]]`;
    await withFake(
      answering(() => ({ body: tiny })),
      async ({ lyon }) => {
        const error = await failureOf(lyon.task('t1'));
        expect(error).toMatchObject({ code: 'UnexpectedResponse', detail: expect.stringContaining('values') });
      },
    );
  });

  it('that is large leaves other sites the time: the next large one waits', async () => {
    const large = JSON.stringify({ id: 't1', state: 'RUNNING', endTime: -1, user: 'x'.repeat(4 * MIB) });
    await withFake(
      answering(() => ({ body: large })),
      async ({ lyon }) => {
        const began = performance.now();
        await Promise.all([lyon.task('t1'), lyon.task('t1'), lyon.task('t1')]);
        // 4 MiB at 8 MiB a second, twice.
        expect(performance.now() - began).toBeGreaterThan(900);
      },
    );
  });
});

describe('a list', () => {
  it('whose pages are large is given up before it fills the memory', async () => {
    let pages = 0;
    const endless = createSiteHttp('lyon', {
      async send({ query }) {
        pages += 1;
        const items = Array.from({ length: 100 }, (_, n) => ({ id: `t${Number(query?.offset) + n}` }));
        return { status: 200, headers: new Headers(), body: { items }, bytes: 10 * MIB };
      },
    });
    const error = await failureOf(endless.readAll(task, '/tasks'));
    expect(error).toMatchObject({ code: 'UnexpectedResponse', detail: expect.stringContaining('has not ended after') });
    expect(pages).toBeLessThan(20);
  });

  it('that is long is read while no other long one of the site is', async () => {
    const order: string[] = [];
    const long = createSiteHttp('lyon', {
      async send({ path, query }) {
        await Promise.resolve();
        const offset = Number(query?.offset);
        order.push(path);
        const items = Array.from({ length: 100 }, (_, n) => ({ id: `t${offset + n}` }));
        return { status: 200, headers: new Headers(), body: { items, total: 500 }, bytes: 2 * MIB };
      },
    });
    await Promise.all([long.readAll(task, '/a'), long.readAll(task, '/b')]).catch((error: unknown) => error);
    expect(order.filter((path) => path === '/a')).toHaveLength(5);
    // One page of each, then all of one.
    expect(order.slice(2, 6)).toEqual(['/a', '/a', '/a', '/a']);
  });
});

describe('a lane', () => {
  it('lets one in at a time, in order, and those who give up out', async () => {
    const lane = new Lane();
    const first = await lane.enter();
    const control = new AbortController();
    const impatient = lane.enter(control.signal);
    const order: string[] = [];
    const second = lane.enter().then((turn) => {
      order.push('second');
      turn.end();
    });
    const third = lane.enter().then((turn) => {
      order.push('third');
      turn.end(1);
    });
    control.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    expect(order).toEqual([]);
    first.end();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
    (await lane.enter()).end();
  });
});

describe('what an answer tells of failures', () => {
  it('is kept up to a limit', () => {
    const told = scrubbed({ warnings: Array.from({ length: 200 }, () => 'x%'.repeat(32_000)) }, (text) => text);
    const { warnings } = told as { warnings: string[] };
    expect(warnings[0]).toHaveLength(64_000);
    expect(warnings.at(-1)).toMatch(/^\(not shown/);
  });

  it.each([
    ['is too long for one', 'x'.repeat(9_000)],
    ['could be written in too many ways', `${'\\'.repeat(15)}Q`],
  ])('a token that %s is not taken', async (_, token) => {
    const login: Handler = ({ path, method }) =>
      path === '/sessions' && method === 'POST' ? { body: {}, headers: { 'x-vcav-auth': token } } : null;
    await withFake(before(login, anyTask), async ({ lyon }) => {
      expect(await failureOf(lyon.task('t1'))).toMatchObject({
        code: 'UnexpectedResponse',
        detail: expect.stringContaining('X-VCAV-Auth'),
      });
    });
  });
});
