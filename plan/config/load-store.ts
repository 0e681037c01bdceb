import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { z } from 'zod';
import type { Env } from '../source/interpolate.js';
import type { Problem } from '../source/problem.js';
import type { Source } from '../source/yaml-document.js';
import type { StoreSettings } from '../types.js';
import { findSecret } from './load-login.js';
import { PASSWORD } from './secret-keys.js';
import type { store as schema } from './store-schema.js';

const SQLITE = 'sqlite:';

/** `DROVER_STATE` is the folder of what Drover itself writes, where that is not beside the config. */
const defaultFile = (env: Env): string => join(env.DROVER_STATE || '.drover', 'store.db');

/** Without a config its folder is the one in which the process was started. */
export const defaultStore = (env: Env): StoreSettings => ({ kind: 'sqlite', file: resolve(defaultFile(env)) });

/** @param readSecret false: a client's config, which needs no password */
export function loadStore(
  source: Source,
  { url }: z.output<typeof schema>,
  { env, readSecret }: { env: Env; readSecret: boolean },
  problems: Problem[],
): StoreSettings {
  if (url === undefined || url.startsWith(SQLITE)) {
    const file = url === undefined ? defaultFile(env) : url.slice(SQLITE.length);
    return { kind: 'sqlite', file: isAbsolute(file) ? file : resolve(dirname(source.file), file) };
  }
  const password = readSecret ? findSecret(source, ['store'], PASSWORD, problems) : undefined;
  return { kind: 'postgres', url, ...(password !== undefined && { password }) };
}
