import { describe, expect, it } from '@jest/globals';
import { createSiteHttp } from '../../vcda/calls/site-http.js';
import { task } from '../../vcda/schemas/task.js';
import { failureOf, startBody, withFake, withSimulator } from './support/client.js';
import { before, type Handler, refuse, runningTask, type Seen } from './support/fake-site.js';

const all = Array.from({ length: 250 }, (_, n) => runningTask(`t${n}`));
const idsOf = (tasks: Iterable<{ id: string }>) => [...tasks].map(({ id }) => id);
const everyId = idsOf(all);

interface Paging {
  total?: (count: number) => number | undefined;
  ceiling?: number;
  ignores?: ('offset' | 'ids')[];
  /** more ids in a call are refused; 0: the list takes none */
  mostIds?: number;
}

/** `GET /tasks` and `GET /tasks/{id}`, with the habits of one site or another. */
function listing({ total = (count) => count, ceiling = 100, ignores = [], mostIds = 100 }: Paging = {}): Handler {
  const answer: Handler = ({ path, query }) => {
    if (path.startsWith('/tasks/')) {
      const one = all.find(({ id }) => path === `/tasks/${id}`);
      return one === undefined ? refuse(404, 'TaskNotFound') : { body: one };
    }
    if (path !== '/tasks') return null;
    const ids = ignores.includes('ids') ? undefined : query.ids?.split(',');
    if (ids !== undefined && ids.length > mostIds) return refuse(400, 'BadRequest');
    const found = ids === undefined ? all : all.filter(({ id }) => ids.includes(id));
    const offset = ignores.includes('offset') ? 0 : Number(query.offset ?? 0);
    const items = found.slice(offset, offset + Math.min(Number(query.limit ?? 100), ceiling));
    return { body: { items, offset, limit: 100, total: total(found.length) } };
  };
  return answer;
}

/** Some tasks are gone by the next page. */
function changing(): (count: number) => number {
  let page = 0;
  return (count) => {
    page += 1;
    return page === 1 ? count + 2 : count;
  };
}

const pages = (seen: Seen[]) => seen.filter(({ path }) => path === '/tasks').map(({ query }) => query);

describe('a paged list', () => {
  it('is read though the site puts more on a page than a call may have arguments', async () => {
    const items = Array.from({ length: 140_000 }, (_, n) => ({ id: `t${n}`, state: 'RUNNING', endTime: -1 }));
    const one: Handler = ({ path }) => (path === '/tasks' ? { body: { items, offset: 0, total: items.length } } : null);
    await withFake(one, async ({ lyon }) => expect(await lyon.tasks({})).toHaveLength(items.length));
  });

  it.each([
    ['by 100 until the total is reached', {}, 3],
    ['whose pages are smaller than asked for', { ceiling: 40 }, 7],
    ['without a total', { total: () => undefined }, 3],
    ['whose total is too low', { total: () => 3 }, 3],
    ['whose total is zero', { total: () => 0 }, 3],
    ['whose total is too high', { total: () => 10_000 }, 4],
    ['whose total is negative', { total: () => -1 }, 3],
  ] as [string, Paging, number][])('is read %s', async (_name, paging, requests) => {
    await withFake(listing(paging), async ({ fake, lyon }) => {
      expect(idsOf(await lyon.tasks({ state: 'RUNNING' }))).toEqual(everyId);
      expect(pages(fake.seen)).toHaveLength(requests);
      for (const query of pages(fake.seen)) expect(query).toMatchObject({ state: 'RUNNING', limit: '100' });
    });
  });

  it.each([
    ['whose total changes between two pages', { total: changing() }, true],
    ['that has fewer items than its total', { total: () => 260 }, true],
    ['that agrees with itself', {}, false],
    ['without a total', { total: () => undefined }, false],
  ] as [string, Paging, boolean][])('%s says so when it contradicts itself', async (_name, paging, isSaid) => {
    await withFake(listing(paging), async ({ lyon }) => {
      let said = false;
      expect(idsOf(await lyon.tasks({}, { inconsistent: () => (said = true) }))).toEqual(everyId);
      expect(said).toBe(isSaid);
    });
  });

  it('of a site that ignores the offset ends with its first page', async () => {
    await withFake(listing({ ignores: ['offset'] }), async ({ fake, lyon }) => {
      expect(idsOf(await lyon.tasks({}))).toEqual(everyId.slice(0, 100));
      expect(pages(fake.seen)).toHaveLength(2);
    });
  });

  it.each([{}, { id: null }, { id: { a: 1 } }, { name: 'x' }])(
    'of a site that ignores the offset, and whose only item is %j, ends with its first page',
    async (item) => {
      const odd: Handler = ({ path }) => (path === '/tasks' ? { body: { items: [item], total: 500 } } : null);
      await withFake(odd, async ({ fake, lyon }) => {
        await lyon.tasks({}, { unreadable: () => undefined });
        expect(fake.seen.filter(({ path }) => path === '/tasks')).toHaveLength(2);
      });
    },
  );

  it('that shows items twice, because it changed meanwhile, gives each once', async () => {
    const shifting: Handler = ({ path, query }) =>
      path === '/tasks'
        ? { body: { items: all.slice(Math.max(0, Number(query.offset) - 5)).slice(0, 100), total: 250 } }
        : null;
    await withFake(shifting, async ({ lyon }) => {
      const ids = idsOf(await lyon.tasks({}));
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('that never ends is given up with an error', async () => {
    let pages = 0;
    // A thousand pages over HTTP would only show the same, slowly.
    const endless = createSiteHttp('lyon', {
      async send({ query }) {
        pages += 1;
        const items = Array.from({ length: 100 }, (_, n) => ({ id: `t${Number(query?.offset) + n}` }));
        return { status: 200, headers: new Headers(), body: { items }, bytes: 1_000 };
      },
    });
    const error = await failureOf(endless.readAll(task, '/tasks'));
    expect(error).toMatchObject({ code: 'UnexpectedResponse' });
    expect(error.detail).toContain('has not ended after 1000 pages');
    expect(pages).toBe(1_000);
  });

  it.each([100, 500])('of the simulator is complete under a ceiling of %i', async (pageCeiling) => {
    await withSimulator(
      async ({ paris }) => {
        const vms = await paris.inventoryVms('paris');
        expect(new Set(vms.map(({ id }) => id)).size).toBe(130);
      },
      { vms: 130, assumptions: { pageCeiling } },
    );
  });
});

describe('a list that is documented as a bare array', () => {
  it.each([
    ['is asked for without paging', { body: [{ site: 'lyon' }, { site: 'paris' }] }],
    ['may be a page', { body: { items: [{ site: 'lyon' }, { site: 'paris' }], total: 2 } }],
  ])('%s', async (_name, reply) => {
    await withFake(
      ({ path }) => (path === '/sites' ? reply : null),
      async ({ fake, lyon }) => {
        expect((await lyon.sites()).map(({ site }) => site)).toEqual(['lyon', 'paris']);
        expect(fake.seen.at(-1)?.query).toEqual({});
      },
    );
  });
});

describe('asking by ids', () => {
  it('puts 100 into a call, and leaves out what the site does not have', async () => {
    await withFake(listing(), async ({ fake, lyon }) => {
      const found = await lyon.tasksById([...everyId, 'gone']);
      expect(idsOf(found.values()).toSorted()).toEqual(everyId.toSorted());
      expect(pages(fake.seen).map(({ ids }) => ids?.split(',').length)).toEqual([100, 100, 51]);
      expect(await lyon.tasksById(['gone'])).toEqual(new Map());
      expect(await lyon.tasksById([])).toEqual(new Map());
    });
  });

  it('of a site with smaller pages finds all of them', async () => {
    await withFake(listing({ ceiling: 40 }), async ({ lyon }) => {
      expect([...(await lyon.tasksById(everyId)).keys()].toSorted()).toEqual(everyId.toSorted());
    });
  });

  it('of a site that ignores the filter still finds the few there are, one by one', async () => {
    await withFake(listing({ ignores: ['ids'] }), async ({ fake, lyon }) => {
      expect([...(await lyon.tasksById(['t240', 'gone'])).keys()]).toEqual(['t240']);
      expect(fake.count('GET /tasks/t240')).toBe(1);
      expect(pages(fake.seen)).toHaveLength(1);
    });
  });

  it('of a site that ignores the filter reads the list when that is less', async () => {
    await withFake(listing({ ignores: ['ids'] }), async ({ fake, lyon }) => {
      const wanted = everyId.slice(100, 165);
      expect([...(await lyon.tasksById(wanted)).keys()].toSorted()).toEqual(wanted.toSorted());
      // Not at its end, so all of it.
      expect(pages(fake.seen)).toHaveLength(5);
    });
  });

  it('of a site that ignores the filter looks where the newest stand, and follows them as the list grows', async () => {
    let length = 10_000;
    const growing: Handler = ({ path, query }) => {
      if (path.startsWith('/tasks/')) return refuse(404, 'TaskNotFound');
      const count = Math.max(0, Math.min(Number(query.limit), length - Number(query.offset)));
      const items = Array.from({ length: count }, (_, n) => runningTask(`t${Number(query.offset) + n}`));
      return path === '/tasks' ? { body: { items, total: length } } : null;
    };
    await withFake(growing, async ({ fake, lyon }) => {
      async function asked(from: number, to: number): Promise<number> {
        const before = pages(fake.seen).length;
        const wanted = Array.from({ length: to - from }, (_, n) => `t${from + n}`);
        expect([...(await lyon.tasksById([...wanted, 'gone'])).keys()].toSorted()).toEqual(wanted.toSorted());
        return pages(fake.seen).length - before;
      }
      // The first page tells that it does not filter.
      expect(await asked(9_960, 10_000)).toBe(1 + 2);
      length += 15;
      expect(await asked(9_960, 10_015)).toBe(2);
      length += 60;
      expect(await asked(9_960, 10_075)).toBeLessThanOrEqual(4);
      length -= 40;
      expect(await asked(9_960, 10_035)).toBeLessThanOrEqual(4);
    });
  });

  it.each([
    ['thirty in a call', 30, 250, 250],
    ['one in a call', 1, 9, 9],
    ['none', 0, 20, 0],
  ])('of a site that takes %s finds all of them', async (_name, mostIds, many, listed) => {
    await withFake(listing({ mostIds }), async ({ fake, lyon }) => {
      const wanted = everyId.slice(0, many);
      expect([...(await lyon.tasksById([...wanted, 'gone'])).keys()].toSorted()).toEqual(wanted.toSorted());
      const taken = pages(fake.seen).filter(({ ids }) => (ids?.split(',').length ?? 0) <= mostIds);
      expect(taken.flatMap(({ ids }) => ids?.split(',') ?? []).filter((id) => id !== 'gone')).toHaveLength(listed);
      // What was learned is not learned anew each time.
      const before = fake.seen.length;
      await lyon.tasksById(wanted);
      expect(fake.seen.length - before).toBeLessThanOrEqual(many + 2);
    });
  });

  it('takes a figure that cannot be read as unknown, and shows the item like the others', async () => {
    const broken = { ...runningTask('t1'), progress: { much: true } };
    const items = [runningTask('t0'), broken, { ...runningTask('t2'), state: 'FAILED', error: { reason: 'disk' } }];
    await withFake(
      ({ path }) => (path === '/tasks' ? { body: { items, total: 3 } } : null),
      async ({ lyon }) => {
        const found = await lyon.tasksById(['t0', 't1', 't2']);
        expect([...found.keys()]).toEqual(['t0', 't1', 't2']);
        expect(found.get('t1')).toMatchObject({ state: 'RUNNING', progress: null });
        expect(found.get('t2')?.error).toMatchObject({ code: 'UnreadableError', msg: '{"reason":"disk"}' });
      },
    );
  });

  it('of a list that is none says so', async () => {
    await withFake(
      ({ path }) => (path === '/tasks' ? { body: { items: { t1: runningTask('t1') }, total: 1 } } : null),
      async ({ lyon }) => {
        expect(await failureOf(lyon.tasksById(['t1']))).toMatchObject({ code: 'UnexpectedResponse' });
      },
    );
  });

  it('of a site whose licence is missing is refused, not asked for in other ways', async () => {
    await withFake(
      before(({ path }) => (path === '/tasks' ? refuse(400, 'ServiceNotLicensed') : null), listing()),
      async ({ fake, lyon }) => {
        expect(await failureOf(lyon.tasksById(everyId))).toMatchObject({ code: 'ServiceNotLicensed' });
        expect(fake.count('GET /tasks')).toBe(1);
      },
    );
  });

  it.each(['supported', 'ignored'] as const)(
    'finds the same in the simulator, ids= being %s',
    async (taskIdsFilter) => {
      await withSimulator(
        async ({ lyon }) => {
          const started = [];
          for (let n = 0; n < 3; n += 1)
            started.push((await lyon.startReplication(startBody(n), { peer: 'paris' })).id);
          expect(idsOf((await lyon.tasksById([...started, 'gone'])).values()).toSorted()).toEqual(started.toSorted());
        },
        { assumptions: { taskIdsFilter } },
      );
    },
  );
});

describe('the tasks of an operation', () => {
  it('are found by a site that filters, and whether it does is asked whenever one is found', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const first = await lyon.startReplication(startBody(0), { peer: 'paris', operationId: 'one' });
      const second = await lyon.startReplication(startBody(1), { peer: 'paris', operationId: 'two' });
      expect(idsOf((await lyon.tasksOfOperation('one')) ?? [])).toEqual([first.id]);
      expect(idsOf((await lyon.tasksOfOperation('two')) ?? [])).toEqual([second.id]);
      expect(await lyon.tasksOfOperation('three')).toEqual([]);
      const lists = simulator.control.stats().requests.find(({ route }) => route === '/tasks');
      expect(lists?.count).toBe(5);
    });
  });

  it('are unknown at a site that does not filter', async () => {
    await withSimulator(
      async ({ lyon }) => {
        expect(await lyon.tasksOfOperation('one')).toEqual([]);
        await lyon.startReplication(startBody(0), { peer: 'paris', operationId: 'one' });
        expect(await lyon.tasksOfOperation('two')).toBeNull();
        expect(await lyon.tasksOfOperation('one')).toBeNull();
      },
      { assumptions: { operationIdFilter: 'ignored' } },
    );
  });
});

describe('a replication that is not there', () => {
  it('is null by VCDA’s word only', async () => {
    const answers: Record<string, ReturnType<typeof refuse>> = {
      '/vm-replications/C4-gone': refuse(404, 'ReplicationNotFound'),
      '/vm-replications/C4-site': refuse(404, 'SiteNotFound'),
      '/vm-replications/C4-proxy': { status: 404, body: '<h1>Not Found</h1>' },
    };
    await withFake(
      before(
        ({ path }) => answers[path] ?? null,
        () => null,
      ),
      async ({ lyon }) => {
        expect(await lyon.findReplication('C4-gone')).toBeNull();
        expect(await failureOf(lyon.findReplication('C4-site'))).toMatchObject({ code: 'SiteNotFound' });
        expect(await failureOf(lyon.findReplication('C4-proxy'))).toMatchObject({ code: 'HTTP 404' });
      },
    );
  });
});

describe('what ended since a moment', () => {
  const MOMENT = Date.UTC(2026, 11, 5);
  const ended = Array.from({ length: 250 }, (_, n) => ({ ...runningTask(`e${n}`), endTime: MOMENT + 1 + n }));
  interface Habits {
    tasks?: ({ id: string } & Record<string, unknown>)[];
    ceiling?: number;
    total?: number | undefined;
    ignoresOffset?: boolean;
  }
  function endings(habits: Habits): Handler {
    const { tasks = ended, ceiling = 100, ignoresOffset = false } = habits;
    return ({ path, query }) => {
      const offset = ignoresOffset ? 0 : Number(query.offset);
      const items = tasks.slice(offset, offset + ceiling);
      return path === '/tasks' ? { body: { items, total: 'total' in habits ? habits.total : tasks.length } } : null;
    };
  }
  const runs = runningTask('runs');
  const { endTime: _, ...endless } = runs;

  it.each([
    ['page by page', {}, 3],
    ['in pages that are cut', { ceiling: 40 }, 7],
    ['without a total', { total: undefined }, 4],
    ['with a total that is too low', { total: 3 }, 4],
    ['when nothing did', { tasks: [] }, 1],
    ['when nothing did, without a total', { tasks: [], total: undefined }, 1],
  ] as [string, Habits, number][])('is told %s', async (_name, habits, requests) => {
    await withFake(endings(habits), async ({ fake, lyon }) => {
      const told = await lyon.tasksEndedAfter(MOMENT, 10);
      expect(told.is === 'told' && idsOf(told.tasks)).toEqual(idsOf(habits.tasks ?? ended));
      expect(pages(fake.seen).map(({ endTimeAfter }) => endTimeAfter)).toEqual(Array(requests).fill(`${MOMENT}`));
    });
  });

  it.each([
    ['lists what runs', endings({ tasks: [...ended.slice(0, 3), runs] })],
    ['lists what tells no end', endings({ tasks: [endless] })],
    ['lists what ended before', endings({ tasks: [{ ...runs, endTime: MOMENT }] })],
    ['tells its times in seconds', endings({ tasks: [{ ...runs, endTime: (MOMENT + 5_000) / 1_000 }] })],
    ['ignores the offset', endings({ ignoresOffset: true })],
    ['has fewer than it says', endings({ total: 10_000 })],
    ['refuses with 400', () => refuse(400, 'BadRequest')],
    ['refuses with 404', () => refuse(404, 'NotFound')],
    ['refuses with 501', () => ({ status: 501 })],
  ] as [string, Handler][])('is not to be learnt so from a site that %s', async (_name, handler) => {
    await withFake(handler, async ({ lyon }) => {
      expect(await lyon.tasksEndedAfter(MOMENT, 10)).toEqual({ is: 'unfiltered' });
    });
  });

  it('is no longer asked for where it costs more pages than it is worth', async () => {
    await withFake(endings({}), async ({ fake, lyon }) => {
      expect(await lyon.tasksEndedAfter(MOMENT, 2)).toEqual({ is: 'many' });
      expect(pages(fake.seen)).toHaveLength(2);
    });
  });

  it('is an error where the site gives no answer', async () => {
    await withFake(
      ({ path }) => (path === '/tasks' ? refuse(403, 'Forbidden') : null),
      async ({ lyon }) => {
        expect(await failureOf(lyon.tasksEndedAfter(MOMENT, 2))).toMatchObject({ code: 'Forbidden' });
      },
    );
  });
});
