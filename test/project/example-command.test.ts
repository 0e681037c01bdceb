import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWorld, type World } from '../client/support/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ vms: 4 });
});
afterAll(() => world.close());

test('the example program runs as its first lines say, and says nothing twice', async () => {
  const { file } = world.plan('example', [3]);
  const program = fileURLToPath(new URL('../../dist/examples/bulk-migration.js', import.meta.url));
  const env = { PATH: process.env.PATH, TEMPORAL_ADDRESS: world.address };
  // It ends with 0, or this throws.
  const { stdout, stderr } = await promisify(execFile)('node', [program, file, world.taskQueue], { env });
  expect(stdout).toBe('');
  const lines = stderr.trim().split('\n');
  expect(lines[0]).toMatch(/^example-\d{8} started$/);
  expect(lines.at(-1)).toBe('3 of 3 VMs done, 0 failed');
  expect(lines.filter((line, at) => line === lines[at - 1])).toEqual([]);
});
