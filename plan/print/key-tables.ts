import type { z } from 'zod';
import { errorRow, hooks, site, worker } from '../config/config-schema.js';
import { logins } from '../config/login-schema.js';
import { proxyKeys } from '../config/proxy-schema.js';
import { store } from '../config/store-schema.js';
import { checks } from '../drill/check-schema.js';
import { drillKeys, recovery as drillRecovery } from '../drill/drill-schema.js';
import { schedule } from '../drill/schedule-schema.js';
import { before } from '../hook-schema.js';
import { planKeys, recovery, replication } from '../plan-schema.js';
import type { Json } from '../source/schema-tools.js';
import { vapp } from '../vapp-schema.js';
import { vm, vmRow } from '../vm-schema.js';
import { jsonSchemaOf } from './json-schema.js';

/** The tables of docs/files.md, by the names that its markers give them; several schemas make one table of all their keys. */
const TABLES: Record<string, z.ZodType[]> = {
  site: [site],
  login: Object.values(logins),
  proxy: [proxyKeys],
  errors: [errorRow],
  store: [store],
  hooks: [hooks],
  worker: [worker],
  plan: [planKeys],
  hook: [before],
  recovery: [recovery],
  replication: [replication],
  vm: [vm],
  vapp: [vapp],
  csv: [vmRow],
  drill: [drillKeys],
  'drill recovery': [drillRecovery],
  check: Object.values(checks),
  schedule: [schedule],
};

const MARKED = /(<!-- keys: (.+?) -->\n)[^]*?(<!-- end -->)/g;

/**
 * A page with its tables of keys as the schemas have them: between `<!-- keys: NAME -->` and `<!-- end -->`.
 *
 * @throws Error for a name that no table has
 */
export function withKeyTables(page: string): string {
  return page.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const schemas = TABLES[name];
    if (!schemas) throw new Error(`no table is called ${name}; there are ${Object.keys(TABLES).join(', ')}`);
    return `${begin}\n${keyTable(schemas)}\n${end}`;
  });
}

interface Row {
  key: string;
  value: string;
  otherwise: string;
}

function keyTable(schemas: z.ZodType[]): string {
  const rows = new Map<string, Row>();
  for (const row of schemas.flatMap((schema) => rowsOf(jsonSchemaOf(schema)))) {
    const twin = rows.get(row.key);
    const value = twin && !twin.value.includes(row.value) ? `${twin.value}; ${row.value}` : (twin?.value ?? row.value);
    rows.set(row.key, { ...row, value });
  }
  const lines = [...rows.values()].map(({ key, value, otherwise }) => `| \`${key}\` | ${value} | ${otherwise} |\n`);
  return `| key | value | default |\n| --- | --- | --- |\n${lines.join('')}`;
}

/** A mapping that says nothing of itself is shown by its keys: `limits.syncs`. */
function rowsOf(json: Json, prefix = '', required = true): Row[] {
  const { properties = {}, required: names = [] } = json;
  return Object.entries(properties).flatMap(([name, part]) => {
    if (typeof part !== 'object') return [];
    const key = `${prefix}${name}`;
    const needed = required && names.includes(name);
    const inner = mappingOf(part);
    if (inner) return rowsOf(inner, `${key}.`, needed);
    return [{ key, value: part.description ?? '', otherwise: otherwiseOf(part, needed) }];
  });
}

function mappingOf(json: Json): Json | undefined {
  if (json.description !== undefined) return undefined;
  const options = [json, ...(json.anyOf ?? [])];
  const found = options.find((option) => typeof option === 'object' && option.properties !== undefined);
  if (found) return found as Json;
  const each = options.map((option) => option.additionalProperties).find((one) => typeof one === 'object');
  return each ? { properties: { '<name>': each }, required: ['<name>'] } : undefined;
}

function otherwiseOf(json: Json, required: boolean): string {
  const words = json['otherwise'];
  if (typeof words === 'string') return words;
  if (json.default !== undefined) return `\`${String(json.default as string | number | boolean)}\``;
  return required ? 'required' : 'none';
}
