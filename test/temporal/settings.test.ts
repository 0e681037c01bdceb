/** Temporal's own settings, read by its library from variables and a file; none of their values is ever quoted. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectClient, connectWorker, type Env } from '../../temporal/connection.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function profile(lines: string): Promise<Env> {
  const file = join(folder, 'temporal.toml');
  await writeFile(file, `[profile.default]\naddress = "${process.env.DROVER_TEST_TEMPORAL}"\n${lines}\n`);
  return { TEMPORAL_CONFIG_FILE: file };
}

/** Everything that a log may show of an error. */
function shown(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack} ${shown(error.cause)}` : String(error);
}

describe('an API key is not quoted', () => {
  it.each([
    ['whose line is no TOML', 'api_key = "sk-1234" oops'],
    ['that stands without quotes', 'api_key = sk-1234'],
    ['that is not closed', 'api_key = "sk-1234'],
  ])('%s', async (_what, lines) => {
    const env = await profile(lines);
    for (const connecting of [connectClient, connectWorker]) {
      const error = await connecting(env).catch((refused: unknown) => refused);
      expect(shown(error)).toMatch(/line 3, column \d+/);
      expect(shown(error)).not.toContain('sk-1234');
    }
  });

  it.each(['tls.client_cert_path', 'tls.client_key_path', 'tls.server_ca_cert_path'])(
    'that stands where the file of %s is named',
    async (key) => {
      const error = await connectClient(await profile(`${key} = "sk-1234"`)).catch((refused: unknown) => refused);
      expect(shown(error)).toMatch(/a file that they name cannot be read \(ENOENT\)/);
      expect(shown(error)).not.toContain('sk-1234');
    },
  );

  it('that cannot be sent', async () => {
    const error = await connectClient(await profile('api_key = "sk-1234\\n5"\ntls.disabled = true')).catch(
      (refused: unknown) => refused,
    );
    expect(shown(error)).toContain('TEMPORAL_API_KEY contains illegal characters');
    expect(shown(error)).not.toContain('sk-1234');
  });
});
