/** What the command line loads before it knows what is wanted: a person waits for it, each time. */
import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

const PROGRAM = new URL('../../dist/cli/program.js', import.meta.url).href;
const LOADED = `import { createRequire } from 'node:module';
import { main } from '${PROGRAM}';
const code = await main(process.argv.slice(1), process.env);
const { cache } = createRequire(import.meta.url);
console.error(JSON.stringify({ code, sdk: Object.keys(cache).filter((file) => file.includes('@temporalio')) }));
`;

it.each([
  [['--version'], 0],
  [['help', 'run'], 0],
  [['nosuch'], 2],
  [['run', 'no-such-plan.yaml'], 2],
])('%j is answered without the SDK of Temporal', (args, code) => {
  const run = `${process.execPath} --input-type=module --eval "$LOADED" -- ${args.join(' ')} 2>&1 >/dev/null | tail -1`;
  const said = execFileSync('sh', ['-c', run], { encoding: 'utf8', env: { ...process.env, LOADED } });
  expect(JSON.parse(said)).toEqual({ code, sdk: [] });
});
