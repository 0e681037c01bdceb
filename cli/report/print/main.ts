/** Writes the schemas of reports: schema/*.json. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportSchemaFiles } from './schema-files.js';

const folder = join(import.meta.dirname, '../../../../schema');

mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(reportSchemaFiles())) writeFileSync(join(folder, name), text);
