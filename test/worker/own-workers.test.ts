import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { ownWorkers } from '../../worker/own-workers.js';

/** As another process of this machine would name itself. */
const ofProcess = (identity: string, pid: number | undefined): string => identity.replace(/^\d+/, String(pid));

it('is known of a worker of this process until it ends', () => {
  const [one, other] = [ownWorkers.begin(), ownWorkers.begin()];
  ownWorkers.end(one);
  expect([one, other].map((identity) => ownWorkers.isGone(identity))).toEqual([true, false]);
  ownWorkers.end(other);
});

it('is known of a process of this machine, and of no other', async () => {
  const own = ownWorkers.begin();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const its = ofProcess(own, child.pid);
  expect(ownWorkers.isGone(its)).toBe(false);
  child.kill('SIGKILL');
  await ended;
  expect(ownWorkers.isGone(its)).toBe(true);
  expect(ownWorkers.isGone(its.replace('@', '@elsewhere-'))).toBe(false);
  expect(ownWorkers.isGone(`${child.pid}@host`)).toBe(false);
  ownWorkers.end(own);
});
