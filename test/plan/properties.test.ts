import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../plan/config/load-config.js';
import { drillDigest, planDigest } from '../../plan/digest.js';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { loadPlan } from '../../plan/load-plan.js';
import { formatDuration, parseDuration } from '../../plan/source/durations.js';
import { BadInput } from '../../plan/source/problem.js';
import { A, B, directory, VDC } from '../support/plan-files.js';

const dir = directory({});
const file = join(dir, 'file.yaml');

const PLAN = {
  name: 'exit',
  kind: 'migrate',
  source: { site: 'paris' },
  destination: { site: 'lyon', vdc: VDC },
  replication: { rpo: '15m', retentionPolicy: { rules: [{ numberOfInstances: 1, distance: 5 }] } },
  cutover: { window: { opens: '2026-12-05T22:00:00Z', closes: '2026-12-06T05:00:00Z' } },
  stopAfter: '10%',
  waves: [
    { name: 'a', vms: [{ id: A, name: 'a' }] },
    { name: 'b', vms: [{ id: B, name: 'b', after: ['a'] }] },
  ],
};
const DRILL = {
  name: 'crm',
  mode: 'roundtrip',
  source: { site: 'paris' },
  destination: { site: 'lyon' },
  scope: {
    vms: [
      { id: A, name: 'a', address: '10.0.0.5' },
      { id: B, name: 'b', after: ['a'] },
    ],
  },
  groups: [['a'], { name: 'rest', vms: [B] }],
  recovery: { instance: 'latest', powerOn: true },
  checks: [
    { tcp: 443, vms: ['a'] },
    { http: 'https://{ip}/', expect: { status: 200, body: 'up' } },
    { command: 'crm', args: ['{name}'] },
  ],
  hold: '5m',
  objectives: { rto: '30m' },
  confirm: 'removes-source',
  schedule: { cron: ['0 3 1 * *'], timezone: 'Europe/Paris', jitter: '5m' },
};
const CONFIG = {
  sites: {
    paris: { url: 'https://p', login: { type: 'localUser', user: 'root', password: 'x' }, limits: { syncs: 2 } },
  },
  errors: { Forbidden: { retry: { initial: '5s' } } },
  worker: { taskQueue: 'q', checks: { crm: { program: '/bin/true', args: [] } } },
};

/** Loads a text as plan, as drill and as config: what comes out is a value or BadInput, whose lines and columns are in the file. */
function loadAnyhow(text: string): void {
  writeFileSync(file, text);
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const load of [
    () => loadPlan(file, { sites: ['paris', 'lyon'] }),
    () => loadDrill(file, { sites: ['paris', 'lyon'] }),
    () => loadConfig(file, { env: {}, need: 'worker' }),
    () => loadConfig(file, { env: {}, need: 'client' }),
  ]) {
    try {
      load();
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const { file: where, line, column } of error.problems) {
        expect(line === null || (line >= 1 && (line <= lines || where !== file))).toBe(true);
        expect(column === null || column >= 1).toBe(true);
      }
    }
  }
}

/** Replaces the nth value of a tree, counted depth first. */
function replaceNth(tree: unknown, target: number, by: unknown): unknown {
  let count = -1;
  function walk(value: unknown): unknown {
    count += 1;
    if (count === target) return by;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]));
  }
  return walk(tree);
}

describe('whatever the file holds, loading it gives a value or BadInput', () => {
  const yamlish = fc.string({
    unit: fc.constantFrom(...'ab:- \n\t{}[]"\'&*!|>#%@`,?\\$0\u00e9'.split('')),
    maxLength: 60,
  });

  it('for text that looks like YAML', () => {
    fc.assert(fc.property(yamlish, loadAnyhow), { numRuns: 120 });
  });

  it('for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        writeFileSync(file, bytes);
        expect(() => loadPlan(file, { sites: null })).toThrow(BadInput);
        expect(() => loadDrill(file, { sites: null })).toThrow(BadInput);
      }),
      { numRuns: 100 },
    );
  });

  it('for a good file with one value replaced by anything', () => {
    const edit = fc.tuple(fc.constantFrom<unknown>(PLAN, DRILL, CONFIG), fc.nat(60), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(edit, ([tree, target, by]) => loadAnyhow(JSON.stringify(replaceNth(tree, target, by), null, 1))),
      { numRuns: 120 },
    );
  });

  it('for a good file with a piece cut out', () => {
    const cut = fc.tuple(fc.constantFrom(PLAN, DRILL), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30));
    fc.assert(
      fc.property(cut, ([tree, share, length]) => {
        const text = JSON.stringify(tree, null, 1);
        const from = Math.floor(share * text.length);
        loadAnyhow(text.slice(0, from) + text.slice(from + length));
      }),
      { numRuns: 120 },
    );
  });

  it('for a schedule of any cron expression and zone', () => {
    const field = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789*,-/'.split('')), minLength: 1, maxLength: 6 }),
      fc.constantFrom('*', '0', '31', '1-7', 'MON', 'SUN', 'FEB', 'L', '#2', '?'),
    );
    const cron = fc.array(field, { minLength: 4, maxLength: 6 }).map((fields) => fields.join(' '));
    const zone = fc.oneof(fc.constantFrom('Europe/Paris', 'UTC', 'EST5EDT', 'GMT+1', '+01:00'), yamlish);
    fc.assert(
      fc.property(cron, zone, (text, timezone) =>
        loadAnyhow(JSON.stringify({ ...DRILL, hold: '0s', schedule: { cron: text, timezone } })),
      ),
      { numRuns: 200 },
    );
  });

  it('for a CSV of any cells', () => {
    const cell = fc.oneof(fc.constantFrom(A, B, 'a', '', '"', ';', 'a b'), yamlish);
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
    const head = JSON.stringify({ ...PLAN, waves: undefined, vms: 'vms.csv' });
    fc.assert(
      fc.property(rows, (cells) => {
        writeFileSync(join(dir, 'vms.csv'), `id,name,after\n${cells.map((row) => row.join(',')).join('\n')}`);
        loadAnyhow(head);
      }),
      { numRuns: 120 },
    );
  });
});

describe('a secret', () => {
  it('is in no message, wherever in the login it stands', () => {
    const secret = fc.string({
      unit: fc.constantFrom(...'ghijkxyz:{}*&!@%$#\\"\''.split('')),
      minLength: 8,
      maxLength: 20,
    });
    const key = fc.constantFrom('password', 'passwordFile', 'pasword', 'user', 'type', 'token', 'tokenFile', 'org');
    const type = fc.constantFrom('vcdCredentials', 'localUser', 'vcdAccessToken');
    const quoted = fc.boolean();
    fc.assert(
      fc.property(secret, key, type, quoted, (text, name, kind, inQuotes) => {
        const value = inQuotes ? JSON.stringify(text) : text;
        writeFileSync(file, `sites:\n  paris:\n    url: p\n    login:\n      type: ${kind}\n      ${name}: ${value}\n`);
        let message = '';
        try {
          loadConfig(file, { env: {}, need: 'worker' });
        } catch (error) {
          message = String(error);
        }
        expect(message).toContain('file.yaml:');
        expect(message).not.toContain(text);
        expect(message).not.toMatch(/[ghijkxyz:]{8}/);
      }),
      { numRuns: 120 },
    );
  });
});

describe('the digest of a plan', () => {
  function load(tree: unknown, indent: number) {
    writeFileSync(file, JSON.stringify(tree, null, indent));
    return planDigest(loadPlan(file, { sites: null }));
  }
  function shuffle(value: unknown, seed: number): unknown {
    if (Array.isArray(value)) return value.map((item) => shuffle(item, seed));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, part]) => [key, shuffle(part, seed)] as const);
    const turn = seed % entries.length;
    return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].reverse());
  }

  it('does not depend on the order of keys, nor on the layout', () => {
    const digest = load(PLAN, 0);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.nat(20), fc.nat(8), (seed, indent) => expect(load(shuffle(PLAN, seed), indent)).toBe(digest)),
      { numRuns: 50 },
    );
  });

  it('is that of a drill too', () => {
    function digestOf(tree: unknown) {
      writeFileSync(file, JSON.stringify(tree));
      return drillDigest(loadDrill(file, { sites: null }));
    }
    expect(digestOf(shuffle(DRILL, 3))).toBe(digestOf(DRILL));
    expect(digestOf({ ...DRILL, hold: '6m' })).not.toBe(digestOf(DRILL));
  });

  it('depends on everything the plan says', () => {
    const others = [
      { ...PLAN, stopAfter: '11%' },
      { ...PLAN, name: 'other' },
      { ...PLAN, waves: PLAN.waves.slice(0, 1) },
    ];
    expect(new Set([PLAN, ...others].map((tree) => load(tree, 1))).size).toBe(4);
  });
});

describe('durations', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(fc.nat(10 ** 10), (value) => expect(parseDuration(formatDuration(value))).toBe(value)));
    expect([0, 250, 5_000, 5_400_000, 86_400_000].map(formatDuration)).toEqual(['0ms', '250ms', '5s', '90m', '1d']);
  });

  it('need a unit, and cannot be negative', () => {
    expect(['5', '', 'abc', '-5s', '1h30m', 'five s', '5 parsecs', '1e3s'].map(parseDuration)).toEqual(
      Array(8).fill(undefined),
    );
    expect(['250ms', '5s', '15 m', '1.5h', '2 days'].map(parseDuration)).toEqual([
      250, 5000, 900_000, 5_400_000, 172_800_000,
    ]);
  });
});
