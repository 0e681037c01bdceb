/** Programs beside this process, against real ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { ChildProcess, describeEnding } from '../../temporal/child-process.js';
import { eventually, isAlive } from '../support/eventually.js';

/** Says its own number and that of a process that it starts, then waits; it heeds SIGTERM as `onTerm` says. */
const script = (onTerm: string): string[] => [
  '-c',
  `trap '${onTerm}' TERM; sleep 300 & echo "$$ $!"; while :; do wait; sleep 0.05; done`,
];
const ORDERLY = script('kill $!; echo bye; exit 3');
const STUBBORN = script('');

async function begin(args: string[], stopWithin?: number): Promise<{ program: ChildProcess; pids: number[] }> {
  const program = new ChildProcess({ file: '/bin/sh', args, ...(stopWithin !== undefined && { stopWithin }) });
  const line = await new Promise<string>((resolve) => program.onLine(resolve));
  return { program, pids: line.split(' ').map(Number) };
}

const noneOf = (pids: number[]) =>
  eventually(async () => (await Promise.all(pids.map(isAlive))).every((alive) => !alive));

describe('a program beside this process', () => {
  test('is asked to end, and ends in its own way', async () => {
    const { program } = await begin(ORDERLY, 300_000);
    await program.stop();
    expect(describeEnding(await program.ended)).toBe('exit code 3');
    expect(program.lastWords()).toMatch(/bye$/);
    expect(() => program.throwIfOver()).toThrow(/ended by itself:[^]*bye/);
    // An end of what has ended is no error.
    await program.stop();
    await program.kill();
  });

  test('is ended by force with all that it started when it does not heed', async () => {
    const { program, pids } = await begin(STUBBORN, 300);
    expect(pids[0]).toBe(program.pid);
    await program.stop();
    expect(describeEnding(await program.ended)).toBe('SIGKILL');
    await noneOf(pids);
  });

  test('is killed with all that it started', async () => {
    const { program, pids } = await begin(ORDERLY);
    await program.kill();
    expect(program.isOver).toBe(true);
    await noneOf(pids);
  });

  test('that cannot be run says why', async () => {
    const program = new ChildProcess({ file: '/nowhere/at-all', args: [] });
    expect(await program.ended).toMatchObject({ code: null, signal: null, failure: expect.stringMatching(/ENOENT/) });
    expect(program.pid).toBe(0);
    await program.stop();
  });

  test.each([
    ['heeds', ORDERLY],
    ['does not heed', STUBBORN],
  ])('that %s a request to end goes, with all that it started, when its parent is killed', async (_, args) => {
    const module = new URL('../../dist/temporal/child-process.js', import.meta.url).href;
    const parent = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { ChildProcess } = await import(${JSON.stringify(module)});
         const program = new ChildProcess({ file: '/bin/sh', args: ${JSON.stringify(args)} });
         program.onLine((line) => console.log(line));
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = line.toString().trim().split(' ').map(Number);
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true]);
    parent.kill('SIGKILL');
    await noneOf(pids);
  });
});
