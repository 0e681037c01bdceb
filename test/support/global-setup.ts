/**
 * One Temporal dev server for the whole test run; test files find it in `DROVER_TEST_TEMPORAL` (`host:port`), and the
 * executable in `DROVER_TEST_TEMPORAL_CLI`.
 *
 * Jest loads this file outside its module system, where `./x.js` does not find `x.ts`; so it uses what `npm run build` left.
 */
import { createRequire } from 'node:module';
import type * as devServers from '../../temporal/dev-server.js';
import type * as clis from '../../temporal/temporal-cli.js';

type DevServers = typeof devServers;
type Clis = typeof clis;

const say = (line: string) => void process.stderr.write(`${line}\n`);

export default async function setUp(): Promise<void> {
  const built = createRequire(import.meta.url);
  const { resolveTemporalCli }: Clis = built('../../dist/temporal/temporal-cli.js');
  const { startDevServer }: DevServers = built('../../dist/temporal/dev-server.js');

  const cli = await resolveTemporalCli({ env: process.env, say });
  const server = await startDevServer({
    cli: cli.path,
    say,
    // Real runs continue as new after thousands of events; here tests meet it after a few hundred.
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 300 },
  });
  Object.assign(globalThis, { droverTestTemporal: server });
  process.env.DROVER_TEST_TEMPORAL = server.address;
  process.env.DROVER_TEST_TEMPORAL_CLI = cli.path;
}
