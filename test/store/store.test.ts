import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { type ActRecord, actId } from '../../contract/act.js';
import type { KeptActs } from '../../contract/evidence.js';
import { headOf } from '../../contract/pieces.js';
import { Secret } from '../../plan/secret.js';
import type { StoreSettings } from '../../plan/types.js';
import { OtherStore, Store, StoreAway } from '../../store/index.js';
import { evidence, FIRST, head, unit } from '../support/evidence.js';
import { type Folder, tempFolder } from '../support/folder.js';
import { aPlan, aVm, aWave } from '../support/plans.js';
import { type Postgres, postgresBinaries, startPostgres } from '../support/postgres.js';

const binaries = postgresBinaries();
if (binaries === null)
  process.stderr.write('no PostgreSQL on this machine: the tests of the store on it are skipped\n');

const act = (id: string): ActRecord => ({
  id,
  at: '2026-12-05T22:00:00.000Z',
  actor: 'ann',
  proof: 'claimed',
  command: 'drover approve',
  act: 'approve',
  target: 'wave:pilot',
  note: null,
  reference: 'CHG-7',
  before: null,
  after: { approved: true },
  refused: null,
});

const MOVED = { source: 'paris', destination: 'lyon' };

function suite(fresh: () => Promise<StoreSettings>) {
  async function withStore(test: (store: Store, settings: StoreSettings) => Promise<void>): Promise<void> {
    const settings = await fresh();
    const store = new Store(settings, { drover: '0.1.0' });
    try {
      await test(store, settings);
    } finally {
      await store.close();
    }
  }

  test('workers that start at once make one store, which has one id', async () => {
    const settings = await fresh();
    const stores = Array.from({ length: 4 }, () => new Store(settings));
    try {
      const ids = await Promise.all(stores.map((one) => one.open()));
      expect(new Set(ids).size).toBe(1);
      expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      await Promise.all(stores.map((one) => one.close()));
    }
  });

  test('what was kept is there when it is opened again', () =>
    withStore(async (store, settings) => {
      await store.keepEvidence(evidence({ head: head({ state: 'succeeded' }), units: [unit('web1')] }));
      const again = new Store(settings);
      const kept = await again.run('exit-1');
      expect(kept).toEqual({
        ...FIRST,
        head: head({ state: 'succeeded' }).report,
        planDigest: 'sha256:1',
        drover: '0.1.0',
      });
      expect(await again.vms({ of: FIRST, from: null })).toEqual({ vms: [unit('web1').report], next: null });
      expect(await again.open()).toBe(await store.open());
      await again.close();
    }));

  test('a repeat and an older write change nothing, a newer one does', () =>
    withStore(async (store) => {
      const wrote = (state: 'running' | 'failed' | 'succeeded', revision: number) =>
        store.keepEvidence(
          evidence({
            head: head({ state }, revision),
            units: [unit('web1', { revision }, { state, name: `w${revision}` })],
          }),
        );
      const kept = async () => ({
        run: (await store.run('exit-1'))?.head.state,
        vms: (await store.vms({ of: FIRST, from: null })).vms.map(({ name }) => name),
      });
      await wrote('failed', 2);
      await wrote('succeeded', 2);
      await wrote('running', 1);
      expect(await kept()).toEqual({ run: 'failed', vms: ['w2'] });
      // A workflow task that came to nothing has said the first.
      const at = '2026-12-05T22:00:01.000Z';
      await store.keepEvidence(evidence({ at, head: head({ state: 'cancelled' }, 2) }));
      await store.keepEvidence(evidence({ at: '2026-12-05T21:59:59.000Z', head: head({ state: 'failed' }, 2) }));
      expect(await kept()).toEqual({ run: 'cancelled', vms: ['w2'] });
      await wrote('succeeded', 3);
      expect(await kept()).toEqual({ run: 'succeeded', vms: ['w3'] });
    }));

  test('says who was moved, by id and by name in any case, and by which run', () =>
    withStore(async (store) => {
      const moved = unit('Web1', { moved: MOVED }, { recoveredAs: ['new-1'] });
      await store.keepEvidence(evidence({ units: [moved, unit('db1')] }));
      const asked = (id: string, name: string, source = 'paris') => store.movedFrom({ source, vms: [{ id, name }] });
      const found = [{ vmId: 'id-of-Web1', name: 'Web1', to: 'lyon', run: 'exit-1' }];
      expect(await asked('id-of-Web1', 'renamed')).toEqual(found);
      expect(await asked('other', ' wEB1')).toEqual(found);
      expect(await asked('other', 'web2')).toEqual([]);
      expect(await asked('id-of-Web1', 'Web1', 'lyon')).toEqual([]);
      expect(await asked('id-of-db1', 'db1')).toEqual([]);
    }));

  test('a run whose id is used again is a run of its own, and the newer is found', () =>
    withStore(async (store) => {
      const second = { run: 'exit-1', execution: 'second' };
      await store.keepEvidence(evidence({ head: head({ plan: 'old' }), units: [unit('web1')] }));
      const startedAt = '2027-01-01T00:00:00.000Z';
      await store.keepEvidence(evidence({ ...second, head: head({ plan: 'new', startedAt }), units: [unit('web2')] }));
      expect(await store.run('exit-1')).toMatchObject({ execution: 'second', head: { plan: 'new' } });
      expect((await store.vms({ of: second, from: null })).vms.map(({ name }) => name)).toEqual(['web2']);
      expect((await store.vms({ of: FIRST, from: null })).vms.map(({ name }) => name)).toEqual(['web1']);
    }));

  test('VMs come in the order of the plan, in pages that fit, each once', () =>
    withStore(async (store) => {
      const said = { notes: ['x'.repeat(3_000)] };
      const units = Array.from({ length: 120 }, (_, n) => unit(`vm${n}`, { position: n }, said));
      await store.keepEvidence(evidence({ units: [...units].reverse() }));
      const names: string[] = [];
      let pages = 0;
      for (
        let from = null as Awaited<ReturnType<Store['vms']>>['next'], isFirst = true;
        isFirst || from !== null;
        isFirst = false
      ) {
        const page = await store.vms({ of: FIRST, from });
        expect(JSON.stringify(page).length).toBeLessThan(256 * 1024);
        names.push(...page.vms.map(({ name }) => name));
        from = page.next;
        pages += 1;
      }
      expect(pages).toBeGreaterThan(1);
      expect(names).toEqual(units.map(({ report }) => report.name));
    }));

  test('a plan comes with its VMs in their order, in pages that fit', () =>
    withStore(async (store) => {
      const plan = aPlan({ waves: [aWave('all', ...Array.from({ length: 120 }, (_, n) => aVm(`vm${n}`)))] });
      const [wave] = plan.waves;
      const units = (wave?.vms ?? []).map((planned, position) =>
        unit(planned.name, { position, planned: { ...planned, placementPolicy: 'x'.repeat(3_000) } }),
      );
      await store.keepEvidence(evidence({ head: { ...head(), plan: headOf(plan) }, units: [...units].reverse() }));
      const names: string[] = [];
      let page = await store.plan({ of: FIRST, from: null });
      expect(page.head).toEqual(headOf(plan));
      expect(page.next).not.toBeNull();
      for (; ; page = await store.plan({ of: FIRST, from: page.next })) {
        expect(JSON.stringify(page).length).toBeLessThan(256 * 1024);
        names.push(...page.vms.map(({ name }) => name));
        if (page.next === null) break;
      }
      expect(names).toEqual(wave?.vms.map(({ name }) => name));
    }));

  test('runs come newest first, in pages, each once', () =>
    withStore(async (store) => {
      for (let n = 0; n < 5; n += 1) {
        // Two began in the same millisecond.
        const startedAt = `2026-12-0${Math.max(1, n)}T00:00:00.000Z`;
        await store.keepEvidence(evidence({ run: `r${n}`, head: head({ run: `r${n}`, startedAt }) }));
      }
      const first = await store.runs(null, 3);
      expect([first.runs.map(({ run }) => run), first.more]).toEqual([['r4', 'r3', 'r2'], true]);
      const last = first.runs.at(-1);
      const second = await store.runs({ startedAt: last?.head.startedAt ?? '', run: last?.run ?? '' }, 3);
      expect([second.runs.map(({ run }) => run), second.more]).toEqual([['r1', 'r0'], false]);
    }));

  test('durations count once for each operation, and a VM is known by its workflow over runs', () =>
    withStore(async (store) => {
      const took = (seconds: number) => [
        {
          operationId: 'drover/exit-1/web1/migrate/1',
          site: 'lyon',
          kind: 'migrate' as const,
          seconds,
          finishedAt: '2026-12-05T22:00:00.000Z',
        },
      ];
      await store.keepEvidence(evidence({ units: [unit('web1', { durations: took(12.5) })] }));
      await store.keepEvidence(evidence({ units: [unit('web1', { durations: took(99), revision: 2 })] }));
      expect(await store.durations('lyon', 'migrate', 10)).toEqual([12.5]);
      await store.keepEvidence(
        evidence({ run: 'exit-2', units: [unit('web1', {}, { finishedAt: '2027-01-01T00:00:00.000Z' })] }),
      );
      const reports = await store.reportsOf('vm/paris/id-of-web1', 50);
      expect(reports.map(({ finishedAt }) => finishedAt)).toEqual([
        '2027-01-01T00:00:00.000Z',
        '2026-12-05T22:00:00.000Z',
      ]);
    }));

  test('some VMs of a run are told by their places in the plan', () =>
    withStore(async (store) => {
      const units = ['a', 'b', 'c', 'd'].map((name, position) => unit(name, { position }));
      await store.keepEvidence(evidence({ units }));
      const { vms, next } = await store.vms({ of: FIRST, from: { position: 1, unit: '' }, until: 3 });
      expect({ names: vms.map(({ name }) => name), next }).toEqual({ names: ['b', 'c'], next: null });
    }));

  test('all that persons did is told in its order, in pages that fit', () =>
    withStore(async (store) => {
      const acts = Array.from({ length: 230 }, (_, n) => act(actId(FIRST.execution, n + 1)));
      await store.keepEvidence(evidence({ acts: [...acts].reverse() }));
      const told: ActRecord[] = [];
      let after: string | null = null;
      do {
        const page: KeptActs = await store.acts(FIRST, after);
        expect(JSON.stringify(page).length).toBeLessThan(256 * 1024);
        told.push(...page.acts);
        after = page.next;
      } while (after !== null);
      expect(told.map(({ id }) => id)).toEqual(acts.map(({ id }) => id));
      expect(await store.acts({ ...FIRST, execution: 'second' }, null)).toEqual({ acts: [], next: null });
    }));

  test('what a person did is kept once', () =>
    withStore(async (store) => {
      const approval = act('a1');
      await store.keepEvidence(evidence({ acts: [approval] }));
      await store.keepEvidence(evidence({ head: head(), acts: [{ ...approval, actor: 'eve' }] }));
      expect((await store.run('exit-1'))?.head.acts).toEqual([approval]);
      // A run of the same id, once Temporal had forgotten the first, is another.
      const startedAt = '2027-01-01T00:00:00.000Z';
      await store.keepEvidence(evidence({ execution: 'second', head: head({ startedAt }) }));
      expect((await store.run('exit-1'))?.head).not.toHaveProperty('acts');
    }));

  test('many writes at once are all kept, and one that cannot be is alone refused', () =>
    withStore(async (store) => {
      await store.open();
      const writes = Array.from({ length: 300 }, (_, n) =>
        store.keepEvidence(evidence({ units: [unit(`vm${n}`, { position: n })] })),
      );
      const bad = store.keepEvidence(evidence({ units: [unit('bad', { position: null as never })] }));
      await expect(bad).rejects.toThrow(StoreAway);
      await Promise.all(writes);
      let kept = 0;
      for (
        let page = await store.vms({ of: FIRST, from: null });
        ;
        page = await store.vms({ of: FIRST, from: page.next })
      ) {
        kept += page.vms.length;
        if (page.next === null) break;
      }
      expect(kept).toBe(300);
      await store.probe();
    }));

  test('names that a site made up, with characters that no database likes, are kept', () =>
    withStore(async (store) => {
      const name = "web\u0000'; drop table unit; -- \ud83d\ude00";
      await store.keepEvidence(evidence({ units: [unit('web1', { moved: MOVED }, { name })] }));
      expect((await store.vms({ of: FIRST, from: null })).vms[0]?.name).toBe(name);
      expect(await store.movedFrom({ source: 'paris', vms: [{ id: 'other', name }] })).toHaveLength(1);
    }));

  test('nothing is read or written before it is known to be the store of this installation', async () => {
    const settings = await fresh();
    let isOurs = false;
    const store = new Store(settings, {
      admit: async () => {
        if (!isOurs) throw new OtherStore('the workers use another');
      },
    });
    await expect(store.open()).rejects.toThrow(OtherStore);
    await expect(store.keepEvidence(evidence({ units: [unit('web1')] }))).rejects.toThrow(/the workers use another/);
    await expect(store.run('exit-1')).rejects.toThrow(StoreAway);
    isOurs = true;
    expect((await store.vms({ of: FIRST, from: null })).vms).toEqual([]);
    await store.close();
  });
}

describe('the store in a SQLite file', () => {
  let folder: Folder;
  let made = 0;
  beforeAll(() => {
    folder = tempFolder();
  });
  afterAll(() => folder.remove());
  async function fresh(): Promise<StoreSettings> {
    made += 1;
    return { kind: 'sqlite', file: join(folder.path, `.drover-${made}`, 'store.db') };
  }
  suite(fresh);

  test('is for its owner alone, and writes ahead', async () => {
    const settings = await fresh();
    if (settings.kind !== 'sqlite') throw new Error('another kind');
    const store = new Store(settings);
    await store.keepEvidence(evidence({ units: [unit('web1')] }));
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(settings.file + suffix).mode & 0o777).toBe(0o600);
    await store.close();
  });

  test('while another process writes, it does not answer; afterwards it does', async () => {
    const settings = await fresh();
    if (settings.kind !== 'sqlite') throw new Error('another kind');
    const store = new Store(settings);
    await store.open();
    const other = new Database(settings.file);
    other.exec('begin immediate');
    await expect(store.keepEvidence(evidence({ units: [unit('web1')] }))).rejects.toThrow(StoreAway);
    expect((await store.vms({ of: FIRST, from: null })).vms).toEqual([]);
    other.exec('rollback');
    other.close();
    await store.keepEvidence(evidence({ units: [unit('web1')] }));
    expect((await store.vms({ of: FIRST, from: null })).vms).toHaveLength(1);
    await store.close();
  });

  test('that cannot be made says where and why', async () => {
    const file = join(folder.write('plain', 'no folder'), 'store.db');
    const store = new Store({ kind: 'sqlite', file });
    const away = await store.open().catch((error: unknown) => error);
    expect(away).toBeInstanceOf(StoreAway);
    expect(String(away)).toContain(file);
    await store.close();
  });
});

(binaries === null ? describe.skip : describe)('the store in PostgreSQL', () => {
  let server: Postgres;
  let made = 0;
  beforeAll(async () => {
    server = await startPostgres(binaries ?? '');
  });
  afterAll(() => server?.close());
  async function fresh(): Promise<StoreSettings> {
    made += 1;
    return { kind: 'postgres', url: await server.database(`drover_${made}`), password: new Secret(server.password) };
  }
  suite(fresh);

  test('with a wrong password says what to fix, and no secret', async () => {
    const settings = await fresh();
    if (settings.kind !== 'postgres') throw new Error('another kind');
    const store = new Store({ ...settings, password: new Secret('wrong-one') });
    const away = await store.open().catch((error: unknown) => error);
    expect(away).toMatchObject({ name: 'StoreAway', advice: expect.stringContaining('password') });
    expect(String(away)).toContain('PostgreSQL postgres://drover@127.0.0.1');
    expect(String(away)).not.toContain('wrong-one');
    await store.close();
  });

  test('goes on by itself when the server is back', async () => {
    const store = new Store(await fresh());
    await store.keepEvidence(evidence({ units: [unit('web1')] }));
    await server.stop();
    await expect(store.keepEvidence(evidence({ units: [unit('web2')] }))).rejects.toThrow(StoreAway);
    await expect(store.vms({ of: FIRST, from: null })).rejects.toThrow(StoreAway);
    await server.start();
    await store.keepEvidence(evidence({ units: [unit('web2')] }));
    expect((await store.vms({ of: FIRST, from: null })).vms.map(({ name }) => name)).toEqual(['web1', 'web2']);
    await store.close();
  });
});
