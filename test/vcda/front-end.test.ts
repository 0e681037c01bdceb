/** What answers in a site's stead, a proxy, an ingress, a block page, has no say: neither about a call nor about what exists. */
import { describe, expect, it } from '@jest/globals';
import type { FaultRule } from '../../simulator/index.js';
import type { Site } from '../../vcda/index.js';
import { failureOf, startBody, withFake, withSimulator } from './support/client.js';
import { before, type Handler, type Outcome, refuse } from './support/fake-site.js';

const ID = 'C4-1';
const PEER = { peer: 'paris' };

const PAGES: [string, FaultRule][] = [
  ['a 302 to a login page', { kind: 'front', status: 302 }],
  ['a 401 without a challenge', { kind: 'front', status: 401 }],
  ['a 403 of a block page', { kind: 'front', status: 403, page: 'text' }],
  ['a 404 of an ingress', { kind: 'front', status: 404, page: 'empty' }],
  ['a 404 in JSON', { kind: 'front', status: 404, page: 'json' }],
  ['a 400 in HTML', { kind: 'front', status: 400 }],
  ['a 200 with a login page', { kind: 'front', status: 200 }],
  ['a 200 without a body', { kind: 'front', status: 200, page: 'empty' }],
  ['a 200 in JSON of another shape', { kind: 'front', status: 200, page: 'json' }],
  ['JSON with a code of its own', { kind: 'front', status: 403, body: '{"code":"AccessDenied","message":"no"}' }],
  ['JSON with a number for a code', { kind: 'front', status: 404, body: '{"code":404,"msg":"no route"}' }],
];

const CALLS: [string, (site: Site) => Promise<unknown>][] = [
  ['the session', (site) => site.currentSession()],
  ['the sites', (site) => site.sites()],
  ['a task', (site) => site.task('t1')],
  ['tasks by ids', (site) => site.tasksById(['t1'])],
  ['tasks of an operation', (site) => site.tasksOfOperation('drover/x')],
  ['a replication', (site) => site.findReplication(ID)],
  ['replications of a VM', (site) => site.replications({ vmId: 'x' })],
  ['the inventory', (site) => site.inventory.vms()],
  ['the inventory of the other site', (site) => site.inventoryVms('paris')],
  ['instances', (site) => site.instances(ID)],
  ['a start', (site) => site.startReplication(startBody(), PEER)],
  ['a migration', (site) => site.migrateReplication(ID, { type: 'vcloud', powerOn: true }, PEER)],
  ['a deletion', (site) => site.deleteReplication(ID, PEER)],
];

describe.each(PAGES)('%s', (_page, fault) => {
  it('is an answer to no call: all are tried again, for as long as a site that is away', async () => {
    await withSimulator(async ({ simulator, lyon, sites }) => {
      for (const [name, call] of CALLS) {
        simulator.control.clearFaults();
        // A login that is answered 401 is refused, whoever answers.
        await lyon.currentSession(PEER);
        simulator.control.addFaults({ ...fault, path: '^/(?!sessions$|sessions/extend)' });
        if (name === 'the session') simulator.control.addFaults({ ...fault, operation: 'session' });
        const error = await failureOf(call(lyon));
        expect([name, sites.rules(error)]).toEqual([
          name,
          expect.objectContaining({ call: 'retry', retry: expect.objectContaining({ for: 24 * 3_600_000 }) }),
        ]);
        expect([name, error.acted]).toEqual([name, 'unknown']);
      }
    });
  });
});

describe('a login', () => {
  it.each(PAGES.filter(([, { status }]) => status !== 401))('that meets %s is tried again', async (_page, fault) => {
    await withSimulator(async ({ simulator, lyon, sites }) => {
      simulator.control.addFaults({ ...fault, operation: 'login', times: 3 });
      expect(sites.rules(await failureOf(lyon.currentSession()))).toMatchObject({ call: 'retry' });
      simulator.control.clearFaults();
      await lyon.currentSession();
    });
  });

  it('that is answered 401 is refused, whoever answers', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({ kind: 'front', status: 401, operation: 'login', times: 1 });
      expect(await failureOf(lyon.currentSession())).toMatchObject({ code: 'LoginRefused' });
    });
  });
});

/** While whatever is remembered for seconds is remembered: no time goes by. */
async function inNoTime(test: () => Promise<void>): Promise<void> {
  const now = performance.now();
  performance.now = () => now;
  await test().finally(() => Reflect.deleteProperty(performance, 'now'));
}

describe('a 401 that does not say whose it is', () => {
  const bare: Outcome = { status: 401, body: 'Unauthorized' };
  const task = { id: 't1', state: 'RUNNING', endTime: -1 };

  it('renews the login and the extension, and a question is asked again', async () => {
    let left = 1;
    const handler: Handler = ({ path }) => (path !== '/tasks/t1' ? null : left-- > 0 ? bare : { body: task });
    await withFake(handler, async ({ fake, lyon }) => {
      expect(await lyon.task('t1', PEER)).toMatchObject({ id: 't1' });
      expect([fake.count('POST /sessions'), fake.count('POST /sessions/extend')]).toEqual([2, 2]);
    });
  });

  it('renews both too for what changes something, which is sent once a look has shown that it did not arrive', async () => {
    let left = 1;
    const handler: Handler = ({ method, path }) =>
      method !== 'POST' || path !== '/vm-replications' ? null : left-- > 0 ? bare : { status: 202, body: task };
    await withFake(handler, async ({ fake, lyon }) => {
      expect(await failureOf(lyon.startReplication(startBody(), PEER))).toMatchObject({
        status: 401,
        acted: 'unknown',
      });
      expect(fake.count('POST /vm-replications')).toBe(1);
      expect(await lyon.startReplication(startBody(), PEER)).toMatchObject({ id: 't1' });
      expect([fake.count('POST /sessions'), fake.count('POST /sessions/extend')]).toEqual([2, 2]);
    });
  });

  it('answers one call after the other: that does not cost a login each', async () => {
    await withFake(
      ({ path }) => (path === '/tasks/t1' ? bare : null),
      ({ fake, lyon, sites }) =>
        inNoTime(async () => {
          for (let n = 0; n < 5; n += 1) {
            const error = await failureOf(lyon.task('t1', PEER));
            expect([error.code, sites.rules(error).call]).toEqual(['HTTP 401', 'retry']);
          }
          expect([fake.count('POST /sessions'), fake.count('POST /sessions/extend')]).toEqual([2, 2]);
        }),
    );
  });

  it('answers an extension: once it may be about the session', async () => {
    let left = 1;
    const handler: Handler = ({ path }) =>
      path === '/tasks/t1' ? { body: task } : path === '/sessions/extend' && left-- > 0 ? bare : null;
    await withFake(handler, async ({ fake, lyon }) => {
      await lyon.task('t1', PEER);
      expect([fake.count('POST /sessions'), fake.count('POST /sessions/extend')]).toEqual([2, 2]);
    });
  });

  it('answers an extension again: it is waited out, and believed of the peer once it has lasted a minute', async () => {
    const page: Outcome = { status: 401, body: '<!DOCTYPE html><html><title>401</title></html>' };
    const start = performance.now();
    let now = start;
    performance.now = () => now;
    await withFake(
      ({ path }) => (path === '/sessions/extend' ? page : null),
      async ({ fake, lyon, sites }) => {
        const sent: number[] = [];
        for (const ms of [0, 10, 4_900, 5_100, 30_000, 59_900]) {
          now = start + ms;
          const error = await failureOf(lyon.startReplication(startBody(), PEER));
          expect(error).toMatchObject({ code: 'HTTP 401', path: '/sessions/extend', acted: 'no' });
          expect(error.detail).toContain('an HTML page');
          expect(sites.rules(error)).toMatchObject({ call: 'retry', key: 'FrontEnd' });
          sent.push(fake.count('POST /sessions/extend'));
        }
        // Each may count as a wrong password at the peer, and five lock the account.
        expect(sent).toEqual([2, 2, 2, 3, 3, 3]);
        now = start + 60_000;
        const refusal = await failureOf(lyon.startReplication(startBody(), PEER));
        expect(refusal).toMatchObject({ code: 'LoginRefused', acted: 'no' });
        expect(refusal.detail).toContain('for a minute, by (an HTML page');
        await failureOf(lyon.startReplication(startBody(), PEER));
        expect(fake.count('POST /sessions/extend')).toBe(4);
        expect(fake.count('POST /sessions')).toBe(2);
      },
    ).finally(() => Reflect.deleteProperty(performance, 'now'));
  });
});

describe('whether a replication is there', () => {
  const own404 = refuse(404, 'ReplicationNotFound');
  const page404: Outcome = { status: 404, body: '<html>default backend - 404</html>' };
  const stranger = { id: 'C4-2', vmId: 'other' };
  const listing = (...items: unknown[]): Outcome => ({ body: { items, total: items.length, offset: 0, limit: 100 } });
  const at = (byId: Outcome, list: Outcome): Handler =>
    before(
      ({ path }) => (path === `/vm-replications/${ID}` ? byId : null),
      ({ path }) => (path === '/vm-replications' ? list : null),
    );

  it.each([
    ["the site's own 404, and a list without it", own404, listing(), null],
    ["a front end's 404, and a list without it", page404, listing(), null],
    ['either 404, and a list that has it', own404, listing({ id: ID, vmId: 'x' }), ID],
    ['a 404 of a page, and a list that has it', page404, listing({ id: ID, vmId: 'x' }), ID],
    ['a 404, and a list of all, without it', own404, listing(stranger), null],
    ['a 404, and a list of all, with it', own404, listing(stranger, { id: ID }), ID],
    ["the site's own 404, where its list takes no ids", own404, refuse(400, 'BadRequest'), null],
    ["the site's own 404, where it has no such list", own404, refuse(404, 'NotFound'), null],
  ])('is told by %s', async (_name, byId, list, id) => {
    await withFake(at(byId, list), async ({ lyon }) => {
      expect((await lyon.findReplication(ID))?.id ?? null).toBe(id);
    });
  });

  it.each([
    ['a 404 of a page alone, where the list takes no ids', page404, refuse(400, 'BadRequest')],
    ['404s of a front end', page404, page404],
    ["the site's own 404, and a front end's for the list", own404, page404],
    ['a list that is a login page', own404, { body: '<html>Log in</html>' }],
    ['a list without a body', own404, { status: 200 }],
    ['a list of another shape', own404, { body: { replications: [] } }],
    ['a list with an item that names no id', own404, listing({ vmId: 'x' })],
    ['a list with an item that is none', own404, listing(stranger, null)],
  ])('is not told by %s', async (_name, byId, list) => {
    await withFake(at(byId, list), async ({ lyon, sites }) => {
      expect(sites.rules(await failureOf(lyon.findReplication(ID)))).toMatchObject({ call: 'retry' });
    });
  });
});
