import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { siteNetworks, siteSlaProfiles, siteStorageProfiles, siteVdcId } from '../../simulator/index.js';
import { acme, type Client, client, login, pass, provider, startBody, vms, withSimulator } from './support/client.js';

/** Nothing a client sends may make the simulator itself fail: no 500, no connection lost, always an error object. */

const rare = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e400',
    'null',
    '__proto__',
    'constructor',
    '%00',
    '..',
    "'",
    '💥',
    'NaN',
    ',',
    'C4-',
  ),
  fc.string({ maxLength: 40 }),
);
const known = fc.constantFrom(
  ...vms.map((vm) => vm.id),
  ...[vms[0]?.vappId, siteVdcId('lyon'), siteNetworks('lyon')[0]?.id, siteStorageProfiles('lyon')[0]?.id].map(String),
  ...siteSlaProfiles('lyon').map((profile) => profile.id),
  'paris',
  'lyon',
  'acme',
  'default',
);
const word = fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: rare });

const lists = ['/vm-replications', '/vapp-replications'];
const verbs = ['sync', 'pause', 'resume', 'failover', 'migrate', 'failover-test', 'reverse', 'storage-profile'];
const read = [
  '/sessions',
  '/tasks',
  '/tasks/{t}',
  '/sites',
  '/sites/{w}',
  '/license',
  '/config',
  '/sla-profiles',
  '/policies',
  '/policies/{w}',
  '/policies/{w}/status',
  '/recovery-plans/{w}/steps/{w}',
  '/inventory/vms',
  '/inventory/vapps',
  '/inventory/vdcs/{w}/storage-profiles',
  '/inventory/vdcs/{w}/networks',
  '/owner/{w}/traffic',
  '/diagnostics/about',
  '/diagnostics/health',
  '/vm-replications/{r}/instances',
  '/vm-replications/{r}/instances/{w}',
  '/vm-replications/{r}/network-settings',
  '/vm-replications/{r}/traffic',
  '/vm-replications/{r}/rt-traffic',
];
const routes = read
  .concat(lists.flatMap((list) => [list, `${list}/{r}`]))
  .map((path) => ['GET', path])
  .concat(
    ['/sessions', '/sessions/extend', '/policies', '/policies/{w}/orgs/{w}', ...lists, ...lists].map((it) => [
      'POST',
      it,
    ]),
    lists.flatMap((list) => verbs.map((verb) => ['POST', `${list}/{r}/${verb}`])),
    lists.flatMap((list) => [`${list}/{r}`, `${list}/{r}/chown`].map((path) => ['PATCH', path])),
    lists.flatMap((list) => [`${list}/{r}`, `${list}/{r}/failover-test`].map((path) => ['DELETE', path])),
    ['/policies/{w}', '/sessions/extend/{w}', '/sla-profiles/orgs/{w}/profiles/{w}'].map((path) => ['DELETE', path]),
    ['/policies/{w}', ...lists.map((list) => `${list}/{r}/network-settings`)].map((path) => ['PUT', path]),
  ) as [method: string, path: string][];

const parameters = [
  'site',
  'offset',
  'limit',
  'ids',
  'state',
  'type',
  'user',
  'sourceOrg',
  'startTimeAfter',
  'sort',
  'desc',
].concat(['operationID', 'resourceType', 'vmId', 'vmName', 'owner', 'start', 'end', 'resolution', 'sourceSiteType']);

/** A body that is right but for one member, somewhere. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom<object>(
      startBody(0),
      startBody(3, { isMigration: true }),
      { ...startBody(), source: { type: 'vapp', site: 'paris', vappId: vms[4]?.vappId } },
      { type: 'vcloud', powerOn: true, consolidate: false, instanceId: null },
      { sync: true },
      { owner: 'acme@lyon' },
      { ...acme },
      { type: 'credentials', site: 'paris', vcdUsername: 'ops@acme', vcdPassword: 'drover-sim' },
      { displayName: 'p', minRpo: 3 },
      { storageProfileId: siteStorageProfiles('lyon')[1]?.id },
    ),
    fc.nat(30),
    fc.oneof(fc.jsonValue(), word, fc.constantFrom<unknown>(undefined, null, -1, 1e308, [], {}, true)),
    fc.boolean(),
  )
  .map(([body, at, value, spoil]) => (spoil ? spoiled(body, at, value) : body));

function spoiled(body: object, at: number, value: unknown): object {
  const entries = Object.entries(body);
  const [key, inner] = entries[at % entries.length] as [string, unknown];
  const deeper = typeof inner === 'object' && inner !== null && !Array.isArray(inner) && at % 2 === 0;
  return { ...body, [key]: deeper ? spoiled(inner, Math.floor(at / 2), value) : value };
}

const request = fc.record({
  route: fc.constantFrom(...routes),
  // Now and then a method that the path does not know.
  wrong: fc.oneof(
    { weight: 15, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'POST') },
  ),
  words: fc.array(word, { minLength: 2, maxLength: 2 }),
  pick: fc.nat(50),
  query: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.constantFrom(...parameters), word), { maxLength: 3 }) },
  ),
  body: fc.oneof(
    { weight: 5, arbitrary: nearlyRight },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  admin: fc.boolean(),
});

// What was sent may have ended the session, and then there is no list.
async function ids(at: Client, list: string): Promise<string[]> {
  const { status, body } = await at.get(`${list}?limit=100`);
  return status === 200 ? body.items.map((it) => it.id) : [];
}

// Some of what is sent takes the extension away again.
async function extend(at: Client, { vcdUser, vcdPassword }: typeof acme): Promise<void> {
  await at.post('/sessions/extend', { type: 'credentials', site: 'paris', vcdUsername: vcdUser, vcdPassword });
}

describe('fuzz', () => {
  it('whatever is sent, in whatever order, the simulator answers and stays sound', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const [admin, tenant] = [await login(lyon, provider, 'paris'), await login(lyon, acme, 'paris')];
      const pools = { tasks: [] as string[], vm: [] as string[], vapp: [] as string[] };
      let sent = 0;
      const counts = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(request, async ({ route: [usual, path], wrong, words, pick, query, body, admin: asAdmin }) => {
          const method = wrong === '' ? usual : wrong;
          if (sent++ % 25 === 0) {
            await extend(admin, provider);
            await extend(tenant, acme);
            for (const n of [0, 1, 2]) await tenant.post('/vm-replications', startBody((sent + n) % vms.length));
            Object.assign(pools, {
              tasks: await ids(admin, '/tasks'),
              vm: await ids(admin, '/vm-replications'),
              vapp: await ids(admin, '/vapp-replications'),
            });
          }
          const pool = path.startsWith('/vm-') ? pools.vm : pools.vapp;
          const some = (from: string[]) => from[pick % Math.max(1, from.length)] ?? words[0] ?? '';
          let word = 0;
          const filled = path
            .replace('{t}', encodeURIComponent(some(pools.tasks)))
            .replace('{r}', encodeURIComponent(some(pool)))
            .replace(/\{w\}/g, () => encodeURIComponent(words[word++] ?? '') || 'x');
          const search = new URLSearchParams(query).toString();
          const answer = await (asAdmin ? admin : tenant).call(
            method,
            `${filled}${search === '' ? '' : `?${search}`}`,
            method === 'GET' ? undefined : body,
          );
          pass(pick);
          counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 400) {
            expect(answer.body).toMatchObject({
              code: expect.any(String),
              msg: expect.any(String),
              args: expect.any(Array),
            });
          }
        }),
        { numRuns: 700 },
      );
      // It has reached the inside, not only bounced off the validation.
      expect(counts.get(202) ?? 0).toBeGreaterThan(10);
      const { sites } = control.world();
      const placed = Object.values(sites).flatMap((site) => site.vms.map((vm) => vm.id));
      expect(new Set(placed).size).toBe(placed.length);
      expect(control.stats().bugs).toEqual([]);
    });
  });

  it('bare HTTP: odd headers, odd types, a body that is too large', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = client(lyon);
      for (const headers of [
        { 'X-VCAV-Auth': 'x'.repeat(5000) },
        { Accept: ';;,,' },
        { Accept: 'application/vnd.vmware.h4-v4.7' },
        { 'Content-Type': 'text/plain' },
        { 'Content-Type': 'multipart/form-data; boundary=x' },
      ]) {
        const answer = await at.post('/sessions', acme, headers as Record<string, string>);
        expect([200, 400, 406]).toContain(answer.status);
      }
      expect((await at.post('/sessions', `"${'x'.repeat(11 * 2 ** 20)}"`)).status).toBe(400);
      expect((await at.call('PUT', '/sessions', {})).status).toBe(404);
      expect((await at.call('OPTIONS', '/tasks')).status).toBe(404);
    });
  });
});
