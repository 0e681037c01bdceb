import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { PASSWORD, startBody, withSimulator } from './support/client.js';
import { done } from './support/operations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}/docs/vcda-client.md`, 'utf8');

it('the example of docs/vcda-client.md runs with the package as it is published', async () => {
  const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  await withSimulator(async ({ simulator, lyon }) => {
    await done(lyon, lyon.startReplication(startBody(), { peer: 'paris' }));
    const [replication] = await lyon.replications({});
    const code = example
      .replaceAll(/https:\/\/vcda\.(\w+)\.example\.com/g, (_, name: string) => simulator.sites[name]?.url ?? '')
      .replace('from your own store', PASSWORD);
    // By the package's own name, so its `exports` are what is used.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      cwd: root,
    });
    expect(stdout).toContain(`${replication?.id} ${replication?.vmName}`);
    expect(stderr).toBe('');
  });
});
