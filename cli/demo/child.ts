/**
 * A part of the demo in a process of its own: `child.js worker CONFIG` or `child.js simulator OPTIONS`. It ends when its
 * stdin closes, which happens however the demo ends, SIGKILL included.
 */
import { simulate } from '../../simulator/main.js';
import { runWorker } from '../../worker/main.js';

/** ms for an orderly stop once the demo is gone */
const LAST_WORDS = 10_000;

function endWithParent(): void {
  process.stdin.resume();
  process.stdin.once('close', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), LAST_WORDS).unref();
  });
  // A pipe that breaks says the same as one that closes.
  process.stdin.on('error', () => process.stdin.destroy());
}

const [role, argument = ''] = process.argv.slice(2);
endWithParent();
if (role === 'worker') {
  process.exit(await runWorker({ configPath: argument, env: process.env }));
}
await simulate(JSON.parse(argument) as Parameters<typeof simulate>[0]);
process.exit(0);
