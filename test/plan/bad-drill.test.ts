import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { A, B, C, DRILL, directory, HEAD, problemLines } from '../support/plan-files.js';

const SITES = ['paris', 'lyon'];

function problems(drill: string, files: Record<string, string> = {}, sites: string[] | null = SITES): string[] {
  const dir = directory({ 'drill.yaml': drill, ...files });
  return problemLines(dir, () => loadDrill(join(dir, 'drill.yaml'), { sites }));
}

const scopeOf = (vms: string) => DRILL.replace(/scope: .*\n/, `scope: ${vms}\n`);
const scheduled = (cron: string, more = '') => `${DRILL}schedule: { cron: ${cron}, timezone: Europe/Paris${more} }\n`;

/** [what is wrong, the drill, the only line of the message] */
const CASES: [string, string, string | RegExp][] = [
  [
    'an unknown key',
    `${DRILL}holds: 5m\n`,
    /^drill\.yaml:5:1 {2}unknown key "holds" \(expected name, .*; hint: did you mean hold\?\)$/,
  ],
  [
    'an unknown mode',
    `${DRILL}mode: tets\n`,
    'drill.yaml:5:7  mode is "tets" (expected test or roundtrip; hint: did you mean test?)',
  ],
  [
    'test networks that are no mapping',
    `${DRILL}networks: isolated\n`,
    /^drill\.yaml:5:11 {2}networks is "isolated" \(expected /,
  ],
  [
    'test networks of a round trip',
    `${DRILL}mode: roundtrip\nconfirm: removes-source\nnetworks: { test: { map: { a: b } } }\n`,
    /^drill\.yaml:7:11 {2}networks\.test is for test copies/,
  ],
  [
    'test networks twice',
    `${DRILL}networks: { test: { map: { a: b } } }\nrecovery: { vAppNetworkSettings: { copySourceNetworks: true } }\n`,
    /^drill\.yaml:5:11 {2}the drill has both networks\.test\.map and recovery\.vAppNetworkSettings/,
  ],
  ['no name', DRILL.replace('name: crm\n', ''), /^drill\.yaml:1:1 {2}name is missing/],
  [
    'an unfit name',
    DRILL.replace('crm', 'my crm'),
    /^drill\.yaml:1:7 {2}name is "my crm" \(expected a name of at most/,
  ],
  [
    'an unknown site',
    DRILL.replace('lyon', 'lion'),
    /^drill\.yaml:3:22 {2}the site "lion" is unknown \(expected one of the sites of the config: paris, lyon/,
  ],
  ['one site twice', DRILL.replace('lyon', 'paris'), /^drill\.yaml:3:22 {2}source and destination are the same site/],
  [
    'a VDC, which no drill needs',
    DRILL.replace('{ site: lyon }', '{ site: lyon, vdc: x }'),
    'drill.yaml:3:28  unknown key "vdc" in destination (expected site or login)',
  ],
  ['no scope', DRILL.replace(/scope: .*\n/, ''), 'drill.yaml:1:1  scope is missing (expected a mapping (key: value))'],
  [
    'an empty scope',
    scopeOf('{ }'),
    'drill.yaml:4:8  scope is empty: the drill has no VMs (expected either "vms" or "plan")',
  ],
  ['a scope without VMs', scopeOf('{ vms: [] }'), /^drill\.yaml:4:15 {2}vms is an empty list/],
  [
    'both VMs and a plan',
    scopeOf(`{ plan: crm.yaml, vms: [ { id: ${A}, name: a } ] }`),
    'drill.yaml:4:8  scope has both "vms" and "plan" (expected either "vms" or "plan")',
  ],
  ['a scope of one text', scopeOf('crm.yaml'), 'drill.yaml:4:8  scope is "crm.yaml" (expected a mapping (key: value))'],
  ['a missing plan', scopeOf('{ plan: crm.yaml }'), 'drill.yaml:4:16  crm.yaml: the plan does not exist'],
  ['a missing CSV', scopeOf('{ vms: crm.csv }'), 'drill.yaml:4:15  the CSV file crm.csv does not exist'],
  [
    'a VM twice',
    scopeOf(`{ vms: [ { id: ${A}, name: a }, { id: ${A}, name: b } ] }`),
    `drill.yaml:4:78  the VM ${A} is there twice, first at drill.yaml:4:23`,
  ],
  [
    'a VM after none of the drill',
    scopeOf(`{ vms: [ { id: ${A}, name: a, after: [dns] } ] }`),
    /^drill\.yaml:4:78 {2}after names "dns", which is no VM of this drill/,
  ],
  ['an empty list of groups', `${DRILL}groups: []\n`, /^drill\.yaml:5:9 {2}groups is an empty list/],
  ['groups that are no list', `${DRILL}groups: db1\n`, /^drill\.yaml:5:9 {2}groups is not a list/],
  [
    'an empty group',
    `${DRILL}groups: [ [db1, app1, web1], [] ]\n`,
    'drill.yaml:5:30  groups[1] is an empty list (expected a VM)',
  ],
  [
    'a named group without VMs',
    `${DRILL}groups: [ [db1, app1, web1], { name: rest, vms: [] } ]\n`,
    'drill.yaml:5:49  groups[1].vms is an empty list (expected a VM)',
  ],
  [
    'a group of one text',
    `${DRILL}groups: [ [db1, app1, web1], db2 ]\n`,
    'drill.yaml:5:30  groups[1] is "db2" (expected a list of VM ids or names)',
  ],
  [
    'an unknown VM in a group',
    `${DRILL}groups: [ [db1, app1, web1], [appl] ]\n`,
    'drill.yaml:5:31  the group "group-2" names "appl", which is no VM of this drill (expected the id or name of a VM of this drill; hint: did you mean app1?)',
  ],
  [
    'a VM in two groups',
    `${DRILL}groups: [ [db1, app1], [web1, ${A}] ]\n`,
    `drill.yaml:5:31  the VM "${A}" is in a group already, at drill.yaml:5:12 (expected every VM in one group)`,
  ],
  [
    'VMs in no group',
    `${DRILL}groups: [ [db1] ]\n`,
    'drill.yaml:5:1  in no group: app1, web1 (expected every VM of the scope in one group)',
  ],
  [
    'a group twice',
    `${DRILL}groups: [ [db1], { name: group-1, vms: [app1, web1] } ]\n`,
    'drill.yaml:5:26  the group "group-1" is there twice',
  ],
  [
    'a group before what it comes after',
    `${scopeOf(`{ vms: [ { id: ${A}, name: db1 }, { id: ${B}, name: app1, after: [db1] } ] }`)}groups: [ [app1, db1] ]\n`,
    'drill.yaml:5:12  app1 comes after db1, which is in the same group (expected a later group, as "after" says)',
  ],
  [
    'an older instance and a sync',
    `${DRILL}recovery: { instance: { before: 2026-11-01T00:00:00Z }, sync: true }\n`,
    'drill.yaml:5:63  recovery has both sync and an older instance, which no sync reaches (expected one of them)',
  ],
  [
    'a bad instance',
    `${DRILL}recovery: { instance: 3 }\n`,
    'drill.yaml:5:23  recovery.instance is 3 (expected latest, or { before: a moment with its time zone })',
  ],
  [
    'a consolidation of test copies',
    `${DRILL}recovery: { consolidate: true }\n`,
    'drill.yaml:5:26  VCDA has no consolidate for a test failover (expected consolidate in mode roundtrip alone)',
  ],
  [
    'a round trip without its confirmation',
    `${DRILL}mode: roundtrip\n`,
    'drill.yaml:5:7  a round trip reverses each VM twice, and each reverse removes the VM that was recovered from; the drill does not say so (expected a line "confirm: removes-source")',
  ],
  [
    'a round trip that loses data',
    `${DRILL}mode: roundtrip\nconfirm: removes-source\nrecovery: { instance: { before: 2026-11-01T00:00:00Z } }\n`,
    'drill.yaml:7:23  a round trip with an older instance loses what was written since (expected latest)',
  ],
  ['a hold without a unit', `${DRILL}hold: 15\n`, /^drill\.yaml:5:7 {2}hold is 15 \(expected a duration with its unit/],
  [
    'a hold longer than the drill',
    `${DRILL}hold: 2h\ntimeout: 1h\n`,
    'drill.yaml:5:7  hold is 2h, and timeout 1h in all (expected a hold that ends before the timeout)',
  ],
  [
    'an objective of nothing',
    `${DRILL}objectives: { rto: 0s }\n`,
    /^drill\.yaml:5:20 {2}objectives\.rto is "0s" \(expected a duration/,
  ],
  ['a timeout of nothing', `${DRILL}timeout: 0s\n`, /^drill\.yaml:5:10 {2}timeout is "0s" \(expected a duration/],
  ['checks that are no list', `${DRILL}checks: { tcp: 443 }\n`, /^drill\.yaml:5:9 {2}checks is not a list/],
  [
    'a check of nothing',
    `${DRILL}checks: [ { within: 5m } ]\n`,
    'drill.yaml:5:11  checks[0] has none of tcp, http and command (expected one of tcp, http or command)',
  ],
  [
    'a check of two things',
    `${DRILL}checks: [ { tcp: 443, http: "https://{ip}" } ]\n`,
    'drill.yaml:5:11  checks[0] has both tcp and http (expected one of tcp, http or command)',
  ],
  ['a check that is a text', `${DRILL}checks: [ tcp ]\n`, /^drill\.yaml:5:11 {2}checks\[0\] has none of tcp/],
  [
    'a header whose secret is a part of its name, since a blank was forgotten',
    `${DRILL}checks: [ { http: "https://{ip}/", headers: { "Authorization:Bearer hunter2": x } } ]\n`,
    'drill.yaml:5:47  this cannot be a key in checks[0].headers (expected the name of a header)',
  ],
  [
    'an unknown key of a check',
    `${DRILL}checks: [ { tcp: 443, wihtin: 5m } ]\n`,
    /^drill\.yaml:5:23 {2}unknown key "wihtin" in checks\[0\] \(.*hint: did you mean within\?\)$/,
  ],
  [
    'an expectation of a port',
    `${DRILL}checks: [ { tcp: 443, expect: 200 } ]\n`,
    /^drill\.yaml:5:23 {2}unknown key "expect" in checks\[0\]/,
  ],
  [
    'a port that there cannot be',
    `${DRILL}checks: [ { tcp: 65536 } ]\n`,
    'drill.yaml:5:18  checks[0].tcp is 65536 (expected a port, or "host:port")',
  ],
  ['a host without port', `${DRILL}checks: [ { tcp: db1 } ]\n`, /^drill\.yaml:5:18 {2}checks\[0\]\.tcp is "db1"/],
  [
    'a placeholder that YAML reads as a mapping',
    `${DRILL}checks: [ { tcp: {ip} } ]\n`,
    'drill.yaml:5:18  checks[0].tcp is a mapping (expected a port, or "host:port")',
  ],
  [
    'an unknown placeholder',
    `${DRILL}checks: [ { tcp: "{iq}:443" } ]\n`,
    'drill.yaml:5:18  checks[0].tcp has "{iq}", which stands for nothing (expected {ip}, {name} or {id}; hint: did you mean ip or id?)',
  ],
  [
    'an unknown placeholder of an argument',
    `${DRILL}checks: [ { command: crm, args: [a, "{vm}"] } ]\n`,
    /^drill\.yaml:5:37 {2}checks\[0\]\.args\[1\] has "\{vm\}", which stands for nothing/,
  ],
  [
    'a URL of another scheme',
    `${DRILL}checks: [ { http: "ftp://{ip}/" } ]\n`,
    'drill.yaml:5:19  checks[0].http is "ftp://{ip}/" (expected a URL that begins with http:// or https:// and holds no login)',
  ],
  [
    'a URL with a login',
    `${DRILL}checks: [ { http: "https://ops:hunter2@{ip}/" } ]\n`,
    'drill.yaml:5:19  checks[0].http is not valid (expected a URL that begins with http:// or https:// and holds no login)',
  ],
  [
    'a status that there cannot be',
    `${DRILL}checks: [ { http: "https://{ip}/", expect: 99 } ]\n`,
    'drill.yaml:5:44  checks[0].expect is 99 (expected a status such as 200)',
  ],
  [
    'an unknown expectation',
    `${DRILL}checks: [ { http: "https://{ip}/", expect: { headers: 200 } } ]\n`,
    'drill.yaml:5:46  unknown key "headers" in checks[0].expect (expected status or body)',
  ],
  [
    'a check of an unknown VM',
    `${DRILL}checks: [ { tcp: 443, vms: [db1, web2] } ]\n`,
    /^drill\.yaml:5:34 {2}checks\[0\]\.vms names "web2", which is no VM of this drill .*hint: did you mean web1\?/,
  ],
  [
    'a check of no VM',
    `${DRILL}checks: [ { tcp: 443, vms: [] } ]\n`,
    /^drill\.yaml:5:28 {2}checks\[0\]\.vms is an empty/,
  ],
  [
    'a check without time',
    `${DRILL}checks: [ { tcp: 443, within: 0s } ]\n`,
    /^drill\.yaml:5:31 {2}checks\[0\]\.within is "0s" \(expected a duration/,
  ],
  [
    'a schedule without zone',
    `${DRILL}schedule: { cron: "0 3 * * *" }\n`,
    'drill.yaml:5:11  schedule.timezone is missing (expected a zone of the IANA database, such as Europe/Paris or UTC)',
  ],
  [
    'an unknown zone',
    scheduled('"0 3 * * *"').replace('Europe/Paris', 'Europe/Pariss'),
    'drill.yaml:5:42  schedule.timezone is "Europe/Pariss" (expected a zone of the IANA database, such as Europe/Paris or UTC; hint: did you mean Europe/Paris?)',
  ],
  [
    'a zone in small letters, which Temporal does not find',
    scheduled('"0 3 * * *"').replace('Europe/Paris', 'europe/paris'),
    /^drill\.yaml:5:42 {2}schedule\.timezone is "europe\/paris" .*hint: did you mean Europe\/Paris\?/,
  ],
  [
    'an offset for a zone',
    scheduled('"0 3 * * *"').replace('Europe/Paris', '"+01:00"'),
    /^drill\.yaml:5:42 {2}schedule\.timezone is "\+01:00"/,
  ],
  [
    'a schedule without cron',
    `${DRILL}schedule: { timezone: UTC }\n`,
    /^drill\.yaml:5:11 {2}schedule\.cron is missing/,
  ],
  ['an empty list of crons', scheduled('[]'), /^drill\.yaml:5:19 {2}schedule\.cron is an empty list/],
  [
    'too few fields',
    scheduled('"0 3 * *"'),
    'drill.yaml:5:19  the cron expression "0 3 * *" has 4 fields (expected five fields: minute hour day-of-month month day-of-week, such as "0 3 1 * *")',
  ],
  ['seconds', scheduled('"0 0 3 * * *"'), /^drill\.yaml:5:19 {2}the cron expression "0 0 3 \* \* \*" has 6 fields/],
  [
    'a nickname',
    scheduled('"@daily"'),
    /^drill\.yaml:5:19 {2}the cron expression "@daily" is a nickname .*hint: write "0 0 \* \* \*"\)$/,
  ],
  [
    'a zone in the cron',
    scheduled('"TZ=UTC 0 3 * * *"'),
    /^drill\.yaml:5:19 .* has a time zone in it .*hint: the zone goes to "timezone"\)$/,
  ],
  [
    'an hour that there cannot be',
    scheduled('["0 3 * * *", "0 24 * * *"]'),
    /^drill\.yaml:5:33 {2}the cron expression "0 24 \* \* \*" cannot be read .*hint: Invalid value for hour: 24\)$/,
  ],
  [
    'the second Monday as Quartz has it',
    scheduled('"0 3 * * MON#2"'),
    /^drill\.yaml:5:19 .* has the field "MON#2" .*both day fields must match, so the second Monday is "0 3 8-14 \* MON"\)$/,
  ],
  [
    'the last day of the month',
    scheduled('"0 3 L * *"'),
    /^drill\.yaml:5:19 .* has the field "L" .*L, W, \? and \+ are/,
  ],
  [
    'a range that ends with SUN',
    scheduled('"0 3 * * SAT-SUN"'),
    /^drill\.yaml:5:19 .* has a range that ends with SUN, which is day 0 \(expected 7 there, as in 6-7\)$/,
  ],
  [
    'the range of which Temporal loses a day',
    scheduled('"0 3 * * 1-7"'),
    /^drill\.yaml:5:19 .* has the days 1-7, of which Temporal's server leaves out Sunday \(expected \*\)$/,
  ],
  [
    'a day that never comes',
    scheduled('"0 3 30 2 *"'),
    /^drill\.yaml:5:19 .* never comes \(expected a day that exists\)$/,
  ],
  [
    'a hold longer than the interval',
    `${scheduled('"0 * * * *"')}hold: 90m\n`,
    'drill.yaml:6:7  hold is 90m, while the schedule runs every 1h at its closest (expected a drill that ends before the next)',
  ],
  [
    'a hold longer than two schedules together allow',
    `${scheduled('["0 3 * * *", "30 3 * * MON"]')}hold: 45m\n`,
    /^drill\.yaml:6:7 {2}hold is 45m, while the schedule runs every 30m at its closest/,
  ],
  [
    'a jitter longer than the interval',
    scheduled('"0 * * * *"', ', jitter: 2h'),
    'drill.yaml:5:64  schedule.jitter is 2h, while the schedule runs every 1h at its closest (expected less than that)',
  ],
  [
    'an unknown overlap',
    scheduled('"0 3 * * *"', ', overlap: allow'),
    /^drill\.yaml:5:65 {2}schedule\.overlap is "allow" \(expected skip or bufferOne/,
  ],
  [
    'a schedule of one text',
    `${DRILL}schedule: "0 3 * * *"\n`,
    /^drill\.yaml:5:11 {2}schedule is "0 3 \* \* \*" \(expected a m/,
  ],
  [
    'a group whose name is of two lines',
    `${DRILL}groups: [ { name: "data\\nbase", vms: [db1] }, [app1, web1] ]\n`,
    /^drill\.yaml:5:19 {2}groups\[0\]\.name is "data\\nbase", with a line break/,
  ],
  [
    'a member of a group that turns the direction of writing',
    `${DRILL}groups: [ [db1, "db1\\u202e"], [app1, web1] ]\n`,
    /^drill\.yaml:5:17 {2}the group "group-1" names "db1\\u202e", which is no VM of this drill .*; hint: did you mean db1\?/,
  ],
  [
    'a check of a VM with an escape sequence in its name',
    `${DRILL}checks: [ { vms: [ "web\\e[2J" ], tcp: 443 } ]\n`,
    /^drill\.yaml:5:20 {2}checks\[0\]\.vms names "web\\u001b\[2J", which is no VM of this drill/,
  ],
  [
    'a check whose name is of two lines',
    `${DRILL}checks: [ { name: "a\\nb", tcp: 443 } ]\n`,
    /^drill\.yaml:5:19 {2}checks\[0\]\.name is "a\\nb", with a line break/,
  ],
  ['an empty file', '# nothing\n', 'drill.yaml:1:1  the file is empty'],
  ['a text instead of a drill', 'hello\n', 'drill.yaml:1:1  the file is text (expected a mapping (key: value))'],
];

describe('a bad drill', () => {
  it.each(CASES)('with %s says where, and what was expected', (_, drill, line) => {
    const found = problems(drill);
    expect(found).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
    expect(found.join('\n')).not.toContain('hunter2');
  });

  it('that does not exist says so without a line', () => {
    const dir = directory({});
    const load = () => loadDrill(join(dir, 'drill.yaml'), { sites: null });
    expect(problemLines(dir, load)).toEqual(['drill.yaml  the drill does not exist']);
  });

  it('with more VMs than can run at once says how many', () => {
    const rows = Array.from({ length: 501 }, (_, n) => `${A.slice(0, -4)}${1000 + n},vm${n}`);
    expect(problems(scopeOf('{ vms: vms.csv }'), { 'vms.csv': `id,name\n${rows.join('\n')}` })).toEqual([
      'drill.yaml:4:15  the drill has 501 VMs (expected at most 500, since all of them run at once as copies; hint: make several drills of it)',
    ]);
  });

  it('of a bad plan says where in the plan', () => {
    const plan = `${HEAD.replace('migrate', 'migrat')}vms: [ { id: db1, name: db1 } ]\n`;
    expect(problems(`${scopeOf('{ plan: crm.yaml }')}groups: [ [db1] ]\n`, { 'crm.yaml': plan })).toEqual([
      expect.stringMatching(/^crm\.yaml:2:7 {2}kind is "migrat"/),
      expect.stringMatching(/^crm\.yaml:6:14 {2}vms\[0\]\.id is "db1"/),
    ]);
  });

  it('of a plan between other sites says so', () => {
    const plan = `${HEAD.replace('paris', 'nice')}vms: [ { id: ${A}, name: db1 } ]\n`;
    expect(problems(scopeOf('{ plan: crm.yaml }'), { 'crm.yaml': plan }, null)).toEqual([
      'drill.yaml:2:17  source.site is "paris", but the plan crm.yaml goes from "nice" to "lyon" (expected "nice")',
    ]);
  });

  it('of a plan that works by other logins says so', () => {
    const plan = `${HEAD.replace('site: lyon', 'site: lyon, login: tenant')}vms: [ { id: ${A}, name: db1 } ]\n`;
    expect(problems(scopeOf('{ plan: crm.yaml }'), { 'crm.yaml': plan })).toEqual([
      expect.stringMatching(
        /^drill\.yaml:3:\d+ {2}the drill works at "lyon" by the login "default", and the plan .* by "tenant".*\(expected "tenant"\)$/,
      ),
    ]);
  });

  it('names no VM as unknown when the VMs could not be read', () => {
    const drill = `${scopeOf('{ vms: crm.csv }')}groups: [ [db1] ]\nchecks: [ { tcp: 1, vms: [db1] } ]\n`;
    expect(problems(drill)).toEqual(['drill.yaml:4:15  the CSV file crm.csv does not exist']);
  });

  it('hides no rule over the values that are sound', () => {
    const drill = `${scopeOf(`{ vms: [ { id: ${A}, name: a } ] }`)}recovery: { consolidate: true, powerOn: 1 }
schedule: { cron: "0 3 * * *", timezone: Mars, jitter: 25h }
`;
    expect(problems(drill)).toEqual([
      expect.stringContaining('VCDA has no consolidate for a test failover'),
      expect.stringContaining('recovery.powerOn is 1'),
      expect.stringContaining('schedule.timezone is "Mars"'),
      expect.stringContaining('schedule.jitter is 25h'),
    ]);
  });

  it('shows every problem at once', () => {
    const drill = `nam: crm
source: { site: pari }
scope: { vms: [ { id: ${A}, name: a }, { id: ${B}, name: b, after: [x] }, { id: ${C}, name: c } ] }
groups: [ [a, z], [b] ]
recovery: { powerOn: 1 }
checks: [ { tcp: 0 }, { http: "{up}" } ]
hold: 5
objectives: { rta: 5m }
timeout: 1
schedule: { cron: "x", timezone: Mars, catchup: 5 }
`;
    const places = problems(drill).map((line) => line.split('  ')[0]?.replace('drill.yaml:', ''));
    expect(places.join(' ')).toBe(
      '1:1 1:1 1:1 2:17 3:133 4:1 4:15 5:22 6:18 6:31 6:31 7:7 8:15 9:10 10:19 10:34 10:49',
    );
  });
});
