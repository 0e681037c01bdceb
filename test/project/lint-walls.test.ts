import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What stands between the folders; each line is a file of its own. */
const REFUSED = [
  ['contract', "import 'node:fs';"],
  ['contract', "import '../plan/load-plan.js';"],
  ['contract', "import '../workflows/activities.js';"],
  ['contract', "import '../vcda/index.js';"],
  ['contract', "import '@temporalio/client';"],
  ['plan', "import '@temporalio/common';"],
  ['plan', "import '../contract/messages.js';"],
  ['plan/source', "import '../../vcda/index.js';"],
  ['vcda', "import '@temporalio/common';"],
  ['vcda', "import '../activities/deps.js';"],
  ['vcda/calls', "import '../../plan/load-plan.js';"],
  ['vcda/http', "import '../calls/tasks.js';"],
  ['vcda/http', "import '../index.js';"],
  ['vcda/http', "import '../site.js';"],
  ['vcda/errors', "import '../calls/tasks.js';"],
  ['vcda/schemas', "import '../calls/tasks.js';"],
  ['client', "import 'drover/vcda';"],
  ['client', "import '@temporalio/worker';"],
  ['store', "import '@temporalio/client';"],
  ['store', "import '../vcda/index.js';"],
  ['store', "import '../activities/deps.js';"],
  ['store', "import '../plan/config/load-config.js';"],
  ['contract', "import '../store/index.js';"],
  ['plan', "import '../store/index.js';"],
  ['vcda', "import '../store/index.js';"],
  ['vcda/http', "import '../../store/index.js';"],
  ['workflows', "import '../store/index.js';"],
  ['workflows/vm/steps', "import '../../../store/index.js';"],
  ['client', "import '../store/index.js';"],
  ['cli/commands', "import '../../store/index.js';"],
  ['temporal', "import '../store/index.js';"],
  ['simulator', "import '../store/index.js';"],
  ['conformance', "import '../store/index.js';"],
  ['activities', "import '@temporalio/worker';"],
  ['vcda/http', "import '@temporalio/common';"],
  ['activities', "import '../worker/worker.js';"],
  ['activities', "import '../workflows/index.js';"],
  ['activities', "import type { Herd } from '../workflows/run/herd.js';\nexport type { Herd };"],
  ['activities', "import '../client/index.js';"],
  ['workflows/run', "import 'node:fs';"],
  ['workflows/run', "import '@temporalio/client';"],
  ['workflows/site', "import 'zod';"],
  ['workflows', "import '../vcda/index.js';"],
  ['workflows', "import '../temporal/connection.js';"],
  ['workflows/drill', "import '../../plan/config/load-config.js';"],
  ['workflows', "import '../activities/index.js';"],
  ['workflows/run', 'export const pid = process.pid;'],
  ['workflows/vm/steps', "import '../../run/herd.js';"],
  ['workflows/vm/steps', "import '../../drill/drill-stage.js';"],
  ['workflows/vm/steps', "import '../../../activities/index.js';"],
  ['workflows/vm/steps', 'export const pid = process.pid;'],
  ['temporal', "import '../worker/worker.js';"],
  ['temporal', "import '../client/index.js';"],
  ['worker', "import '../client/index.js';"],
  ['worker', "import '../cli/main.js';"],
  ['client', "import '../vcda/index.js';"],
  ['client', "import '../cli/context.js';"],
  ['client', "import '../worker/worker.js';"],
  ['client', "import '../workflows/index.js';"],
  ['client/drills', "import type { ActivityDeps } from '../../activities/deps.js';\nexport type { ActivityDeps };"],
  ['cli/commands', "import '../../vcda/index.js';"],
  ['cli', "import '../workflows/index.js';"],
  ['simulator', "import '../vcda/index.js';"],
  ['simulator', "import '../plan/types.js';"],
  ['conformance', "import '../contract/messages.js';"],
  ['conformance', "import '@temporalio/client';"],
  ['chaos', "import '../test/support/lab.js';"],
  ['bench', "import '../test/support/lab.js';"],
] as const;

const ALLOWED = [
  ['contract', "import type { Plan } from '../plan/types.js';\nexport type { Plan };"],
  ['contract', "import '@temporalio/workflow';"],
  ['vcda/calls', "import '../http/transport.js';"],
  ['vcda', "import '../plan/secret.js';"],
  ['activities', "import '../vcda/index.js';"],
  ['activities', "import '../contract/names.js';"],
  ['activities', "import '../store/index.js';"],
  ['worker', "import '../store/index.js';"],
  ['store', "import '../contract/evidence.js';"],
  ['store', "import type { StoreSettings } from '../plan/types.js';\nexport type { StoreSettings };"],
  ['workflows', "import type { Activities } from '../activities/index.js';\nexport type { Activities };"],
  ['workflows/run', "import type { Plan } from '../../plan/types.js';\nexport type { Plan };"],
  ['workflows/run', "import '../../contract/names.js';"],
  ['workflows/run', "import '../vm/steps/operation.js';"],
  ['workflows/vm/steps', "import '../../activities.js';"],
  ['temporal', "import '../contract/names.js';"],
  ['worker', "import '../temporal/connection.js';"],
  ['client', "import '../temporal/connection.js';"],
  ['client', "import '../contract/messages.js';"],
  ['cli', "import '../simulator/index.js';"],
  ['cli/commands', "import '../../worker/main.js';"],
  ['chaos', "import '../cli/demo/part.js';"],
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
