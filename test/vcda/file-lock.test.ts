/** A lock that all processes of a machine keep, and that goes with the one which holds it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LockHeld, whileLocked } from '../../vcda/http/file-lock.js';
import { tempFolder } from '../support/folder.js';

const MODULE = new URL('../../dist/vcda/http/file-lock.js', import.meta.url).href;
const HOLDER = `
  const { whileLocked } = await import(${JSON.stringify(MODULE)});
  await whileLocked(process.argv[1], 0, () => new Promise(() => {
    process.stdout.write('held');
    setInterval(() => {}, 1_000);
  }));
`;

it('is waited for while another process holds it, and free once that was killed', async () => {
  const folder = tempFolder();
  const file = join(folder.path, 'token.lock');
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  try {
    await once(holder.stdout, 'data');
    await expect(whileLocked(file, 200, async () => 'taken')).rejects.toThrow(LockHeld);
    const waiting = whileLocked(file, 360_000, async () => 'taken');
    holder.kill('SIGKILL');
    expect(await waiting).toBe('taken');
    expect(await whileLocked(file, 0, async () => 'again')).toBe('again');
    // Where no file can be made it is done without.
    expect(await whileLocked(join(file, 'none'), 0, async () => 'without')).toBe('without');
  } finally {
    holder.kill('SIGKILL');
    await ended;
    folder.remove();
  }
});
