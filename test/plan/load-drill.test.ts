import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadDrill } from '../../plan/drill/load-drill.js';
import type { Drill } from '../../plan/types.js';
import { A, B, C, DRILL, directory, HEAD } from '../support/plan-files.js';

const load = (drill: string, files: Record<string, string> = {}): Drill =>
  loadDrill(join(directory({ 'drill.yaml': drill, ...files }), 'drill.yaml'), { sites: ['paris', 'lyon'] });

const groupsOf = ({ groups }: Drill) => groups.map(({ name, vms }) => [name, vms.map((vm) => vm.name)]);
const scopeOf = (vms: string) => DRILL.replace(/scope: .*\n/, `scope: ${vms}\n`);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a good drill', () => {
  it('gets every default', () => {
    expect(load(DRILL)).toStrictEqual({
      name: 'crm',
      mode: 'test',
      source: { site: 'paris' },
      destination: { site: 'lyon' },
      groups: [
        {
          name: 'all',
          vms: [
            { id: A, name: 'db1', after: [] },
            { id: B, name: 'app1', after: [] },
            { id: C, name: 'web1', after: [] },
          ],
        },
      ],
      recovery: { instance: 'latest', powerOn: true, consolidate: false, sync: false },
      checks: [],
      hold: 0,
      objectives: { rto: null, rpo: null },
      limits: {},
      waitForVms: HOUR,
      timeout: 24 * HOUR,
      confirm: null,
      schedule: null,
    });
  });

  it('takes a map of test networks', () => {
    expect(load(`${DRILL}networks: { test: { map: { net-a: isolated } } }\n`).networks).toEqual({
      test: { map: { 'net-a': 'isolated' } },
    });
  });

  it('has the first NIC of a test copy in the test network of its VM, and knows its VMs by their ids alone', () => {
    const csv = `id,name,network,testNetwork\n${A},db1,lan,isolated\n${B},app1,lan,\n`;
    const [all] = load(scopeOf('{ vms: vms.csv }'), { 'vms.csv': csv }).groups;
    expect(all?.vms.map(({ vmNetworkSettings }) => vmNetworkSettings?.nics)).toEqual([
      [{ nicIndex: 0, network: 'isolated' }],
      [{ nicIndex: 0, network: 'lan' }],
    ]);
    expect(() => load(scopeOf('{ vms: [ { name: web1 } ] }'))).toThrow(/"web1" has no id, by which a drill knows/);
  });

  it('takes every field', () => {
    const drill = load(`${DRILL}mode: roundtrip
groups: [ [db1], { name: front, vms: [ web1, ${B.toUpperCase()} ] } ]
recovery:
  powerOn: false
  consolidate: true
  sync: false
  vAppNetworkSettings: { copySourceNetworks: true }
hold: 15m
objectives: { rto: 30m, rpo: 15m }
limits: { syncs: 5, cutovers: 2 }
waitForVms: 0s
timeout: 4h
confirm: removes-source
schedule: { cron: "0  3 1 * *", timezone: Europe/Paris, overlap: bufferOne, catchup: 6h, jitter: 10m, pauseOnFailure: false }
`);
    expect(groupsOf(drill)).toEqual([
      ['group-1', ['db1']],
      ['front', ['web1', 'app1']],
    ]);
    expect(drill).toMatchObject({
      mode: 'roundtrip',
      recovery: { instance: 'latest', powerOn: false, consolidate: true, sync: false },
      hold: 15 * MINUTE,
      objectives: { rto: 30 * MINUTE, rpo: 15 * MINUTE },
      limits: { syncs: 5, cutovers: 2 },
      waitForVms: 0,
      timeout: 4 * HOUR,
      confirm: 'removes-source',
    });
    expect(drill.recovery.vAppNetworkSettings).toStrictEqual({ copySourceNetworks: true });
    expect(drill.schedule).toStrictEqual({
      cron: ['0 3 1 * *'],
      timezone: 'Europe/Paris',
      overlap: 'bufferOne',
      catchup: 6 * HOUR,
      jitter: 10 * MINUTE,
      pauseOnFailure: false,
    });
  });

  it('syncs before a round trip, and never before an older instance', () => {
    const roundtrip = `${DRILL}mode: roundtrip\nconfirm: removes-source\n`;
    expect(load(roundtrip).recovery.sync).toBe(true);
    expect(load(`${DRILL}recovery: { sync: true }\n`).recovery.sync).toBe(true);
    const older = load(`${DRILL}recovery: { instance: { before: 2026-11-01T00:00:00+01:00 } }\n`);
    expect(older.recovery).toMatchObject({ instance: { before: '2026-10-31T23:00:00.000Z' }, sync: false });
  });

  it('has the defaults of a schedule', () => {
    const { schedule } = load(`${DRILL}schedule: { cron: ["0 3 * * MON", "0 4 1 * *"], timezone: Asia/Kolkata }\n`);
    expect(schedule).toStrictEqual({
      cron: ['0 3 * * MON', '0 4 1 * *'],
      timezone: 'Asia/Kolkata',
      overlap: 'skip',
      catchup: HOUR,
      jitter: 0,
      pauseOnFailure: true,
    });
  });

  it.each(['UTC', 'Etc/UTC', 'America/Port_of_Spain', 'Asia/Calcutta', 'America/Argentina/Buenos_Aires'])(
    'may be scheduled in %s',
    (timezone) => {
      expect(load(`${DRILL}schedule: { cron: "0 3 * * *", timezone: ${timezone} }\n`).schedule?.timezone).toBe(
        timezone,
      );
    },
  );

  it('may be JSON', () => {
    const drill = {
      name: 'crm',
      source: { site: 'paris' },
      destination: { site: 'lyon' },
      scope: { vms: [{ id: A, name: 'db1' }] },
    };
    expect(load(JSON.stringify(drill, null, '\t')).groups[0]?.vms).toHaveLength(1);
  });
});

describe('the checks of a drill', () => {
  const checksOf = (checks: string) => load(`${DRILL}checks:\n${checks}`).checks;
  const common = { vms: null, within: 5 * MINUTE, interval: 10 * SECOND, timeout: 10 * SECOND, consecutive: 1 };

  it('are named after what they do, and made for all VMs', () => {
    const checks = checksOf(`  - { tcp: 443 }
  - { tcp: "{name}.dr.example.com:22" }
  - { tcp: "[fd00::5]:5432" }
  - { http: "https://{ip}/health" }
  - { command: check-crm }
`);
    const http = { type: 'http', url: 'https://{ip}/health', status: 200, body: null, verifyTls: true };
    expect(checks).toStrictEqual([
      { name: 'tcp 443', ...common, type: 'tcp', host: '{ip}', port: 443 },
      { name: 'tcp {name}.dr.example.com:22', ...common, type: 'tcp', host: '{name}.dr.example.com', port: 22 },
      { name: 'tcp [fd00::5]:5432', ...common, type: 'tcp', host: 'fd00::5', port: 5432 },
      { name: 'http https://{ip}/health', ...common, ...http },
      { name: 'command check-crm', ...common, type: 'command', command: 'check-crm', args: [] },
    ]);
  });

  it('take times, VMs and what is expected', () => {
    const checks = checksOf(`  - http: http://{ip}:8080/health?vm={id}
    expect: { status: 204, body: up }
    verifyTls: false
    within: 20m
    interval: 1s
    timeout: 500ms
    vms: [db1, ${C}]
    name: health
  - { http: "https://{ip}/login", expect: 302 }
  - { command: check-crm, args: ["{ip}", '{"vm": "{name}"}'], vms: web1 }
`);
    expect(checks[0]).toStrictEqual({
      name: 'health',
      vms: [A, C],
      within: 20 * MINUTE,
      interval: SECOND,
      timeout: 500,
      consecutive: 1,
      type: 'http',
      url: 'http://{ip}:8080/health?vm={id}',
      status: 204,
      body: 'up',
      verifyTls: false,
    });
    expect(checks[1]).toMatchObject({ status: 302, body: null });
    expect(checks[2]).toMatchObject({ args: ['{ip}', '{"vm": "{name}"}'], vms: [C] });
  });
});

describe('the groups of a drill', () => {
  it('are the waves of a CSV', () => {
    const csv = `wave,id,name,address\nback,${A},db1,10.0.0.5\nfront,${B},web1,\n`;
    const drill = load(scopeOf('{ vms: vms.csv }'), { 'vms.csv': csv });
    expect(groupsOf(drill)).toEqual([
      ['back', ['db1']],
      ['front', ['web1']],
    ]);
    expect(drill.groups[0]?.vms[0]?.address).toBe('10.0.0.5');
  });

  it('are the waves of a plan, named relative to the drill', () => {
    const plan = `${HEAD}waves:
  - { name: back, vms: [ { id: ${A}, name: db1, address: 10.0.0.5 } ] }
  - { name: front, vms: [ { id: ${B}, name: web1 } ] }
`;
    const drill = load(scopeOf('{ plan: plans/crm.yaml }'), { 'plans/crm.yaml': plan });
    expect(groupsOf(drill)).toEqual([
      ['back', ['db1']],
      ['front', ['web1']],
    ]);
    const other = load(`${scopeOf('{ plan: crm.yaml }')}groups: [ [web1, db1] ]`, { 'crm.yaml': plan });
    expect(groupsOf(other)).toEqual([['group-1', ['web1', 'db1']]]);
    expect(other.groups[0]?.vms[1]?.address).toBe('10.0.0.5');
  });

  it('follow what comes after what, within a wave too', () => {
    const plan = `${HEAD}waves:
  - { name: core-2, vms: [ { id: ${A}, name: dns } ] }
  - { name: core, vms: [ { id: ${B}, name: web1, after: [db1, dns] }, { id: ${C}, name: db1 } ] }
`;
    const drill = load(scopeOf('{ plan: crm.yaml }'), { 'crm.yaml': plan });
    expect(groupsOf(drill)).toEqual([
      ['core-2', ['dns']],
      ['core', ['db1']],
      ['core-3', ['web1']],
    ]);
  });

  it('may hold 500 VMs', () => {
    const rows = Array.from({ length: 500 }, (_, n) => `${A.slice(0, -4)}${1000 + n},vm${n}`);
    expect(load(scopeOf('{ vms: vms.csv }'), { 'vms.csv': `id,name\n${rows.join('\n')}` }).groups[0]?.vms).toHaveLength(
      500,
    );
  });
});
