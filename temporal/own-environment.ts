import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from './connection.js';

/**
 * An environment that leads to the Temporal at `address` alone: a person's own profile may name a cluster with TLS and keys,
 * and nothing of it may reach there. Leaves an empty profile in `folder`.
 */
export async function ownEnvironment(env: Env, folder: string, address: string): Promise<Env> {
  const profile = join(folder, 'temporal.toml');
  await writeFile(profile, '[profile.default]\n');
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
  return { ...own, TEMPORAL_ADDRESS: address, TEMPORAL_CONFIG_FILE: profile };
}
