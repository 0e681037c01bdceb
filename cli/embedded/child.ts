/**
 * A part of `drover demo` or `drover up` in a process of its own: `child.js worker CONFIG` or `child.js simulator OPTIONS`.
 */
import { simulate } from '../../simulator/main.js';
import { runWorker } from '../../worker/main.js';
import { EXIT } from '../exit-codes.js';
import { version } from '../version.js';

const [role, argument = ''] = process.argv.slice(2);
if (role === 'worker') {
  process.exit(await runWorker({ configPath: argument, env: process.env, drover: version() }));
}
await simulate(JSON.parse(argument) as Parameters<typeof simulate>[0]);
process.exit(EXIT.ok);
