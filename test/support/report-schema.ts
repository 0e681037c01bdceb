/** Documents held against the published schemas, by a validator that is not the one they were written with. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { reportSchemaFiles } from '../../cli/report/print/schema-files.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');

const compiled = (schema: string): ValidateFunction =>
  new Ajv({ allErrors: true, formats: { 'date-time': (text) => !Number.isNaN(Date.parse(text)) } }).compile(
    JSON.parse(schema),
  );

/** What the schema in the package holds against a document, and what of it the schema does not name; empty: nothing. */
export function reportFaults(document: unknown, name: 'report' | 'drill-reports' = 'report'): string[] {
  const file = `${name}.schema.json`;
  const open = compiled(read(name));
  const closed = compiled(reportSchemaFiles(true)[file] ?? '');
  return [open, closed].flatMap((validate) => {
    validate(document);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  });
}
