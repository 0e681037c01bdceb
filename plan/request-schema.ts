/** What checks and hooks say of the requests that they send: no secret stands in a plan or a drill. */
import { z } from 'zod';
import { isSecretName } from './secret.js';
import { quote } from './source/check.js';
import { label, line } from './source/schema-parts.js';
import { choose, isMapping, strict, type ValueFault, withRule } from './source/schema-tools.js';

/** What a query calls a secret, beside what else is called so. */
const OF_QUERIES = /^(key|sig|auth|code|sas|session|credentials?|access[-_]?key)$/i;
const A_HEADER = "a header { secret: NAME }, and the secret under hooks.secrets of the workers' config";

/** What is wrong with the query of a URL; null: nothing. */
export function secretInQuery(url: string): ValueFault | null {
  const secret = [...new URL(url).searchParams.keys()].find((name) => isSecretName(name) || OF_QUERIES.test(name));
  if (secret === undefined) return null;
  return { message: `the query of the URL has a secret in it, ${quote(secret)}`, expected: A_HEADER };
}

/** Those that decide how a request is sent are Drover's alone. */
const headerName = z
  .string()
  .regex(
    /^(?!(host|connection|keep-alive|upgrade|expect|content-length|transfer-encoding|idempotency-key)$)[A-Za-z0-9-]+$/i,
    'the name of a header',
  );

const header = choose({ value: line, secret: strict({ secret: label }) }, (value) =>
  isMapping(value) ? 'secret' : 'value',
);

/** @param whose `a drill`, `a plan` */
export const headersOf = (whose: string) =>
  withRule(z.record(headerName, header), (_, report, written) => {
    for (const [name, value] of Object.entries(written)) {
      if (typeof value !== 'string' || !isSecretName(name)) continue;
      report({ message: `the header ${quote(name)} is a secret, which ${whose} does not hold`, expected: A_HEADER }, [
        name,
      ]);
    }
  });
