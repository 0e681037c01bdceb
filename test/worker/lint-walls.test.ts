import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What stands between the folders; each line is a file of its own. */
const REFUSED = [
  ['workflows', "import 'node:fs';"],
  ['workflows', "import '@temporalio/client';"],
  ['workflows', "import 'zod';"],
  ['workflows', "import '../vcda/index.js';"],
  ['workflows', "import '../worker/worker.js';"],
  ['workflows', "import '../plan/load-config.js';"],
  ['workflows', "import '../activities/index.js';"],
  ['workflows', 'export const pid = process.pid;'],
  ['activities', "import '../worker/connection.js';"],
  ['activities', "import '../client/index.js';"],
  ['vcda', "import '@temporalio/common';"],
  ['vcda', "import '../activities/deps.js';"],
  ['plan', "import '@temporalio/common';"],
  ['plan', "import '../workflows/messages.js';"],
  ['simulator', "import '../vcda/index.js';"],
  ['simulator', "import '../plan/types.js';"],
  ['client', "import '../vcda/index.js';"],
  ['client', "import type { ActivityDeps } from '../activities/deps.js';\nexport type { ActivityDeps };"],
] as const;

const ALLOWED = [
  ['workflows', "import type { Activities } from '../activities/index.js';\nexport type { Activities };"],
  ['workflows', "import type { Plan } from '../plan/types.js';\nexport type { Plan };"],
  ['workflows', "import '../plan/names.js';"],
  ['activities', "import '../vcda/index.js';"],
  ['client', "import '../worker/connection.js';"],
  ['client', "import '../simulator/index.js';"],
] as const;

describe('the lint walls between folders', () => {
  let folder: string;
  let stopped: Map<string, string>;
  const fileOf = (at: number) => `wall-${at}.ts`;
  const cases = [...REFUSED, ...ALLOWED];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-walls-'));
    // Walls need no types, and the type checker is not to be found from here.
    const { options: _, ...config } = JSON.parse(await readFile(join(root, '.oxlintrc.json'), 'utf8'));
    await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config));
    for (const [at, [place, code]] of cases.entries()) {
      const file = join(folder, place, fileOf(at));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${code}\n`);
    }
    const oxlint = join(root, 'node_modules/.bin/oxlint');
    const output = await new Promise<string>((resolve) => {
      // It ends with 1, since it finds something.
      execFile(oxlint, ['--format', 'json', '.'], { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    const { diagnostics }: { diagnostics: { filename: string; code: string }[] } = JSON.parse(output);
    stopped = new Map(
      diagnostics.filter(({ code }) => code.includes('no-restricted')).map(({ filename, code }) => [filename, code]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const foundIn = (place: string, code: string) =>
    stopped.has(`${place}/${fileOf(cases.findIndex((one) => one[0] === place && one[1] === code))}`);

  test.each(REFUSED)('%s may not say: %s', (place, code) => expect(foundIn(place, code)).toBe(true));
  test.each(ALLOWED)('%s may say: %s', (place, code) => expect(foundIn(place, code)).toBe(false));
});
