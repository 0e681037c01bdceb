/** Checks of recovered VMs by programs that run on this machine. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { until } from '../support/until.js';
import { checkOn, commands, node, withCheck } from './support/checking.js';

describe('a command check', () => {
  const command = (name: string, args: string[] = []) => ({ type: 'command' as const, command: name, args });

  it('runs with its arguments, without a shell, and without what the worker has in its environment', () =>
    withCheck(
      async (bench) => {
        process.env.DROVER_TEST_SECRET = 'hunter2';
        try {
          const check = command('check-crm', ['--host', '{ip}', '{name}; $(id)', '{id}']);
          const { ok, detail } = await checkOn(bench, { check });
          expect(ok).toBe(true);
          expect(JSON.parse(detail.replace('command check-crm: exit code 0: ', ''))).toEqual([
            ['DROVER_RUN', 'crm-1'],
            ['DROVER_SITE', bench.destination],
            ['DROVER_VM_ID', 'vm-id'],
            ['DROVER_VM_IP', '127.0.0.1'],
            ['DROVER_VM_NAME', 'web 1'],
          ]);
        } finally {
          delete process.env.DROVER_TEST_SECRET;
        }
      },
      { commands },
    ));

  it('runs as the user that the config gives it, which only a worker of root can do', () =>
    withCheck(
      async (bench) => {
        const { ok, detail } = await checkOn(bench, { check: command('who') });
        const isRoot = process.getuid?.() === 0;
        expect({ ok, detail }).toEqual({
          ok: isRoot,
          detail: isRoot ? 'command who: exit code 0: 65534 65533' : expect.stringMatching(/cannot be run: /),
        });
      },
      {
        commands: {
          who: { program: '/bin/sh', args: ['-c', 'echo $(id -u) $(id -g)'], user: { uid: 65_534, gid: 65_533 } },
        },
      },
    ));

  it('gets arguments as they are', () =>
    withCheck(
      async (bench) => {
        const check = command('echo', ['{ip}', '{name}; $(id)', '{id}']);
        const { detail } = await checkOn(bench, { check });
        expect(detail).toBe('command echo: exit code 0: ["127.0.0.1","web 1; $(id)","vm-id"]');
      },
      { commands: { echo: node('console.log(JSON.stringify(process.argv.slice(1)))') } },
    ));

  it('fails with its exit code and the last line of its errors', () =>
    withCheck(
      async (bench) => {
        expect(await checkOn(bench, { check: command('refuses') })).toMatchObject({
          ok: false,
          detail: 'command refuses: exit code 2: no such table',
        });
      },
      { commands },
    ));

  it('is ended with all that it has begun when its time is over', () =>
    withCheck(
      async (bench) => {
        let pid = 0;
        // Until there is time enough for the command to say what it has begun.
        for (let timeout = 2_000; pid === 0; timeout *= 2) {
          const { ok, detail } = await checkOn(bench, { check: { ...command('hangs'), timeout } });
          expect(ok).toBe(false);
          expect(detail).toContain(`no answer within ${timeout} ms`);
          pid = Number(/no answer within \d+ ms: (\d+)/.exec(detail)?.[1] ?? 0);
        }
        await until(
          async () => runs(pid),
          (running) => !running,
        );
      },
      { commands },
    ));

  it('is ended when the activity is cancelled', () =>
    withCheck(
      async (bench) => {
        const marker = join(tmpdir(), `drover-check-${randomUUID()}`);
        const started = until(
          async () => existsSync(marker),
          (there) => there,
        ).then(() => undefined);
        try {
          const check = { ...command('marks', [marker]), timeout: 600_000 };
          await expect(checkOn(bench, { check, within: 600_000 }, { cancelled: started })).rejects.toThrow(/CANCELLED/);
          const pid = Number(readFileSync(marker, 'utf8'));
          await until(
            async () => runs(pid),
            (running) => !running,
          );
        } finally {
          rmSync(marker, { force: true });
        }
      },
      {
        commands: {
          marks: node(
            "const { writeFileSync, renameSync } = require('node:fs'); const [to] = process.argv.slice(1); writeFileSync(to + '.new', String(process.pid)); renameSync(to + '.new', to); setInterval(() => {}, 1000)",
          ),
        },
      },
    ));

  it('that cannot be run is no error', () =>
    withCheck(
      async (bench) => {
        expect(await checkOn(bench, { check: command('missing') })).toMatchObject({
          ok: false,
          detail: 'command missing: /nowhere/at-all cannot be run: no such file',
        });
      },
      { commands },
    ));

  it.each(['rm', 'constructor'])('refuses what the config does not allow: %s', (name) =>
    withCheck(
      async (bench) => {
        await expect(checkOn(bench, { check: command(name) })).rejects.toMatchObject({
          type: 'UnknownCommand',
          nonRetryable: true,
          message: expect.stringMatching(/check-crm, refuses, hangs, missing/),
        });
      },
      { commands },
    ),
  );
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
