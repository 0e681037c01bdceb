/**
 * One Temporal dev server for the whole test run; test files find it in `DROVER_TEST_TEMPORAL` (`host:port`), and the
 * executable in `DROVER_TEST_TEMPORAL_CLI`. The workflow bundle that `npm test` has just built is in `DROVER_TEST_BUNDLE`; when
 * sources have changed since, it is not, and whoever needs one makes it.
 *
 * Jest loads this file outside its module system, where `./x.js` does not find `x.ts`; so it uses what `npm run build` left.
 */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as devServers from '../../temporal/dev-server.js';
import type * as clis from '../../temporal/temporal-cli.js';

type DevServers = typeof devServers;
type Clis = typeof clis;

const say = (line: string) => void process.stderr.write(`${line}\n`);

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = join(ROOT, 'dist/workflow-bundle.js');
/** Folders whose code the bundle may hold. */
const BUNDLED = ['contract', 'plan', 'workflows'];

const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const fileOf = ({ parentPath, name }: Dirent): string => join(parentPath, name);

function isFresh(): boolean {
  const built = changed(BUNDLE);
  const entries = BUNDLED.flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true }));
  return entries.every((entry) => !entry.isFile() || changed(fileOf(entry)) < built);
}

export default async function setUp(): Promise<void> {
  const built = createRequire(import.meta.url);
  const { resolveTemporalCli }: Clis = built('../../dist/temporal/temporal-cli.js');
  const { startDevServer }: DevServers = built('../../dist/temporal/dev-server.js');

  const cli = await resolveTemporalCli({ env: process.env, say });
  // The server is a third of what a run costs, and a sixth of that is Go's collector at its default. It may take memory instead.
  process.env.GOGC ??= '400';
  process.env.GOMEMLIMIT ??= '1500MiB';
  const server = await startDevServer({
    cli: cli.path,
    say,
    dynamicConfig: {
      // Real runs continue as new after thousands of events; here tests meet it after a few hundred.
      'limit.historyCount.suggestContinueAsNew': 300,
      // Of each task queue, of which every lab has several: workers would poll all of four, for a handful of tasks.
      'matching.numTaskqueueReadPartitions': 1,
      'matching.numTaskqueueWritePartitions': 1,
    },
  });
  Object.assign(globalThis, { droverTestTemporal: server });
  process.env.DROVER_TEST_TEMPORAL = server.address;
  process.env.DROVER_TEST_TEMPORAL_CLI = cli.path;
  if (isFresh()) process.env.DROVER_TEST_BUNDLE = BUNDLE;
}
