import type { FastifyRequest } from 'fastify';
import type { ZodType } from 'zod';
import { badRequest } from '../errors.js';

/** The body by its schema. Where all members are optional, no body at all is an empty one. */
export function body<T>(request: Pick<FastifyRequest, 'body'>, schema: ZodType<T>): T {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw badRequest(
    issues.join('; '),
    parsed.error.issues.map((issue) => issue.path.join('.')),
  );
}
