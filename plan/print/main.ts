/** Writes what follows from the schemas: schema/*.json, for editors, and the tables of keys in docs/files.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFiles } from './json-schema.js';
import { withKeyTables } from './key-tables.js';

const root = join(import.meta.dirname, '../../..');

mkdirSync(join(root, 'schema'), { recursive: true });
for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(root, 'schema', name), text);
const page = join(root, 'docs/files.md');
writeFileSync(page, withKeyTables(readFileSync(page, 'utf8')));
