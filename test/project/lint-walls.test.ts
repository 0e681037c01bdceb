import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
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
  ['vcda/http', "import '../../contract/messages.js';"],
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
  ['chaos', "import '../cli/embedded/part.js';"],
] as const;

/** All of Drover that each room may import by value, beside itself; what is not named is refused. */
const MAY: Record<string, string[]> = {
  contract: ['plan/types'],
  plan: [],
  vcda: ['plan/types', 'plan/secret', 'contract/innermost-error'],
  store: ['contract', 'plan/types'],
  activities: ['contract', 'vcda', 'store', 'plan'],
  workflows: ['contract', 'plan/types'],
  temporal: ['contract'],
  worker: ['contract', 'plan', 'vcda', 'activities', 'store', 'workflows', 'temporal'],
  client: ['contract', 'plan', 'temporal'],
  cli: ['client', 'worker', 'simulator', 'temporal', 'plan', 'contract'],
  simulator: [],
  conformance: ['vcda', 'plan', 'simulator'],
};

/** Rooms within rooms, which their walls must hold as well. */
const INNER = Object.keys(MAY).flatMap((hall) =>
  readdirSync(join(root, hall), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);

const ROOMS = [...Object.keys(MAY), ...INNER];
const TARGETS = [
  ...Object.keys(MAY),
  'plan/types',
  'plan/secret',
  'contract/innermost-error',
  'bench',
  'chaos',
  'test/support',
];
const hallOf = (room: string): string => room.split('/')[0] ?? '';

/** Packages that do what a deterministic workflow may not, one of each kind. */
const WORLDLY = ['node:fs', 'zod', 'kysely', '@temporalio/client', '@temporalio/worker', '@swc/core', '@types/node'];

function fromRoom(room: string, target: string): string {
  const file = target.includes('/') ? target : `${target}/any`;
  return `import '${'../'.repeat(room.split('/').length)}${file}.js';`;
}

const MATRIX = ROOMS.flatMap((room) => TARGETS.map((target) => [room, fromRoom(room, target)] as const));
const PACKAGES = ROOMS.filter((room) => ['contract', 'workflows'].includes(hallOf(room))).flatMap((room) =>
  WORLDLY.map((name) => [room, `import '${name}';`] as const),
);

describe('the lint walls between folders', () => {
  let folder: string;
  let stopped: Map<string, string>;
  const fileOf = (at: number) => `wall-${at}.ts`;
  const cases = [...REFUSED, ...ALLOWED, ...MATRIX, ...PACKAGES];

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

  test.each(ROOMS)('%s imports what its hall may, and no other room', (room) => {
    const hall = hallOf(room);
    const may = MAY[hall] ?? [];
    const isOpen = (target: string) => [hall, ...may].some((one) => target === one || target.startsWith(`${one}/`));
    const open = TARGETS.filter((target) => !foundIn(room, fromRoom(room, target)));
    expect(open).toEqual(TARGETS.filter(isOpen));
  });

  test.each(PACKAGES)('%s may not say: %s', (place, code) => expect(foundIn(place, code)).toBe(true));

  test('the page on the architecture tells the same', async () => {
    const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
    const table = page.slice(page.indexOf('| folder | is | may import'));
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
    const told = Object.fromEntries(
      rows.map((row) => {
        const [names = '', , imports = ''] = row.split(' | ');
        const words = [...imports.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
        return [/`([^`]+)\/`/.exec(names)?.[1] ?? '', imports.includes('all of the above') ? null : words];
      }),
    );
    for (const [room, may] of Object.entries(MAY)) {
      // Types alone.
      const types = room === 'workflows' ? ['activities'] : [];
      if (told[room] !== null) expect([room, told[room]]).toEqual([room, [...may, ...types]]);
    }
  });
});
