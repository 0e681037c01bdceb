import { describe, expect, it } from '@jest/globals';
import type { Site } from '../../vcda/index.js';
import { startBody, withFake } from './support/client.js';
import { type Reply, runningTask } from './support/fake-site.js';

/** What each call puts on the wire, and that it takes the documented sample as an answer. */
interface Case {
  call: (site: Site) => Promise<unknown>;
  /** method and path */
  sent: string;
  query?: Record<string, string>;
  body?: unknown;
  reply: Reply;
}

const ID = 'C4-ccbe771e-b685-46c7-8c7a-4ed36915d963';
const options = { operationId: 'o1', site: 'paris' };
const task: Reply = { status: 202, body: runningTask('f61d60d2-698a-46dc-a266-88df27644956') };
const page = (...items: object[]): Reply => ({ body: { items, offset: 0, limit: 100, total: items.length } });
const paged = { offset: '0', limit: '100' };
const cloud = { type: 'vcloud' as const, powerOn: false };

/** A sample with every member that §3.3 of the reference shows. */
const replication = {
  id: ID,
  owner: 'org1@site2',
  vmId: '441a891a-5294-4dff-b02d-c605d335be1b',
  vmName: 'web1',
  computerName: 'web1',
  vmDescription: '',
  vappReplicationId: 'C4VAPP-1',
  isMigration: false,
  isPaused: false,
  isReversed: false,
  overallHealth: 'GREEN',
  dataConnectionState: 'OK',
  lastUpdated: 1557097715639,
  settings: {
    description: '',
    rpo: 15,
    dataConnectionType: 'ENCRYPTED_COMPRESSED',
    quiesced: true,
    retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 15 }] },
    initialSyncTime: 0,
    excludedDiskKeys: [2001],
    targetDiskType: 'THIN',
  },
  slaProfile: { id: 's1', displayName: 'Gold' },
  source: { site: 'site1', org: 'org1', vdcId: 'v1', vdcName: 'a', vappId: 'p1', vappName: 'vApp1' },
  destination: {
    site: 'site2',
    org: 'org2',
    vdcId: 'v2',
    vdcName: 'b',
    recoveredVappId: null,
    destinationCatalogItemId: null,
  },
  sourceState: {
    state: 'idle',
    stateAge: 0,
    progress: {
      progress: 40,
      bytesToTransfer: 1000,
      bytesTransferred: 400,
      checksumTotalBytes: 1000,
      checksumComparedBytes: 1000,
    },
  },
  destinationState: {
    state: 'opened',
    stateAge: 0,
    currentRpoViolation: 0,
    isMovingReplica: false,
    spaceRequirement: 5265948672,
    lastError: null,
    latestInstance: {
      key: 'replica-1',
      sequenceNumber: 11,
      timestamp: 1469701818743,
      transferBytes: 512000,
      transferSeconds: 4,
      quiescedType: 'none',
      isPinned: false,
    },
    recoveryInfo: { recoveryState: 'NOT_STARTED', vAppId: null, vcdVmId: null },
  },
  storageProfile: 'sp',
  vimLocation: { vimServer: 'v', vimServerInstanceUuid: 'u', datastore: 'd', datastoreMoref: 'datastore-12' },
  startupInfo: { order: 0, startAction: 'powerOn', startDelay: 0, stopAction: 'powerOff', stopDelay: 0 },
  guestCustomization: { enabled: true, changeSid: true, computerName: 'web1' },
  metadata: {},
};
const vapp = {
  id: 'C4VAPP-1',
  owner: 'org1@site2',
  descriptor: { name: 'vApp1', networks: [] },
  vmReplications: [replication],
};
const instance = { ...replication.destinationState.latestInstance };
const networks = { failoverSettings: { vAppNetworkSettings: {}, vmNetworkSettings: {} }, failoverTestSettings: {} };
const samples = { label: 'web1', resolution: 300, start: 1, end: 2, samples: [{ timestamp: 1, bytes: 5 }] };
const vapps = (site: Site) => site.vappReplications;
const V = `/vapp-replications/C4VAPP-1`;
const R = `/vm-replications/${ID}`;

const cases: Record<string, Case> = {
  'VM start': {
    call: (s) => s.startReplication(startBody(), options),
    sent: 'POST /vm-replications',
    body: startBody(),
    reply: task,
  },
  'VM list': {
    call: (s) => s.replications({ vmName: 'web' }, options),
    sent: 'GET /vm-replications',
    query: { ...paged, vmName: 'web' },
    reply: page(replication),
  },
  'VM by ids': {
    call: (s) => s.replicationsById([ID, 'x'], options),
    sent: 'GET /vm-replications',
    query: { ...paged, ids: `${ID},x` },
    reply: page(replication),
  },
  'VM get': { call: (s) => s.findReplication(ID, options), sent: `GET ${R}`, reply: { body: replication } },
  'VM reconfigure': {
    call: (s) => s.reconfigureReplication(ID, { rpo: 5 }, options),
    sent: `PATCH ${R}`,
    body: { rpo: 5 },
    reply: task,
  },
  'VM delete': { call: (s) => s.deleteReplication(ID, options), sent: `DELETE ${R}`, reply: task },
  'VM sync': { call: (s) => s.syncReplication(ID, options), sent: `POST ${R}/sync`, reply: task },
  'VM pause': { call: (s) => s.pauseReplication(ID, options), sent: `POST ${R}/pause`, reply: task },
  'VM resume': { call: (s) => s.resumeReplication(ID, options), sent: `POST ${R}/resume`, reply: task },
  'VM failover': {
    call: (s) => s.failoverReplication(ID, { ...cloud, consolidate: true, instanceId: 'replica-1' }, options),
    sent: `POST ${R}/failover`,
    body: { ...cloud, consolidate: true, instanceId: 'replica-1' },
    reply: task,
  },
  'VM migrate': {
    call: (s) => s.migrateReplication(ID, { ...cloud, connectVmNics: true }, options),
    sent: `POST ${R}/migrate`,
    body: { ...cloud, connectVmNics: true },
    reply: task,
  },
  'VM test': {
    call: (s) => s.testFailover(ID, { ...cloud, sync: true }, options),
    sent: `POST ${R}/failover-test`,
    body: { ...cloud, sync: true },
    reply: task,
  },
  'VM clean-up': { call: (s) => s.cleanUpTest(ID, options), sent: `DELETE ${R}/failover-test`, reply: task },
  'VM reverse': { call: (s) => s.reverseReplication(ID, options), sent: `POST ${R}/reverse`, reply: task },
  'VM instances': { call: (s) => s.instances(ID, options), sent: `GET ${R}/instances`, reply: { body: [instance] } },
  'VM instance': {
    call: (s) => s.instance(ID, 'replica-1', options),
    sent: `GET ${R}/instances/replica-1`,
    reply: { body: { ...instance, disksInfo: [{ diskKey: 2000 }] } },
  },
  'VM networks': {
    call: (s) => s.networkSettings(ID, options),
    sent: `GET ${R}/network-settings`,
    reply: { body: networks },
  },
  'VM networks, written': {
    call: (s) => s.setNetworkSettings(ID, { failoverSettings: {} }, options),
    sent: `POST ${R}/network-settings`,
    body: { failoverSettings: {} },
    reply: { body: networks },
  },
  'VM chown': {
    call: (s) => s.chownReplication(ID, 'org1@site1', options),
    sent: `PATCH ${R}/chown`,
    body: { owner: 'org1@site1' },
    reply: { body: replication },
  },
  'VM chown to the caller': {
    call: (s) => s.chownReplication(ID, null, options),
    sent: `PATCH ${R}/chown`,
    body: {},
    reply: { body: replication },
  },
  'VM storage profile': {
    call: (s) => s.moveReplicationStorage(ID, 'sp', options),
    sent: `POST ${R}/storage-profile`,
    body: { storageProfileId: 'sp' },
    reply: task,
  },
  'VM traffic now': {
    call: (s) => s.currentTraffic(ID, options),
    sent: `GET ${R}/rt-traffic`,
    reply: { body: { timestamp: 1, bytes: 5 } },
  },
  'VM traffic': {
    call: (s) => s.traffic(ID, { start: 1, end: 2, resolution: 300 }, options),
    sent: `GET ${R}/traffic`,
    query: { start: '1', end: '2', resolution: '300' },
    reply: { body: samples },
  },
  'owner traffic': {
    call: (s) => s.ownerTraffic('org1@site1', {}, options),
    sent: 'GET /owner/org1%40site1/traffic',
    reply: { body: samples },
  },

  'vApp start': {
    call: (s) => vapps(s).start({ ...startBody(), source: { type: 'vapp', site: 'paris', vappId: 'p1' } }, options),
    sent: 'POST /vapp-replications',
    body: { ...startBody(), source: { type: 'vapp', site: 'paris', vappId: 'p1' } },
    reply: task,
  },
  'vApp list': {
    call: (s) => vapps(s).list({ vappId: 'p1' }, options),
    sent: 'GET /vapp-replications',
    query: { ...paged, vappId: 'p1' },
    reply: page(vapp),
  },
  'vApp by ids': {
    call: (s) => vapps(s).byId(['C4VAPP-1'], options),
    sent: 'GET /vapp-replications',
    query: { ...paged, ids: 'C4VAPP-1' },
    reply: page(vapp),
  },
  'vApp summary': {
    call: (s) => vapps(s).summary(options),
    sent: 'GET /vapp-replications/summary',
    reply: { body: { total: 1 } },
  },
  'vApp get': { call: (s) => vapps(s).find('C4VAPP-1', options), sent: `GET ${V}`, reply: { body: vapp } },
  'vApp reconfigure': {
    call: (s) => vapps(s).reconfigure('C4VAPP-1', { quiesced: false }, options),
    sent: `PATCH ${V}`,
    body: { quiesced: false },
    reply: task,
  },
  'vApp delete': { call: (s) => vapps(s).delete('C4VAPP-1', options), sent: `DELETE ${V}`, reply: task },
  'vApp sync': { call: (s) => vapps(s).sync('C4VAPP-1', options), sent: `POST ${V}/sync`, reply: task },
  'vApp pause': { call: (s) => vapps(s).pause('C4VAPP-1', options), sent: `POST ${V}/pause`, reply: task },
  'vApp resume': { call: (s) => vapps(s).resume('C4VAPP-1', options), sent: `POST ${V}/resume`, reply: task },
  'vApp migrate': {
    call: (s) => vapps(s).migrate('C4VAPP-1', cloud, options),
    sent: `POST ${V}/migrate`,
    body: cloud,
    reply: task,
  },
  'vApp failover': {
    call: (s) => vapps(s).failover('C4VAPP-1', { ...cloud, instanceMap: { [ID]: 'replica-1' } }, options),
    sent: `POST ${V}/failover`,
    body: { ...cloud, instanceMap: { [ID]: 'replica-1' } },
    reply: task,
  },
  'vApp test': {
    call: (s) => vapps(s).testFailover('C4VAPP-1', { ...cloud, sync: false }, options),
    sent: `POST ${V}/failover-test`,
    body: { ...cloud, sync: false },
    reply: task,
  },
  'vApp clean-up': {
    call: (s) => vapps(s).cleanUpTest('C4VAPP-1', options),
    sent: `DELETE ${V}/failover-test`,
    reply: task,
  },
  'vApp reverse': { call: (s) => vapps(s).reverse('C4VAPP-1', options), sent: `POST ${V}/reverse`, reply: task },
  'vApp networks': {
    call: (s) => vapps(s).networkSettings('C4VAPP-1', options),
    sent: `GET ${V}/network-settings`,
    reply: { body: { failoverSettings: { vAppNetworkSettings: {} } } },
  },
  'vApp networks, written': {
    call: (s) => vapps(s).setNetworkSettings('C4VAPP-1', { failoverTestSettings: {} }, options),
    sent: `POST ${V}/network-settings`,
    body: { failoverTestSettings: {} },
    reply: { body: networks },
  },
  'vApp chown': {
    call: (s) => vapps(s).chown('C4VAPP-1', 'org1@site1', options),
    sent: `PATCH ${V}/chown`,
    body: { owner: 'org1@site1' },
    reply: { body: vapp },
  },

  tasks: {
    call: (s) => s.tasks({ state: 'RUNNING', endTimeAfter: 5, desc: true }, options),
    sent: 'GET /tasks',
    query: { ...paged, state: 'RUNNING', endTimeAfter: '5', desc: 'true' },
    reply: page(runningTask('t1')),
  },
  task: { call: (s) => s.task('t1', options), sent: 'GET /tasks/t1', reply: { body: runningTask('t1') } },
  'SLA profiles': {
    call: (s) => s.slaProfiles.list(options),
    sent: 'GET /sla-profiles',
    reply: { body: [{ id: 's1', displayName: 'Gold', rpo: 5, orgs: [], replications: 3 }] },
  },
  'SLA profile, given': {
    call: (s) => s.slaProfiles.assign('org1', 's1', options),
    sent: 'POST /sla-profiles/orgs/org1/profiles/s1',
    reply: { status: 201 },
  },
  'SLA profile, taken': {
    call: (s) => s.slaProfiles.unassign('org1', 's1', options),
    sent: 'DELETE /sla-profiles/orgs/org1/profiles/s1',
    reply: { status: 204 },
  },
  policy: {
    call: (s) => s.policies.get('default', options),
    sent: 'GET /policies/default',
    reply: { body: { id: 'default', maxIncoming: -1, minRpo: 5 } },
  },
  'policy, given': {
    call: (s) => s.policies.assign('p1', 'org1', options),
    sent: 'POST /policies/p1/orgs/org1',
    reply: { status: 201 },
  },
  'policies, paged': { call: (s) => s.policies.list(options), sent: 'GET /policies', reply: page({ id: 'default' }) },
  'recovery plans': {
    call: (s) => s.recoveryPlans.list(options),
    sent: 'GET /recovery-plans',
    reply: { body: [{ displayName: 'CRM', executionInfo: { lastError: null } }] },
  },
  health: { call: (s) => s.startHealthCheck(options), sent: 'POST /diagnostics/health', reply: task },
  about: {
    call: (s) => s.about(options),
    sent: 'GET /diagnostics/about',
    reply: { body: { serviceType: 'CLOUD', productName: 'VCDA', buildVersion: '4.7', buildDate: 'x' } },
  },
  VDCs: {
    call: (s) => s.inventory.vdcs({ name: 'v' }, options),
    sent: 'GET /inventory/vdcs',
    query: { ...paged, name: 'v' },
    reply: page({ id: 'v1', name: 'v' }),
  },
  'storage profiles': {
    call: (s) => s.inventory.storageProfiles('v1', options),
    sent: 'GET /inventory/vdcs/v1/storage-profiles',
    reply: { body: [{ id: 'sp', name: 'gold' }] },
  },
};

describe('on the wire', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    const wanted = cases[name];
    if (wanted === undefined) throw new Error(name);
    await withFake(
      ({ path }) => (path.startsWith('/sessions') ? null : wanted.reply),
      async ({ fake, lyon }) => {
        await wanted.call(lyon);
        const sent = fake.seen.filter(({ path }) => !path.startsWith('/sessions'));
        expect(sent).toHaveLength(1);
        const [one] = sent;
        expect(`${one?.method} ${one?.path}`).toBe(wanted.sent);
        expect(one?.query).toEqual({ site: 'paris', ...wanted.query });
        expect(one?.body).toEqual(wanted.body ?? null);
        expect(one?.headers).toMatchObject({
          operationid: 'o1',
          accept: 'application/vnd.vmware.h4-v4.7+json;charset=UTF-8',
          'x-vcav-auth': expect.stringMatching(/^token-/),
        });
        // `?site=` needs an extension to that site.
        expect(fake.count('POST /sessions/extend')).toBe(1);
      },
    );
  });

  it('shows a replication as the site sent it, whole', async () => {
    await withFake(
      ({ path }) => (path === R ? { body: replication } : null),
      async ({ lyon }) => expect(await lyon.findReplication(ID)).toEqual(replication),
    );
  });
});
