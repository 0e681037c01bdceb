import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadPlan } from '../../plan/load-plan.js';
import { jsonSchemaOf } from '../../plan/print/json-schema.js';
import type { Plan } from '../../plan/types.js';
import { vm, vmColumns } from '../../plan/vm-schema.js';
import { A, B, C, D, directory, E, HEAD, VDC } from '../support/plan-files.js';

const load = (plan: string, files: Record<string, string> = {}): Plan =>
  loadPlan(join(directory({ 'plan.yaml': plan, ...files }), 'plan.yaml'), { sites: ['paris', 'lyon'] });

describe('a good plan', () => {
  it('gets every default', () => {
    const plan = load(`name: exit
kind: migrate
source: { site: paris }
destination: { site: lyon, vdc: ${VDC} }
vms: [ { id: ${A}, name: web1 } ]
`);
    expect(plan).toStrictEqual({
      name: 'exit',
      kind: 'migrate',
      adopt: 'own',
      sync: 'ahead',
      source: { site: 'paris' },
      destination: { site: 'lyon', vdc: VDC, storageProfile: '*' },
      replication: {},
      limits: {},
      cutover: { approval: 'none', window: null, powerOn: 'asSource', consolidate: false },
      recovery: { instance: 'latest' },
      stopAfter: { sameCode: 3 },
      keepReplication: false,
      remigrate: false,
      confirm: null,
      waves: [{ name: 'all', vms: [{ id: A, name: 'web1', after: [] }] }],
    });
  });

  it('takes every field of a replication and of a VM', () => {
    const plan = load(`${HEAD}replication:
  description: a
  rpo: 15m
  slaProfileId: ${VDC}
  dataConnectionType: ENCRYPTED_COMPRESSED
  quiesced: true
  retentionPolicy: { rules: [ { numberOfInstances: 3, distance: 2h } ] }
  targetDiskType: THIN
  initialSyncTime: 2026-12-05T22:00:00+01:00
waves:
  - name: one
    vms:
      - id: ${A.toUpperCase()}
        name: web1
        vdc: ${VDC}
        storageProfile: ${VDC}
        placementPolicy: ${VDC}
        sizingPolicy: ${VDC}
        seedVmId: ${C}
        owner: acme@lyon
        excludedDiskKeys: [2000, 2001]
        replicationId: C4-${B}
        address: web1.dr.example.com
        vmNetworkSettings:
          primaryNicIndex: 0
          nics: [ { nicIndex: 0, isConnected: true, network: dr, ipAddress: 10.0.0.5, ipAddressAllocationMode: MANUAL } ]
          computerName: web1
      - { id: urn:vcloud:vm:${B}, name: web2, excludedDiskKeys: null }
`);
    expect(plan.replication).toStrictEqual({
      description: 'a',
      rpo: 15,
      slaProfileId: VDC,
      dataConnectionType: 'ENCRYPTED_COMPRESSED',
      quiesced: true,
      retentionPolicy: { rules: [{ numberOfInstances: 3, distance: 120 }] },
      targetDiskType: 'THIN',
      initialSyncTime: Date.parse('2026-12-05T21:00:00Z'),
    });
    const policies = { vdc: VDC, storageProfile: VDC, placementPolicy: VDC, sizingPolicy: VDC };
    expect(plan.waves[0]?.vms).toStrictEqual([
      {
        id: A,
        name: 'web1',
        after: [],
        ...policies,
        seedVmId: C,
        owner: 'acme@lyon',
        excludedDiskKeys: [2000, 2001],
        replicationId: `C4-${B}`,
        address: 'web1.dr.example.com',
        vmNetworkSettings: {
          primaryNicIndex: 0,
          nics: [
            {
              nicIndex: 0,
              isConnected: true,
              network: 'dr',
              ipAddress: '10.0.0.5',
              ipAddressAllocationMode: 'MANUAL',
            },
          ],
          computerName: 'web1',
        },
      },
      { id: B, name: 'web2', after: [] },
    ]);
  });

  it('keeps the zone of a window, and reads counts and shares', () => {
    const plan = load(`${HEAD.replace('stopAfter: 3', 'stopAfter: 2.5%')}cutover:
  approval: vm
  window: { opens: 2026-12-05T22:00:00+01:00, closes: 2026-12-06T05:00:00+01:00, missed: fail }
vms: [ { id: ${A}, name: web1 } ]
`);
    const window = {
      opens: '2026-12-05T22:00:00.000+01:00',
      closes: '2026-12-06T05:00:00.000+01:00',
      missed: 'fail',
      begun: 'finish',
    };
    expect(plan.cutover.window).toStrictEqual(window);
    const strict = load(
      `${HEAD}cutover: { window: { opens: 2026-12-05T21:00:00Z, closes: 2026-12-06T04:00:00Z, mustEnd: true } }\nvms: [ { id: ${A}, name: web1 } ]`,
    );
    expect(strict.cutover.window?.mustEnd).toBe(true);
    expect(strict.cutover.syncBefore).toBeUndefined();
    const [often, never] = ['5m', 'false'].map((value) =>
      load(`${HEAD}cutover: { syncBefore: ${value} }\nvms: [ { id: ${A}, name: web1 } ]`),
    );
    expect([often?.cutover.syncBefore, never?.cutover.syncBefore]).toStrictEqual([300_000, false]);
    expect(plan.stopAfter).toStrictEqual({ percent: 2.5 });
    expect(load(`${HEAD}vms: [ { id: ${A}, name: web1 } ]`).stopAfter).toStrictEqual({ count: 3 });
  });

  it('resolves "after" by id and by name, to ids', () => {
    const plan = load(`${HEAD}waves:
  - name: one
    vms: [ { id: ${A}, name: db 1 } ]
  - name: two
    vms:
      - { id: ${B}, name: app, after: [db 1] }
      - { id: ${C}, name: web, after: [app, ${A.toUpperCase()}, app] }
`);
    expect(plan.waves[1]?.vms.map((vm) => vm.after)).toEqual([[A], [B, A]]);
  });

  it('may be JSON, indented with tabs', () => {
    const plan = {
      name: 'exit',
      kind: 'protect',
      source: { site: 'paris' },
      destination: { site: 'lyon', vdc: VDC },
      replication: { rpo: 15 },
      vms: [{ id: A, name: 'web1' }],
    };
    expect(load(JSON.stringify(plan, null, '\t')).kind).toBe('protect');
  });

  it('needs no VDC when every VM has its own, or when the replications exist already', () => {
    const head = HEAD.replace(`, vdc: ${VDC}`, '');
    expect(load(`${head}vms: [ { id: ${A}, name: web1, vdc: ${VDC} } ]`).destination.vdc).toBeUndefined();
    const failover = head.replace('migrate', 'failover');
    expect(load(`${failover}vms: [ { id: ${A}, name: web1 } ]`).kind).toBe('failover');
  });

  it.each(['reverse', 'failback'])('of kind %s says that the source is removed, and needs no VDC', (kind) => {
    const head = HEAD.replace('migrate', kind).replace(`, vdc: ${VDC}`, '');
    expect(load(`${head}confirm: removes-source\nvms: [ { id: ${A}, name: web1 } ]`).confirm).toBe('removes-source');
  });

  it('of kind failover says what is recovered, into which networks, when and with whose approval', () => {
    const plan = load(`${HEAD.replace('migrate', 'failover')}recovery:
  instance: { before: 2026-12-05T22:00:00+01:00 }
  vAppNetworkSettings:
    networkMappings: [ { sourceNetworkName: lan, destinationOrgVdcNetwork: { id: net-1 } } ]
    copySourceNetworks: false
cutover: { approval: wave, window: { opens: 2026-12-05T22:00:00Z, closes: 2026-12-06T05:00:00Z } }
vms: [ { id: ${A}, name: web1 } ]
`);
    expect(plan.recovery).toStrictEqual({
      instance: { before: '2026-12-05T21:00:00.000Z' },
      vAppNetworkSettings: {
        networkMappings: [{ sourceNetworkName: 'lan', destinationOrgVdcNetwork: { id: 'net-1' } }],
        copySourceNetworks: false,
      },
    });
    expect(plan.cutover.approval).toBe('wave');
  });

  it('of kind protect has its own settings, or those of an SLA profile', () => {
    const protect = HEAD.replace('migrate', 'protect');
    const own = '{ rpo: 24h, retentionPolicy: { rules: [ { numberOfInstances: 24, distance: 1h } ] } }';
    const vms = `vms: [ { id: ${A}, name: web1 } ]\n`;
    expect(load(`${protect}replication: ${own}\n${vms}`).replication.rpo).toBe(1440);
    const profile = load(`${protect}replication: { slaProfileId: ${VDC}, quiesced: true }\n${vms}`);
    expect(profile.replication).toStrictEqual({ slaProfileId: VDC, quiesced: true });
  });
});

describe('a CSV of VMs', () => {
  const csv = `wave,id,name,after,vdc,storageProfile
second,${B},app,web 1; db,,
first,${A},web 1,,${VDC},*
second,${C},db,,,
`;

  it('forms the waves in order of appearance when it stands alone', () => {
    const swapped = csv.replace('second,', 'first,').replace('web 1; db', '');
    const plan = load(`${HEAD}vms: lists/vms.csv`, { 'lists/vms.csv': swapped });
    expect(plan.waves.map(({ name, vms }) => [name, vms.map((vm) => vm.name)])).toEqual([
      ['first', ['app', 'web 1']],
      ['second', ['db']],
    ]);
    expect(plan.waves[0]?.vms[1]).toStrictEqual({ id: A, name: 'web 1', after: [], vdc: VDC, storageProfile: '*' });
  });

  it('makes one wave without a wave column, and takes "after" with blanks or semicolons', () => {
    const rows = [`${A},web 1,`, `${B},db,`, `${C},app,web 1; db`, `${D},mail,db app`, `${E},end,"db;web 1 "`];
    const plan = load(`${HEAD}vms: vms.csv`, { 'vms.csv': ['\ufeffid,name,after', ...rows].join('\r\n') });
    expect(plan.waves).toHaveLength(1);
    expect(plan.waves[0]?.name).toBe('all');
    expect(plan.waves[0]?.vms.map((vm) => vm.after)).toEqual([[], [], [A, B], [B, C], [B, A]]);
  });

  it('can say of one VM what a plan would else have to say of all, true and false as a spreadsheet writes them', () => {
    const header = 'id,remigrate,powerOn,placementPolicy,sizingPolicy,seedVmId,owner';
    const rows = `${header}\n${A},TRUE,False,${VDC},${B},${C},acme@lyon\n${B},false,AsSource,,,,\n${C},,,,,,\n`;
    const its = { placementPolicy: VDC, sizingPolicy: B, seedVmId: C, owner: 'acme@lyon' };
    expect(load(`${HEAD}vms: vms.csv`, { 'vms.csv': rows }).waves[0]?.vms).toStrictEqual([
      { id: A, name: A, after: [], remigrate: true, powerOn: false, ...its },
      { id: B, name: B, after: [], remigrate: false, powerOn: 'asSource' },
      { id: C, name: C, after: [] },
    ]);
  });

  it('has a column for every key of a VM whose value one cell can hold', () => {
    const cells = Object.entries(jsonSchemaOf(vm).properties ?? {}).filter(
      ([, value]) => typeof value === 'boolean' || (value.type !== 'array' && value.type !== 'object'),
    );
    expect(Object.keys(vmColumns)).toEqual(expect.arrayContaining(cells.map(([key]) => key)));
  });

  it('can name a VM that has no id, the network of its first NIC, its test network and its seed', () => {
    const rows = `name,network,testNetwork,seed\nWeb1,lan,isolated,${C}\nweb2,,,\n`;
    const [web1, web2] = load(`${HEAD}vms: vms.csv`, { 'vms.csv': rows }).waves[0]?.vms ?? [];
    expect(web1).toStrictEqual({
      id: 'name:web1',
      name: 'Web1',
      after: [],
      testNetwork: 'isolated',
      seedVmId: C,
      vmNetworkSettings: { nics: [{ nicIndex: 0, network: 'lan' }] },
    });
    expect(web2).toStrictEqual({ id: 'name:web2', name: 'web2', after: [] });
  });

  it('begins those of a high priority first, and those of a low one last, else in the order of the file', () => {
    const rows = `id,name,wave,priority\n${A},a,one,low\n${B},b,one,\n${C},c,one,high\n${D},d,one,normal\n`;
    const [one] = load(`${HEAD}vms: vms.csv`, { 'vms.csv': rows }).waves;
    expect(one?.vms.map(({ name }) => name)).toEqual(['c', 'b', 'd', 'a']);
  });

  it('can name replications and addresses', () => {
    const rows = `id,name,replicationId,address\n${A},web1,C4-${B},10.0.0.5\n${B},web2,,\n`;
    const [web1, web2] = load(`${HEAD}vms: vms.csv`, { 'vms.csv': rows }).waves[0]?.vms ?? [];
    expect(web1).toStrictEqual({ id: A, name: 'web1', after: [], replicationId: `C4-${B}`, address: '10.0.0.5' });
    expect(web2).toStrictEqual({ id: B, name: 'web2', after: [] });
  });

  it('can list the VMs of one wave', () => {
    const plan = load(`${HEAD}waves:\n  - { name: one, vms: one.csv }\n  - { name: two, vms: two.csv }`, {
      'one.csv': `id,name\n${A},a\n`,
      'two.csv': `id,name,wave,after\n${B},b,two,a\n`,
    });
    expect(plan.waves.map(({ name, vms }) => [name, vms.map((vm) => vm.after)])).toEqual([
      ['one', [[]]],
      ['two', [[A]]],
    ]);
  });

  it('of 5,000 rows is read within seconds of work', () => {
    const id = (n: number) => `${String(n).padStart(8, '0')}-5294-4dff-b02d-c605d335be1a`;
    const rows = Array.from({ length: 5000 }, (_, n) => `${id(n)},vm${n},${n > 0 ? `vm${n - 1}` : ''}`);
    const started = process.cpuUsage();
    expect(load(`${HEAD}vms: vms.csv`, { 'vms.csv': `id,name,after\n${rows.join('\n')}` }).waves[0]?.vms).toHaveLength(
      5000,
    );
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });
});
