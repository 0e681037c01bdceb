import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../plan/config/load-config.js';
import { drill as drillSchema } from '../../plan/drill/drill-rules.js';
import { loadDrill } from '../../plan/drill/load-drill.js';
import { loadPlan } from '../../plan/load-plan.js';
import { plan as planSchema } from '../../plan/plan-rules.js';
import { jsonSchemaOf, schemaFiles } from '../../plan/print/json-schema.js';
import { withKeyTables } from '../../plan/print/key-tables.js';
import { CERTIFICATE, directory } from '../support/plan-files.js';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/files.md'), 'utf8');
const [csv = ''] = [...page.matchAll(/```csv\n(.*?)```/gs)].map((block) => block[1] ?? '');
/** The examples of the page, by the file name in their first line. */
const examples = Object.fromEntries(
  [...page.matchAll(/```yaml\n# (\S+)\n(.*?)```/gs)].map(([, name = '', text = '']) => [name, text]),
);

describe('the examples of docs/files.md', () => {
  const dir = directory({
    ...examples,
    'core.csv': csv,
    'secrets/lyon': 'x',
    'secrets/store': 'x',
    'secrets/health': 'x',
    'secrets/crm': 'x',
    'certs/lyon.pem': CERTIFICATE,
  });
  const config = () => loadConfig(join(dir, 'drover.yaml'), { env: { PARIS_PASSWORD: 'x' }, need: 'worker' });

  it('are a config and a plan that fit each other', () => {
    const { sites } = config();
    const loaded = loadPlan(join(dir, 'plan.yaml'), { sites: Object.keys(sites) });
    expect(loaded.waves.map(({ name, vms }) => [name, vms.length])).toEqual([
      ['pilot', 1],
      ['core', 3],
    ]);
    expect(sites['lyon']?.limits.cutovers).toBe(10);
  });

  it('are a drill of a plan, and the command that it runs', () => {
    const drill = loadDrill(join(dir, 'drill.yaml'), { sites: Object.keys(config().sites) });
    expect(drill.groups.map(({ name, vms }) => [name, vms.length])).toEqual([
      ['group-1', 1],
      ['group-2', 2],
      ['front', 1],
    ]);
    const { worker } = loadConfig(join(dir, 'checks.yaml'), { env: {}, need: 'worker' });
    const commands = drill.checks.flatMap((check) => (check.type === 'command' ? [check.command] : []));
    expect(commands).toEqual(Object.keys(worker.checks));
  });

  it('come with a row for every key of a plan and of a drill', () => {
    const [, plan = '', drill = ''] = /\n## Plan\n(.*)\n## Drill\n(.*)/s.exec(page) ?? [];
    const rows = (part: string) => [...part.matchAll(/^\| (`.*?) \|/gm)].map(([, names]) => names).join(' ');
    const keys = (schema: typeof planSchema | typeof drillSchema) => Object.keys(jsonSchemaOf(schema).properties ?? {});
    expect(keys(planSchema)).toContain('replication');
    for (const key of keys(planSchema)) expect(rows(plan)).toMatch(`\`${key}`);
    for (const key of keys(drillSchema)) expect(rows(drill)).toMatch(`\`${key}`);
  });

  it('are followed by tables that say what the schemas say (else: npm run schema)', () => {
    expect(page.match(/<!-- keys: /g)?.length).toBeGreaterThan(10);
    expect(withKeyTables(page)).toBe(page);
    expect(() => withKeyTables('<!-- keys: plann -->\n<!-- end -->')).toThrow('no table is called plann');
  });
});

describe('the files in schema/', () => {
  it.each(Object.entries(schemaFiles()))('have %s as the code has it (else: npm run schema)', (name, text) => {
    expect(readFileSync(join(root, 'schema', name), 'utf8')).toBe(text);
  });

  it('know what is required, what there is to choose from, and nothing that only the docs need', () => {
    const plan = JSON.parse(schemaFiles()['plan.schema.json'] ?? '');
    expect(plan.required).toEqual(['name', 'kind', 'source', 'destination']);
    expect(plan.properties.vms.anyOf).toHaveLength(2);
    expect(plan.properties.cutover.properties.approval).toMatchObject({
      enum: ['none', 'run', 'wave', 'vm'],
      default: 'none',
    });
    expect(Object.values(schemaFiles()).join('')).not.toMatch(/"otherwise"|see \[below\]/);
  });
});

describe('the files in examples/', () => {
  const at = (name: string) => join(root, 'examples', name);
  const sites = ['paris', 'lyon'];

  it('can be loaded', () => {
    for (const name of ['paris-exit.yaml', 'crm.yaml', 'crm-drill.yaml']) {
      const [, schema = ''] = /^# yaml-language-server: \$schema=(.*)\n/.exec(readFileSync(at(name), 'utf8')) ?? [];
      expect(JSON.parse(readFileSync(at(schema), 'utf8'))).toHaveProperty('properties.name');
    }
    expect(loadPlan(at('paris-exit.yaml'), { sites }).kind).toBe('migrate');
    expect(loadPlan(at('crm.yaml'), { sites }).kind).toBe('protect');
    expect(loadDrill(at('crm-drill.yaml'), { sites }).groups.map(({ name }) => name)).toEqual([
      'database',
      'application',
    ]);
  });
});
