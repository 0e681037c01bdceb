/**
 * One Temporal dev server for the whole test run; test files find it in `DROVER_TEST_TEMPORAL` (`host:port`), the executable
 * in `DROVER_TEST_TEMPORAL_CLI`, and a folder that goes with the run in `DROVER_TEST_FOLDER`. The workflow bundle that
 * `npm test` has just built is in `DROVER_TEST_BUNDLE`; when sources have changed since, it is not, and whoever needs one
 * makes it.
 *
 * Jest loads this file as it is, without a loader for TypeScript; so it uses what `npm run build` left.
 */
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDevServer } from '../../dist/temporal/dev-server.js';
import { resolveTemporalCli } from '../../dist/temporal/temporal-cli.js';

const say = (line) => void process.stderr.write(`${line}\n`);

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = join(ROOT, 'dist/workflow-bundle.js');
/** Folders whose code the bundle may hold. */
const BUNDLED = ['contract', 'plan', 'workflows'];

const changed = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isFresh() {
  const built = changed(BUNDLE);
  const entries = BUNDLED.flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true }));
  return entries.every((entry) => !entry.isFile() || changed(join(entry.parentPath, entry.name)) < built);
}

export default async function setUp() {
  const cli = await resolveTemporalCli({ env: process.env, say });
  // The server is a third of what a run costs, and a sixth of that is Go's collector at its default. It may take memory instead.
  process.env.GOGC ??= '400';
  process.env.GOMEMLIMIT ??= '1500MiB';
  // SQLite in Go goes deep, and each request has a stack of its own: they begin as large as most become.
  process.env.GODEBUG ??= 'adaptivestackstart=1';
  const server = await startDevServer({
    cli: cli.path,
    say,
    dynamicConfig: {
      // Real runs continue as new after thousands of events; here tests meet it after a few hundred.
      'limit.historyCount.suggestContinueAsNew': 300,
      // Of each task queue, of which every lab has several: workers would poll all of four, for a handful of tasks.
      'matching.numTaskqueueReadPartitions': 1,
      'matching.numTaskqueueWritePartitions': 1,
      // Each lab has queues of its own: half a million series by the end of a run, a tenth of what the server computed.
      'metrics.breakdownByTaskQueue': false,
    },
  });
  Object.assign(globalThis, { droverTestTemporal: server });
  process.env.DROVER_TEST_TEMPORAL = server.address;
  process.env.DROVER_TEST_TEMPORAL_CLI = cli.path;
  process.env.DROVER_TEST_FOLDER = mkdtempSync(join(tmpdir(), 'drover-test-run-'));
  if (isFresh()) process.env.DROVER_TEST_BUNDLE = BUNDLE;
}
