import { z } from 'zod';
import { drillsSchema, reportSchema } from '../report-schema.js';

const FILES = {
  report: { schema: reportSchema, title: 'Drover report' },
  'drill-reports': { schema: drillsSchema, title: 'Drover drills over time' },
};

/**
 * The JSON schemas of what Drover prints, by file name. What they do not name may be added by a later Drover, so that it is
 * allowed; `closed`: it is not, to hold documents of this Drover against.
 */
export function reportSchemaFiles(closed = false): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FILES).map(([name, { schema, title }]) => {
      const json = z.toJSONSchema(schema, { io: closed ? 'output' : 'input', target: 'draft-7', override });
      const { $schema, ...rest } = json;
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

/** Bounds of what JavaScript can count say nothing of the document. */
function override({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  // A pattern of dates as long as a page; the format says it.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}
