import { z } from 'zod';
import { config } from '../config/config-schema.js';
import { drill } from '../drill/drill-rules.js';
import { plan } from '../plan-rules.js';
import { choicesOf, type Json } from '../source/schema-tools.js';

const FILES = {
  plan: { schema: plan, title: 'Drover plan' },
  drill: { schema: drill, title: 'Drover drill' },
  config: { schema: config, title: 'Drover config' },
};

/** The JSON schemas that editors complete and check files with, by file name. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(FILES).map(([name, { schema, title }]) => {
      const { $schema, ...rest } = withoutWords(jsonSchemaOf(schema)) as Json;
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

/** What a file may hold, with the words that only the docs need under `otherwise`. */
export function jsonSchemaOf(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      const choices = choicesOf(zodSchema)?.map((choice) => {
        const { $schema: _, ...rest } = jsonSchemaOf(choice);
        return rest;
      });
      if (choices)
        Object.assign(jsonSchema, choices.length === 1 ? { ...choices[0], ...jsonSchema } : { anyOf: choices });
      if (jsonSchema.default === null) delete jsonSchema.default;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  }) as Json;
}

function withoutWords(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutWords);
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(([key, value]) => key !== 'otherwise' || typeof value !== 'string');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutLink(key, value) ?? withoutWords(value)]));
}

/** What a link of the docs refers to is not there in an editor. */
const withoutLink = (key: string, value: unknown): string | undefined =>
  key === 'description' && typeof value === 'string'
    ? value.replace(/;? ?see (\[below\]\(#.*?\)|below)| \(see below\)/, '')
    : undefined;
