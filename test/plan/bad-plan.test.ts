import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadPlan } from '../../plan/load-plan.js';
import { A, B, C, directory, HEAD, planProblems, problemLines, VDC } from '../support/plan-files.js';

const VMS = `vms: [ { id: ${A}, name: web1 } ]\n`;
const GOOD = `${HEAD}${VMS}`;

/** [what is wrong, the plan, the only line of the message] */
const CASES: [string, string, string | RegExp][] = [
  [
    'an instance for a wave of a migration',
    `${HEAD}waves: [ { name: a, instance: latest, vms: [ { id: ${A} } ] } ]\n`,
    /^plan\.yaml:6:\d+ {2}a plan of kind migrate chooses no instance for a wave /,
  ],
  [
    'an older instance of a planned failover',
    `${GOOD.replace('migrate', 'failover')}recovery: { planned: true, instance: { before: 2026-12-05T21:00:00Z } }\n`,
    /a planned failover takes the VM as it is now \(expected latest\)$/,
  ],
  [
    'a planned failback',
    `${GOOD.replace('migrate', 'failback')}confirm: removes-source\nrecovery: { planned: true }\n`,
    /a failback is planned by itself /,
  ],
  [
    'a wrong type',
    GOOD.replace('stopAfter: 3', 'keepReplication: 3'),
    'plan.yaml:5:18  keepReplication is 3 (expected true, false, or a duration such as 7d)',
  ],
  [
    'a list for a mapping',
    GOOD.replace('{ site: paris }', '[paris]'),
    'plan.yaml:3:9  source is a list (expected a mapping (key: value))',
  ],
  [
    'a number for a text',
    GOOD.replace('name: exit', 'name: 7'),
    'plan.yaml:1:7  name is 7 (expected text; hint: put it in quotes)',
  ],
  [
    'an unfit name',
    GOOD.replace('name: exit', 'name: my exit'),
    /^plan\.yaml:1:7 {2}name is "my exit" \(expected a name of at most 80 letters/,
  ],
  [
    'an unknown kind',
    GOOD.replace('migrate', 'migrat'),
    'plan.yaml:2:7  kind is "migrat" (expected migrate, protect, failover, reverse or failback; hint: did you mean migrate?)',
  ],
  [
    'a missing key',
    GOOD.replace('kind: migrate\n', ''),
    'plan.yaml:1:1  kind is missing (expected migrate, protect, failover, reverse or failback)',
  ],
  [
    'a missing key inside',
    GOOD.replace('{ site: paris }', '{ }'),
    'plan.yaml:3:9  source.site is missing (expected text)',
  ],
  [
    'a key without a value',
    GOOD.replace('{ site: paris }', '{ site: }'),
    /^plan\.yaml:3:\d+ {2}source\.site has no value \(expected text\)/,
  ],
  [
    'an unknown key',
    GOOD.replace('stopAfter', 'stopafter'),
    /^plan\.yaml:5:1 {2}unknown key "stopafter" \(expected name, .*; hint: did you mean stopAfter\?\)$/,
  ],
  [
    'an unknown key inside',
    GOOD.replace('{ site: paris }', '{ site: paris, vdcs: 1 }'),
    'plan.yaml:3:24  unknown key "vdcs" in source (expected site or login)',
  ],
  [
    'an unknown key of a VM',
    GOOD.replace('name: web1', 'name: web1, afer: []'),
    /^plan\.yaml:6:\d+ {2}unknown key "afer" in vms\[0\] \(expected id.*hint: did you mean after\?\)$/,
  ],
  [
    'a share above 100%',
    GOOD.replace('stopAfter: 3', 'stopAfter: 101%'),
    /^plan\.yaml:5:12 {2}stopAfter is "101%" \(expected a count/,
  ],
  ['a share of nothing', GOOD.replace('stopAfter: 3', 'stopAfter: 0%'), /^plan\.yaml:5:12 {2}stopAfter is "0%"/],
  [
    'more failures than there can be',
    GOOD.replace('stopAfter: 3', 'stopAfter: 1e300'),
    /^plan\.yaml:5:12 {2}stopAfter is 1e\+300/,
  ],
  ['a count of nothing', GOOD.replace('stopAfter: 3', 'stopAfter: 0'), /^plan\.yaml:5:12 {2}stopAfter is 0/],
  [
    'a sync of which it is not clear whether it is never made or always',
    GOOD.replace('stopAfter: 3', 'cutover: { syncBefore: 0s }'),
    'plan.yaml:5:24  cutover.syncBefore is "0s" (expected a duration with its unit, such as 250ms, 5s, 15m or 2h, at least 1m; or false)',
  ],
  [
    'a syncBefore of centuries',
    GOOD.replace('stopAfter: 3', 'cutover: { syncBefore: 99999999999999999999d }'),
    /^plan\.yaml:5:24 {2}cutover\.syncBefore is "9+d" \(expected at most 3650d\)/,
  ],
  [
    'a limit of nothing',
    GOOD.replace('stopAfter: 3', 'limits: { syncs: 0 }'),
    'plan.yaml:5:18  limits.syncs is 0 (expected a whole number, at least 1)',
  ],
  [
    'a bad rpo',
    GOOD.replace('stopAfter: 3', 'replication: { rpo: 90s }'),
    /^plan\.yaml:5:21 {2}replication\.rpo is "90s" \(expected minutes/,
  ],
  [
    'a VM id that is no uuid',
    GOOD.replace(A, 'web1'),
    'plan.yaml:6:14  vms[0].id is "web1" (expected the uuid of a VM in a cloud site)',
  ],
  [
    'a policy by name',
    GOOD.replace(`vdc: ${VDC}`, `vdc: ${VDC}, sizingPolicy: Gold`),
    /^plan\.yaml:4:85 {2}destination\.sizingPolicy is "Gold" \(expected a uuid/,
  ],
  [
    'an owner of no site',
    GOOD.replace('stopAfter: 3', 'owner: acme'),
    'plan.yaml:5:8  owner is "acme" (expected an organization and its site, as org@site)',
  ],
  [
    'an owner at a third site',
    GOOD.replace('name: web1', 'name: web1, owner: acme@lion'),
    /^plan\.yaml:6:\d+ {2}owner is "acme@lion", of a site that the plan does not name \(expected org@paris, or org@lyon; hint: did you mean lyon\?\)$/,
  ],
  [
    'an owner of what is not started',
    GOOD.replace('stopAfter: 3', 'owner: acme@lyon').replace('kind: migrate', 'kind: failover'),
    'plan.yaml:5:1  a plan of kind failover starts no replication that could be given away (expected owner in kinds migrate and protect alone)',
  ],
  [
    'no VDC',
    GOOD.replace(`, vdc: ${VDC}`, ''),
    /^plan\.yaml:4:14 {2}destination\.vdc is missing, which a plan of kind migrate needs/,
  ],
  [
    'an unknown site',
    GOOD.replace('lyon', 'lion'),
    'plan.yaml:4:22  the site "lion" is unknown (expected one of the sites of the config: paris, lyon; hint: did you mean lyon?)',
  ],
  [
    'a login by another name than one can have',
    GOOD.replace('site: lyon', 'site: lyon, login: "the tenant"'),
    /^plan\.yaml:4:\d+ {2}destination\.login is "the tenant" \(expected a name of at most 64 letters/,
  ],
  [
    'one site twice',
    GOOD.replace('lyon', 'paris'),
    'plan.yaml:4:22  source and destination are the same site, "paris" (expected two different sites)',
  ],
  [
    'a window without zone',
    GOOD.replace('stopAfter: 3', 'cutover: { window: { opens: 2026-12-05T22:00:00, closes: 2026-12-06T05:00:00Z } }'),
    /^plan\.yaml:5:29 {2}cutover\.window\.opens is "2026-12-05T22:00:00" \(expected a moment with its time zone/,
  ],
  [
    'a day that does not exist',
    GOOD.replace('stopAfter: 3', 'cutover: { window: { opens: 2026-02-30T22:00:00Z, closes: 2026-12-06T05:00:00Z } }'),
    /^plan\.yaml:5:29 {2}cutover\.window\.opens is/,
  ],
  [
    'a window that closes first',
    GOOD.replace(
      'stopAfter: 3',
      'cutover: { window: { opens: 2026-12-05T22:00:00+01:00, closes: 2026-12-05T21:00:00Z } }',
    ),
    /^plan\.yaml:5:64 {2}cutover\.window\.closes is "2026-12-05T21:00:00Z" \(expected a moment after "opens"\)$/,
  ],
  [
    'a reverse without its confirmation',
    GOOD.replace('migrate', 'reverse'),
    /^plan\.yaml:2:7 {2}a plan of kind reverse removes the original source VMs, whose disks VCDA reuses, and does not say so \(expected a line "confirm: removes-source"\)$/,
  ],
  [
    'a failback without its confirmation',
    GOOD.replace('migrate', 'failback'),
    /^plan\.yaml:2:7 {2}a plan of kind failback removes the original source VMs/,
  ],
  [
    'a recovery of a kind that recovers nothing',
    GOOD.replace('stopAfter: 3', 'recovery: { instance: latest }'),
    'plan.yaml:5:1  a plan of kind migrate recovers nothing (expected recovery in kinds failover and failback alone)',
  ],
  [
    'an unknown instance',
    GOOD.replace('migrate', 'failover').replace('stopAfter: 3', 'recovery: { instance: newest }'),
    'plan.yaml:5:23  recovery.instance is "newest" (expected latest, or { before: a moment with its time zone })',
  ],
  [
    'an instance before no moment',
    GOOD.replace('migrate', 'failover').replace('stopAfter: 3', 'recovery: { instance: { before: yesterday } }'),
    /^plan\.yaml:5:33 {2}recovery\.instance\.before is "yesterday" \(expected a moment with its time zone/,
  ],
  [
    'a failback to an older instance',
    GOOD.replace('migrate', 'failback').replace(
      'stopAfter: 3',
      'confirm: removes-source\nrecovery: { instance: { before: 2026-12-05T22:00:00Z } }',
    ),
    'plan.yaml:6:13  a failback goes back by a planned migration, which takes the VM as it is now (expected latest)',
  ],
  [
    'an unknown key of its networks',
    GOOD.replace('migrate', 'failover').replace(
      'stopAfter: 3',
      'recovery: { vAppNetworkSettings: { copySourceNetwork: true } }',
    ),
    /^plan\.yaml:5:36 {2}unknown key "copySourceNetwork" in recovery\.vAppNetworkSettings .*hint: did you mean copySourceNetworks\?/,
  ],
  [
    'a protection without RPO',
    GOOD.replace('migrate', 'protect'),
    'plan.yaml:2:1  a plan of kind protect does not say how often its VMs are replicated (expected "replication: { rpo: 15m }", or an slaProfileId there)',
  ],
  [
    'a protection without RPO, but with other settings',
    GOOD.replace('migrate', 'protect').replace('stopAfter: 3', 'replication: { quiesced: true }'),
    /^plan\.yaml:5:1 {2}a plan of kind protect does not say/,
  ],
  [
    'an RPO of more than a day',
    GOOD.replace('migrate', 'protect').replace('stopAfter: 3', 'replication: { rpo: 25h }'),
    'plan.yaml:5:16  replication.rpo is 1500 minutes (expected 1m to 24h)',
  ],
  [
    'a profile and what it decides',
    GOOD.replace('migrate', 'protect').replace(
      'stopAfter: 3',
      `replication: { slaProfileId: ${VDC}, dataConnectionType: PLAIN }`,
    ),
    'plan.yaml:5:68  replication has both slaProfileId and dataConnectionType, which the profile decides (expected one of them)',
  ],
  [
    'more instances than VCDA keeps',
    GOOD.replace('migrate', 'protect').replace(
      'stopAfter: 3',
      'replication: { rpo: 1h, retentionPolicy: { rules: [ { numberOfInstances: 20, distance: 1h }, { numberOfInstances: 5, distance: 1d } ] } }',
    ),
    'plan.yaml:5:25  the rules of replication.retentionPolicy keep 25 instances (expected at most 24 in all)',
  ],
  [
    'a window of a protection',
    GOOD.replace('migrate', 'protect').replace(
      'stopAfter: 3',
      'replication: { rpo: 1h }\ncutover: { window: { opens: 2026-12-05T22:00:00Z, closes: 2026-12-06T05:00:00Z } }',
    ),
    'plan.yaml:6:12  a plan of kind protect takes no VM down, so that a window has no effect (expected neither approval nor window; kinds migrate, failover or failback have them)',
  ],
  [
    'a sync before the cutover of a failover',
    GOOD.replace('migrate', 'failover').replace('stopAfter: 3', 'cutover: { syncBefore: 5m }'),
    /^plan\.yaml:5:12 {2}a plan of kind failover sends no migrate, so that syncBefore has no effect/,
  ],
  [
    'an approval of a reverse',
    GOOD.replace('migrate', 'reverse').replace('stopAfter: 3', 'confirm: removes-source\ncutover: { approval: vm }'),
    /^plan\.yaml:6:12 {2}a plan of kind reverse takes no VM down, so that an approval has no effect/,
  ],
  [
    'a replication by a number',
    GOOD.replace('name: web1', 'name: web1, replicationId: 42'),
    'plan.yaml:6:79  vms[0].replicationId is 42 (expected C4- and a uuid, the id of a replication of one VM)',
  ],
  [
    'an address with a port',
    GOOD.replace('name: web1', 'name: web1, address: "web1:443"'),
    /^plan\.yaml:6:73 {2}vms\[0\]\.address is "web1:443" \(expected an IP address or the name of a host/,
  ],
  [
    'a NIC without its index',
    GOOD.replace('name: web1', 'name: web1, vmNetworkSettings: { nics: [ { ipAddress: 10.0.0.5 } ] }'),
    'plan.yaml:6:93  vms[0].vmNetworkSettings.nics[0].nicIndex is missing (expected a whole number)',
  ],
  [
    'a NIC with half an address',
    GOOD.replace('name: web1', 'name: web1, vmNetworkSettings: { nics: [ { nicIndex: 0, ipAddress: 10.0.5 } ] }'),
    /^plan\.yaml:6:119 {2}vms\[0\]\.vmNetworkSettings\.nics\[0\]\.ipAddress is "10\.0\.5" \(expected an IP address/,
  ],
  [
    'one replication for two VMs',
    `${HEAD}vms:\n  - { id: ${A}, name: a, replicationId: C4-${C} }\n  - { id: ${B}, name: b, replicationId: C4-${C} }\n`,
    `plan.yaml:8:73  the replication C4-${C} is there twice, first at plan.yaml:7:73`,
  ],
  ['no VMs', HEAD, /^plan\.yaml:1:1 {2}the plan names no VMs/],
  ['an empty list of VMs', `${HEAD}vms: []\n`, /^plan\.yaml:6:6 {2}vms is an empty list/],
  ['an empty list of waves', `${HEAD}waves: []\n`, /^plan\.yaml:6:8 {2}waves is an empty list/],
  [
    'both waves and vms',
    `${GOOD}waves: [ { name: a, vms: [ { id: ${B}, name: b } ] } ]\n`,
    /^plan\.yaml:6:1 {2}the plan has both "waves" and "vms"/,
  ],
  ['a wave without VMs', `${HEAD}waves:\n  - name: one\n`, /^plan\.yaml:7:5 {2}vms is missing/],
  [
    'a wave twice',
    `${HEAD}waves:\n  - { name: one, vms: [ { id: ${A}, name: a } ] }\n  - { name: one, vms: [ { id: ${B}, name: b } ] }\n`,
    'plan.yaml:8:13  the wave "one" is there twice, first at plan.yaml:7:13',
  ],
  [
    'a VM twice',
    `${HEAD}vms:\n  - { id: ${A}, name: a }\n  - { id: ${A.toUpperCase()}, name: b }\n`,
    `plan.yaml:8:11  the VM ${A} is there twice, first at plan.yaml:7:11`,
  ],
  [
    'an unknown dependency',
    `${HEAD}vms:\n  - { id: ${A}, name: web1 }\n  - { id: ${B}, name: app, after: [wbe1] }\n`,
    'plan.yaml:8:68  after names "wbe1", which is no VM of this plan (expected the id or name of a VM of this plan; hint: did you mean web1?)',
  ],
  [
    'an ambiguous dependency',
    `${HEAD}vms:\n  - { id: ${A}, name: web }\n  - { id: ${B}, name: web }\n  - { id: ${C}, name: app, after: web }\n`,
    'plan.yaml:9:67  after names "web", and 2 VMs have that name (expected the id of one)',
  ],
  [
    'a dependency on a later wave',
    `${HEAD}waves:\n  - { name: one, vms: [ { id: ${A}, name: a, after: [b] } ] }\n  - { name: two, vms: [ { id: ${B}, name: b } ] }\n`,
    /^plan\.yaml:7:\d+ {2}after names "b", a VM of a later wave/,
  ],
  [
    'a cycle',
    `${HEAD}vms:\n  - { id: ${A}, name: a, after: [c] }\n  - { id: ${B}, name: b, after: [a] }\n  - { id: ${C}, name: c, after: [b] }\n`,
    'plan.yaml:7:66  VMs that wait for each other: a after c after b after a (expected no cycle)',
  ],
  [
    'a VM after itself',
    `${HEAD}vms:\n  - { id: ${A}, name: a, after: [a] }\n`,
    'plan.yaml:7:66  VMs that wait for each other: a after a (expected no cycle)',
  ],
  ['a missing CSV', `${HEAD}vms: core.csv\n`, 'plan.yaml:6:6  the CSV file core.csv does not exist'],
  ['a key twice', `${GOOD}kind: migrate\n`, 'plan.yaml:7:1  this key is there twice'],
  [
    'a tab as indentation',
    'name: exit\nsource:\n\tsite: paris\n',
    'plan.yaml:3:1  a tab as indentation; YAML wants spaces',
  ],
  [
    'an unclosed brace',
    'name: exit\nsource: { site: paris\nkind: migrate\n',
    'plan.yaml:2:9  { is opened here and never closed',
  ],
  ['an unclosed bracket', `${HEAD}vms: [\n  { id: a }\n`, 'plan.yaml:6:6  [ is opened here and never closed'],
  ['an unclosed quote', 'name: "exit\nkind: migrate\n', 'plan.yaml:1:7  " is opened here and never closed'],
  [
    'an unclosed quote with others in it',
    "name: 'it''s\nkind: migrate\n",
    "plan.yaml:1:7  ' is opened here and never closed",
  ],
  [
    'a name of two lines',
    GOOD.replace('web1', String.raw`"vm-0003\nforged  all  succeeded"`),
    /^plan\.yaml:6:58 {2}vms\[0\]\.name is "vm-0003\\nforged  all  succeeded", with a line break \(expected a name on one line, .*; hint: /,
  ],
  [
    'a name with a control character',
    GOOD.replace('web1', String.raw`"we\e[2Jb"`),
    /vms\[0\]\.name is "we\\u001b\[2Jb", with the control character U\+001B/,
  ],
  [
    'a name that turns the direction of writing',
    GOOD.replace('web1', String.raw`"we\u202e1b"`),
    /^plan\.yaml:6:58 {2}vms\[0\]\.name is "we\\u202e1b", with the control character U\+202E, which turns .*; hint: type it anew/,
  ],
  [
    'a VM to wait for whose name has a control character',
    GOOD.replace('web1', String.raw`web1, after: [ "d\u2066b" ]`),
    /^plan\.yaml:6:73 {2}after names "d\\u2066b", which is no VM of this plan/,
  ],
  [
    'a wave with a name of two lines',
    `${HEAD}waves:\n  - name: |\n      first\n      wave\n    ${VMS}`,
    /^plan\.yaml:7:11 {2}waves\[0\]\.name is "first\\nwave\\n", with a line break/,
  ],
  [
    'a key that would forge a line',
    `${GOOD}"x\\n\\x9b2J": { a: 1 }\n`,
    /^plan\.yaml:7:1 {2}unknown key "x\\n\\u009b2J"/,
  ],
  ['an unknown alias', 'name: *exit\n', /^plan\.yaml:1:7 {2}an alias \(\*name\) whose anchor/],
  ['an alias inside itself', 'waves: &a [*a]\n', /^plan\.yaml {2}aliases \(\*name\) that go in circles/],
  ['two documents', 'name: a\n---\nname: b\n', /^plan\.yaml:2:1 {2}a second document/],
  ['a runaway nesting', `vms: ${'['.repeat(20_000)}`, 'plan.yaml:1:105  nesting too deep, or a document too large'],
  ['an empty file', '# nothing\n', 'plan.yaml:1:1  the file is empty'],
  ['a text instead of a plan', 'hello\n', 'plan.yaml:1:1  the file is text (expected a mapping (key: value))'],
];

describe('a bad plan', () => {
  it.each(CASES)('with %s says where, and what was expected', (_, plan, line) => {
    expect(planProblems(plan)).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
  });

  it('that does not exist, is a directory or is not text says so without a line', () => {
    const dir = directory({ 'sub/x': '' });
    const load = (name: string) => problemLines(dir, () => loadPlan(join(dir, name), { sites: null }));
    expect(load('nowhere.yaml')).toEqual(['nowhere.yaml  the plan does not exist']);
    expect(load('sub')).toEqual(['sub  the plan is a directory']);
  });

  it('of another encoding says which it may be, and where that shows', () => {
    const dir = directory({});
    writeFileSync(join(dir, 'plan.yaml'), Buffer.from(`name: p\n# caf\xe9\n`, 'latin1'));
    expect(problemLines(dir, () => loadPlan(join(dir, 'plan.yaml'), { sites: null }))).toEqual([
      expect.stringMatching(/^plan\.yaml:2:6 .* UTF-8 .*hint: .*Windows-1252/),
    ]);
  });

  it('shows every problem at once, in reading order, the plan before its CSVs', () => {
    const plan = `name: exit\nkind: migrate\nsource: { site: pari }\ndestination: { site: lyon }\ncutovr: {}\nvms: vms.csv\n`;
    const csv = `id,name,after\nweb1,web1,\n${A},db,x\n`;
    expect(planProblems(plan, { 'vms.csv': csv }).map((line) => line.split('  ')[0])).toEqual([
      'plan.yaml:3:17',
      'plan.yaml:4:14',
      'plan.yaml:5:1',
      'vms.csv:2:1',
      'vms.csv:3:41',
    ]);
  });

  it('is not checked against sites that are not known', () => {
    expect(() => planProblems(GOOD.replace('lyon', 'elsewhere'), {}, null)).toThrow('nothing was found');
  });
});

describe('a plan of more than 50,000 VMs', () => {
  const told = 'these are 50001 VMs (expected at most 50000 in one run; hint: make several files of it';

  it('is refused with the count, and nothing is said of its VMs', () => {
    const files = { 'vms.csv': `id\n${'no uuid\n'.repeat(50_001)}` };
    expect(planProblems(`${HEAD}vms: vms.csv`, files)).toEqual([expect.stringContaining(`vms.csv:1:1  ${told}`)]);
  });

  it('may have them in several lists', () => {
    const plan = `${HEAD}waves:\n- { name: a, vms: a.csv }\n- { name: b, vms: a.csv }\n- { name: c, vms: [{ id: ${A} }] }\n`;
    expect(planProblems(plan, { 'a.csv': `id\n${`${B}\n`.repeat(25_000)}` })).toEqual([expect.stringContaining(told)]);
  });
});
