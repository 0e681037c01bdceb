/** Files that are made to hurt: what takes for ever, what never ends, and what leads to another's secrets. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { requireKind } from '../../client/file-kind.js';
import { loadConfig } from '../../plan/config/load-config.js';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { loadPlan } from '../../plan/load-plan.js';
import { BadInput } from '../../plan/source/problem.js';
import { A, DRILL, directory, HEAD, VDC } from '../support/plan-files.js';

const SITES = ['paris', 'lyon'];
/** Of a processor's time: µs. Two seconds are promised; a machine may be half as fast, and what was slow took from 5 to 100. */
const MOST = 4_000_000;

const READERS = {
  plan: (file: string) => loadPlan(file, { sites: SITES, begins: new Date(0) }),
  drill: (file: string) => loadDrill(file, { sites: SITES }),
  config: (file: string) => loadConfig(file, { env: {}, need: 'worker' }),
};
type Kind = keyof typeof READERS;

/** What is told of a file, as the command line reads it, and what it cost; null: it can be used. */
function told(kind: Kind, file: string): string | null {
  const before = process.cpuUsage();
  let text: string | null = null;
  try {
    requireKind(file, kind);
    READERS[kind](file);
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    text = `${error.message}\n${JSON.stringify(error.problems)}`;
  }
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(MOST);
  return text;
}

const SIZE = 70_000;
const filled = (unit: string, size = SIZE) => unit.repeat(Math.ceil(size / unit.length));
const many = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join('');

/** Again and again, 70 KB: what opens, what separates, what begins something, and what is nothing. */
const UNITS = [
  '[',
  '{a: ',
  '[{',
  '- ',
  '? ',
  ': ',
  '"',
  "'",
  '&a ',
  '*a ',
  '!a ',
  '---\n',
  '|\n',
  '%\n',
  'a: ',
  'a:\n',
  '- a\n',
  '"a" "b" ',
  '\u2028',
];

const YAML: Record<string, string> = {
  'an ever deeper indentation': many(370, (n) => `${' '.repeat(n)}a:\n`),
  '17,000 keys': many(8_500, (n) => `k${n}: 1\n`),
  'one key as often': filled('name: a\n'),
  '20,000 aliases': `${HEAD}vms: &a []\nx: [${filled('*a,', 60_000)}]\n`,
  '5,000 anchors, each with its alias': `x:\n${many(5_000, (n) => `- &a${n} 1\n- *a${n}\n`)}`,
  '5,000 aliases of nothing': `x:\n${many(5_000, (n) => `- *a${n}\n`)}`,
  'a billion laughs': `a0: &a0 [x, x]\n${many(60, (n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`)}`,
  'an anchor within itself': `${HEAD}vms: &a [ { id: ${A}, after: *a } ]\n`,
  'an alias of 20,000 nodes': `checks: [ { args: &a [${filled('x,', 40_000)}] }, ${filled('{ args: *a },', 1_200)} ]\n${DRILL}`,
  '3,000 VMs that wait in a ring': `${HEAD}vms:\n${many(1_500, (n) => `- { name: v${n}, after: v${(n + 1) % 1_500} }\n`)}`,
  '1,500 pairs that wait for each other': `${HEAD}vms:\n${many(3_000, (n) => `- { name: v${n}, after: v${n % 2 === 0 ? n + 1 : n - 1} }\n`)}`,
  '17,000 groups': `${DRILL}groups: [${filled('[],', 50_000)}]\n`,
  'networks without end': `${DRILL}networks: { test: { map: {${many(5_000, (n) => `n${n}: 1,`)}} } }\n`,
  '5,000 sites': `sites:\n${many(5_000, (n) => `  s${n}: {}\n`)}`,
  '1,800 rows of errors': `errors:\n${many(1_800, (n) => `  E${n}: { retry: { initial: 2h, max: 1s } }\n`)}`,
  'a key of 70 KB': `${filled('k')}: 1\n`,
  'a name of 70 KB': HEAD.replace('exit', filled('x')),
};

/** Of what a file speaks, as far as it speaks of something. */
const KINDS = { plan: /^(?!sites|errors)/, drill: /^(name: crm|checks)/, config: /^(sites|errors)/ };

describe('a file of 70 KB is refused within two seconds', () => {
  const fileOf = (text: string) => join(directory({ 'file.yaml': text }), 'file.yaml');

  test.each(UNITS)('%j again and again', (unit) => {
    expect(told('plan', fileOf(filled(unit)))).not.toBeNull();
  });

  test.each(Object.entries(YAML))('%s', (_, text) => {
    const file = fileOf(text);
    for (const kind of ['plan', 'drill', 'config'] as const) {
      if (KINDS[kind].test(text)) expect(told(kind, file)).not.toBeNull();
    }
  });

  const CSV: Record<string, string> = {
    '35,000 cells in a line': filled('a,'),
    '35,000 cells in a line below a header': `id,name\n${filled('a,')}`,
    '35,000 lines': `id,name\n${filled('a\n')}`,
    '35,000 cells in a header, and as many lines': `id${filled(',')}x\n${filled('a\n')}`,
    quotes: filled('"'),
    'quotes and line breaks': filled('"\n'),
    'lines that say what separates': filled('sep=;\n'),
    'lines that say a type': filled('#TYPE a\n'),
    'blank lines': filled('\r\n'),
    'more columns than a spreadsheet': `id${filled(',', 500_000)}x\n`,
    'rows without end': `id,name\n${filled('a,b\n', 2_000_000)}`,
    'unknown columns': `id,${many(10_000, (n) => `c${n},`)}\n`,
    'one column again and again': `id,${filled('name,')}\n`,
    'a cell of 5 MB': `id,name\n${A},"${filled('x""', 5_000_000)}"\n`,
    'a VM of which others are told 3,000 times': `id,name,after\n${A},a,${filled('b;', 40_000)}\n`,
  };
  test.each(Object.entries(CSV))('a CSV with %s', (_, csv) => {
    const dir = directory({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': csv });
    told('plan', join(dir, 'plan.yaml'));
  });
});

describe('a value that is out of all bounds', () => {
  const planWith = (line: string) =>
    join(directory({ 'f.yaml': `${HEAD.replace('stopAfter: 3\n', '')}${line}\nvms: [ { id: ${A} } ]\n` }), 'f.yaml');
  test.each([
    'limits: { syncs: 1e400 }',
    `limits: { syncs: ${'9'.repeat(400)} }`,
    'limits: { syncs: .inf }',
    'limits: { syncs: .nan }',
    'limits: { syncs: -0.5 }',
    'stalledAfter: 99999999999999d',
    `stalledAfter: ${'9'.repeat(90)}ms`,
    `stopAfter: ${'9'.repeat(400)}`,
    'stopAfter: 1e999%',
    `cutover: { window: { opens: 99999-01-01T00:00:00Z, closes: 99999-01-02T00:00:00Z } }`,
  ])('%s is refused at its place', (line) => {
    expect(told('plan', planWith(line))).toMatch(/^\S+:5:\d+ /);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the name %s stands for nothing', (name) => {
    const before = Object.keys(Object.prototype);
    const texts: [Kind, string][] = [
      ['plan', `${HEAD}vms: [ { id: ${A}, ${name}: { id: ${A}, polluted: 1 } } ]\n`],
      ['plan', `${HEAD}${name}: { vms: [] }\nvms: [ { id: ${A} } ]\n`],
      [
        'config',
        `sites: { ${name}: { url: "https://a.test", login: { type: localUser, user: root, password: x } } }\n`,
      ],
      ['config', `worker: { checks: { ${name}: { program: /bin/true } } }\n`],
      ['config', `hooks: { secrets: { ${name}: { value: x } } }\n`],
      ['drill', `${DRILL}${name}: 1\n`],
    ];
    for (const [kind, text] of texts) {
      const found = told(kind, join(directory({ 'f.yaml': text }), 'f.yaml'));
      expect(found === null ? `${kind}: nothing` : found).toMatch(/^\S+:\d+:\d+ /);
    }
    expect(Object.keys(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('a file that leads to what is not a table of VMs', () => {
  const MARK = 'hunter2-Tr0ub4dor';
  const OTHERS: Record<string, string> = {
    'the password file of the machine': `root:$6$${MARK}:19000:0:99999:7:::\nops:${MARK}:1:2:3\n`,
    'a password file': `${MARK}\n`,
    'a config': `sites:\n  paris: { url: "https://a.test", login: { type: localUser, user: root, password: ${MARK} } }\n`,
    'a secret of Kubernetes': `apiVersion: v1\nkind: Secret\ndata: { password: ${MARK} }\n`,
    'a table of users': `id,name,password,mail\n${MARK},${MARK},${MARK},${MARK}\n`,
    'a table of users with columns like ours': `id;name;e-mail\n${MARK};"${MARK}\u0007";x\n`,
    'a key': `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----\n`,
    JSON: `{"password": "${MARK}", "id": ["${MARK}"]}`,
    'an environment': `PATH=/bin\0PASSWORD=${MARK}\0`,
    'what opens a quote': `"${MARK}\n`,
  };
  test.each(Object.entries(OTHERS))('%s: nothing of it is told', (_, text) => {
    const dir = directory({ 'other/secret': text });
    symlinkSync(join(dir, 'other/secret'), join(dir, 'link.csv'));
    const files = {
      plan: [
        `${HEAD}vms: other/secret\n`,
        `${HEAD}vms: link.csv\n`,
        `${HEAD}waves: [ { name: a, vms: ${dir}/other/secret } ]\n`,
      ],
      drill: [
        DRILL.replace(/scope: .*/, 'scope: { plan: other/secret }'),
        DRILL.replace(/scope: .*/, 'scope: { vms: link.csv }'),
      ],
    };
    for (const [kind, all] of Object.entries(files) as [Kind, string[]][]) {
      for (const [index, plan] of all.entries()) {
        writeFileSync(join(dir, `${kind}-${index}.yaml`), plan);
        const found = told(kind, join(dir, `${kind}-${index}.yaml`));
        expect(found).toEqual(expect.any(String));
        expect(found).not.toContain(MARK);
      }
    }
    // Nor where a person has typed its name in the place of a plan.
    expect(told('plan', join(dir, 'other/secret'))).not.toContain(MARK);
    expect(told('drill', join(dir, 'other/secret'))).not.toContain(MARK);
  });

  it('and never ends, or waits for somebody, is no file at all', () => {
    const dir = directory({});
    mkdirSync(join(dir, 'folder'));
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    symlinkSync(join(dir, 'ring'), join(dir, 'ring'));
    for (const named of ['/dev/zero', '/dev/stdin', 'pipe', 'folder', 'ring', `${'x'.repeat(300)}`]) {
      writeFileSync(join(dir, 'plan.yaml'), `${HEAD}vms: ${named}\n`);
      writeFileSync(join(dir, 'drill.yaml'), DRILL.replace(/scope: .*/, `scope: { plan: ${named} }`));
      expect(told('plan', join(dir, 'plan.yaml'))).toMatch(/plan\.yaml:6:6 /);
      expect(told('drill', join(dir, 'drill.yaml'))).toMatch(/drill\.yaml:4:\d+ /);
    }
    expect(told('plan', join(dir, 'pipe'))).toMatch(/pipe {2}the plan is no plain file/);
  });

  it('and is larger than any plan is not read', () => {
    const dir = directory({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': filled('x', 33 * 2 ** 20) });
    expect(told('plan', join(dir, 'plan.yaml'))).toMatch(/is larger than 32 MiB/);
  });
});

describe('a name with what cannot be seen', () => {
  const bad = 'we\\u200bb1';
  test.each([
    [
      'plan',
      `${HEAD}vms: [ { id: ${A}, name: "${bad}" } ]\n`,
      /:6:\d+ {2}.*name is "we\\u200bb1", with the invisible character U\+200B .*hint: /,
    ],
    [
      'plan',
      HEAD.replace('{ site: paris }', `{ site: "pa\\aris" }`) + `vms: [ { id: ${A} } ]\n`,
      /:3:\d+ {2}source\.site is "pa\\u0007ris"/,
    ],
    ['plan', `${HEAD}waves: [ { name: "a\\u202eb", vms: [ { id: ${A} } ] } ]\n`, /:6:\d+ {2}.*U\+202E/],
    [
      'drill',
      `${DRILL}networks: { test: { map: { a: "b\\e[2J" } } }\n`,
      /:5:\d+ {2}networks\.test\.map\.a is "b\\u001b\[2J"/,
    ],
    [
      'drill',
      `${DRILL}checks: [ { command: c, args: [ "a\\0b" ] } ]\n`,
      /:5:\d+ {2}checks\[0\]\.args\[0\] is "a\\u0000b"/,
    ],
    ['drill', `${DRILL}checks: [ { tcp: 1, name: "x\\r\\ny" } ]\n`, /:5:\d+ {2}.*with a line break/],
    ['config', `installation: "a\\u009bb"\n`, /:1:\d+ {2}installation is "a\\u009bb"/],
    ['config', `sites: { "a\\nb": { url: "https://a.test" } }\n`, /:1:\d+ {2}"a\\nb" cannot be a site's name/],
  ] as [Kind, string, RegExp][])('is refused in a %s with its place: %j', (kind, text, line) => {
    const found = told(kind, join(directory({ 'f.yaml': text }), 'f.yaml'));
    expect(found).toMatch(line);
    // What a program gets of it is the text itself.
    expect(found?.split('\n').slice(0, -1).join('\n')).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|\u200b/u);
  });
});

describe('a secret in a drill', () => {
  const MARK = 'hunter2';
  test.each([
    `{ http: "https://a.test/?token=${MARK}" }`,
    `{ http: "https://a.test/?a=1&X-Amz-Signature=${MARK}" }`,
    `{ http: "https://ops:${MARK}@a.test/" }`,
    `{ http: "https://a.test/", headers: { Authorization: "Bearer ${MARK}" } }`,
    `{ http: "https://a.test/", headers: { X-Api-Key: ${MARK} } }`,
    `{ http: "https://a.test/", headers: { Cookie: "s=${MARK}" } }`,
    `{ http: "https://a.test/", headers: { Host: ${MARK} } }`,
    `{ command: c, args: [ --password, ${MARK} ] }`,
    `{ command: c, args: [ "--api-token=${MARK}" ] }`,
  ])('is refused where it stands, and not told: %s', (check) => {
    const found = told('drill', join(directory({ 'f.yaml': `${DRILL}checks: [ ${check} ]\n` }), 'f.yaml'));
    expect(found).toMatch(/^\S+:5:\d+ /);
    expect(found).not.toContain(MARK);
    expect(found).toMatch(/expected .*(hooks\.secrets|`env` of the command|holds no login|name of a header)/);
  });

  it('has its place in the config of the workers, by a name', () => {
    const checks = `checks: [ { http: "https://a.test/x?of=web1", headers: { Authorization: { secret: HEALTH }, Accept: text/plain } }, { command: c, args: [ --token-file, /run/t, --no-password ] } ]\n`;
    const dir = directory({ 'drill.yaml': `${DRILL}${checks}` });
    expect(loadDrill(join(dir, 'drill.yaml'), { sites: SITES }).checks).toMatchObject([
      { name: 'http https://a.test/x?of=***', headers: { Authorization: { secret: 'HEALTH' }, Accept: 'text/plain' } },
      { args: ['--token-file', '/run/t', '--no-password'] },
    ]);
  });

  it('is read by a worker alone, and must be there for what names it', () => {
    const config = (secrets: string) =>
      `hooks: { secrets: { ${secrets} } }\nworker: { checks: { c: { program: /bin/c, env: { T: { secret: HEALTH } } } } }\n`;
    const dir = directory({
      'good.yaml': config('HEALTH: { file: health, to: [ 10.20.0.0/16, "*.dr.test" ] }'),
      health: `${MARK}\n`,
    });
    const read = loadConfig(join(dir, 'good.yaml'), { env: {}, need: 'worker' });
    expect(read.hooks?.secrets.HEALTH?.value.reveal()).toBe(MARK);
    expect(read.hooks?.secrets.HEALTH?.to).toEqual(['10.20.0.0/16', '*.dr.test']);
    expect(JSON.stringify(read)).not.toContain(MARK);
    expect(loadConfig(join(dir, 'good.yaml'), { env: {}, need: 'client' }).hooks).toBeUndefined();
    for (const bad of [
      'OTHER: { value: x }',
      `HEALTH: {}`,
      `HEALTH: { value: ${MARK}, file: health }`,
      'HEALTH: { file: gone }',
      `HEALTH: { value: x, to: [ "https://${MARK}" ] }`,
      `HEALTH: { value: x, to: [ 10.0.0.0/33 ] }`,
    ]) {
      writeFileSync(join(dir, 'bad.yaml'), config(bad));
      const found = told('config', join(dir, 'bad.yaml'));
      expect(found).toMatch(/^\S+:[12]:\d+ /);
      expect(found).not.toContain(MARK);
    }
  });
});

it('all of this stands beside a plan that is good', () => {
  const dir = directory({ 'plan.yaml': `${HEAD}vms: vms.csv\n`, 'vms.csv': `id,name,vdc\n${A},web 1,${VDC}\n` });
  expect(told('plan', join(dir, 'plan.yaml'))).toBeNull();
});
