import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Packed {
  filename: string;
  files: { path: string }[];
}

interface Lock {
  packages: Record<string, { dev?: boolean; engines?: { node?: string } }>;
}

/** Packages of the lock file that a user gets: none of them is there for development alone. */
async function shippedPackages(): Promise<[string, Lock['packages'][string]][]> {
  const { packages }: Lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
}

/** Makes `into/node_modules` hold what an installation of the packed Drover would, by links, and the compiler's own needs. */
async function installByLinks(into: string): Promise<void> {
  const modules = join(into, 'node_modules');
  const names = (await shippedPackages()).map(([path]) => path.slice('node_modules/'.length));
  const present = new Set([...(await readdir(join(root, 'node_modules'))), 'undici-types']);
  for (const name of [...names, '@types/node'].filter((one) => !one.includes('/node_modules/'))) {
    if (!present.has(name.split('/')[0] ?? '')) continue;
    const link = join(modules, name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', name), link).catch(() => {});
  }
}

describe('the package', () => {
  let folder: string;
  let paths: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-package-'));
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, '--loglevel', 'error'],
      { cwd: root, maxBuffer: 16 * 1024 * 1024 },
    );
    const [packed] = JSON.parse(stdout) as Packed[];
    if (packed === undefined) throw new Error('npm pack has packed nothing');
    paths = packed.files.map(({ path }) => path);
    await mkdir(join(folder, 'node_modules/drover'), { recursive: true });
    const into = join(folder, 'node_modules/drover');
    await run('tar', ['-xzf', join(folder, packed.filename), '-C', into, '--strip-components=1']);
    await installByLinks(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'SECURITY.md',
    'dist/cli/main.js',
    'dist/client/index.js',
    'dist/client/index.d.ts',
    'dist/examples/bulk-migration.js',
    'dist/simulator/index.js',
    'dist/workflow-bundle.js',
    'docker/simulator.yaml',
    'docs/guide.md',
    'docs/files.md',
    'docs/error-codes.md',
    'examples/bulk-migration.ts',
    'examples/crm-drill.yaml',
    'examples/crm.yaml',
    'examples/paris-exit.yaml',
    'schema/drill-reports.schema.json',
    'schema/report.schema.json',
  ])('has %s', (path) => expect(paths).toContain(path));

  test.each([
    ['what judges and measures Drover', /^dist\/(bench|chaos|conformance|test)\//],
    ['sources and tests', /^(?!examples\/).*(?<!\.d)\.ts$/],
    ['what Drover is built and documented with', /\/(print|build-bundle|error-table-page)\b|^docs\/conformance\.md$/],
    ['maps to sources that are not there', /\.map$/],
    ['settings of the checkout', /^(\.|tools\/|test\/|.*(tsconfig|jest|biome|knip|lefthook|oxlint))/],
    ['secrets and state', /(^|\/)(secrets|\.drover|\.env|drover\.yaml)(\/|$)/],
  ])('has nothing of %s', (_, pattern) => expect(paths.filter((path) => pattern.test(path))).toEqual([]));

  test('starts its command line without what it leaves out', async () => {
    const { stdout } = await run('node', ['node_modules/drover/dist/cli/main.js', '--help'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/^Usage: drover/);
  });

  test('compiles in a strict program that checks its libraries too', async () => {
    const program = [
      "import { connectDrover, type RunReport } from 'drover';",
      "const drover = await connectDrover({ taskQueue: 'drover' });",
      "const { run } = await drover.startRun('plan.yaml');",
      'const report: RunReport = await run.wait();',
      'export const failed: number = report.totals.failed;',
    ];
    await writeFile(join(folder, 'program.ts'), `${program.join('\n')}\n`);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    const tsc = join(root, 'node_modules/.bin/tsc');
    const options = '--strict --skipLibCheck false --noEmit --module nodenext --target es2022 --types node'.split(' ');
    const { stdout } = await run(tsc, [...options, '--preserveSymlinks', 'program.ts'], { cwd: folder }).catch(
      ({ stdout: said }: { stdout: string }) => ({ stdout: said }),
    );
    expect(stdout).toBe('');
  });
});

test('no package that a user gets asks for a newer Node than Drover does', async () => {
  const asking = (await shippedPackages()).map(([path, { engines }]) => [path, engines?.node ?? '*'] as const);
  // Each alternative of such a range begins above the oldest version that Drover runs on.
  const newer = asking.filter(([, range]) =>
    range.split('||').every((part) => Number(/^\s*(?:>=|\^|~|=)?\s*v?(\d+)/.exec(part)?.[1] ?? 0) > 20),
  );
  expect(newer).toEqual([]);
});
