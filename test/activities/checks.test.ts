/** Checks of recovered VMs, against real ports, servers and programs on this machine. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CheckVmInput } from '../../contract/questions.js';
import type { CheckResult } from '../../contract/report.js';
import type { Check, CheckCommand, CheckTarget } from '../../plan/types.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { certificate } from '../vcda/support/certificate.js';
import { type AttemptInfo, type Bench, type BenchOptions, withBench } from './support/bench.js';

interface Wanted extends Partial<Omit<CheckVmInput, 'check' | 'until'>> {
  check: Partial<Check> & CheckTarget;
  /** ms from now */
  within?: number;
}

function inputOf(bench: Bench, { check, within = 0, ...change }: Wanted): CheckVmInput {
  return {
    run: 'crm-1',
    site: bench.destination,
    peer: bench.source,
    vm: { id: 'vm-id', name: 'web 1', address: '127.0.0.1' },
    replicationId: 'C4-none',
    recovery: 'test',
    resumedAt: 0,
    until: Date.now() + within,
    ...change,
    check: { name: 'the check', vms: null, within, interval: 20, timeout: 60_000, consecutive: 1, ...check },
  };
}

const checkOn = (bench: Bench, wanted: Wanted, info?: AttemptInfo): Promise<CheckResult> =>
  bench.attempt(() => bench.activities.checkVm(inputOf(bench, wanted)), info);

const withCheck = (test: (bench: Bench) => Promise<void>, options: BenchOptions = {}) => withBench(options, test);

async function listening(server: Server, port = 0): Promise<{ port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if (server instanceof HttpServer || server instanceof HttpsServer) server.closeAllConnections();
      }),
  };
}

async function withServer<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const { port, close } = await listening(createHttpServer(listener));
  try {
    return await use(port);
  } finally {
    await close();
  }
}

const node = (script: string): CheckCommand => ({ program: process.execPath, args: ['-e', script, '--'] });
const commands: Record<string, CheckCommand> = {
  'check-crm': node(
    "console.log(JSON.stringify(process.argv.slice(1))); console.log(JSON.stringify(Object.keys(process.env).filter((k) => k !== 'PATH' && k !== 'HOME' && k !== 'LANG').sort().map((k) => [k, process.env[k]])))",
  ),
  refuses: node(
    "console.log('fine so far'); console.error('first\\n\\x1b[31mno such table\\x1b[0m\\n'); process.exit(2)",
  ),
  hangs: node(
    "const { spawn } = require('node:child_process'); const c = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); console.error(String(c.pid)); setInterval(() => {}, 1000)",
  ),
  missing: { program: '/nowhere/at-all', args: [] },
};

describe('a check that is to pass several times in a row', () => {
  function flapping(answers: boolean[]) {
    let n = 0;
    const listener: RequestListener = (_, response) => {
      response.statusCode = (answers[n] ?? answers.at(-1)) ? 200 : 503;
      n += 1;
      response.end();
    };
    return { listener, asked: () => n };
  }
  const http = (port: number) =>
    ({ type: 'http', url: `http://127.0.0.1:${port}/`, status: 200, body: null, verifyTls: true }) as const;

  it('begins to count anew after each answer that is none', () =>
    withCheck(async (bench) => {
      const { listener, asked } = flapping([true, true, false, true, false, true]);
      await withServer(listener, async (port) => {
        const result = await checkOn(bench, { check: { ...http(port), consecutive: 3 }, within: 60_000 });
        expect(result).toMatchObject({ ok: true, attempts: 8 });
        expect(asked()).toBe(8);
      });
    }));

  it('fails when its time is over before, and says how far it came', () =>
    withCheck(async (bench) => {
      await withServer(flapping([true]).listener, async (port) => {
        const result = await checkOn(bench, { check: { ...http(port), consecutive: 3 }, within: -10_000 });
        expect(result).toMatchObject({ ok: false, attempts: 1, detail: expect.stringContaining('1 of 3 in a row') });
      });
    }));
});

describe('a tcp check', () => {
  it('passes when the port takes a connection', () =>
    withCheck(async (bench) => {
      await withServer(
        () => {},
        async (port) => {
          expect(await checkOn(bench, { check: { type: 'tcp', host: '{ip}', port } })).toMatchObject({
            name: 'the check',
            ok: true,
            detail: `tcp 127.0.0.1:${port}: connected`,
            attempts: 1,
          });
        },
      );
    }));

  it.each([
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['closes', (socket: Socket) => socket.end()],
    ['resets a moment later', (socket: Socket) => setTimeout(() => socket.resetAndDestroy(), 200)],
  ])('does not take for a server what accepts and %s', (_name, answer) =>
    withCheck(async (bench) => {
      const { port, close } = await listening(createTcpServer((socket) => void answer(socket)));
      const result = await checkOn(bench, { check: { type: 'tcp', host: '127.0.0.1', port }, within: -10_000 });
      expect(result).toMatchObject({
        ok: false,
        attempts: 1,
        detail: expect.stringMatching(/connected, |connection reset/),
      });
      await close();
    }),
  );

  it('takes what speaks for a server, though it ends at once', () =>
    withCheck(async (bench) => {
      const { port, close } = await listening(createTcpServer((socket) => socket.end('220 ready')));
      expect(await checkOn(bench, { check: { type: 'tcp', host: '127.0.0.1', port } })).toMatchObject({ ok: true });
      await close();
    }));

  it('fails with what it saw last, after one attempt at least', () =>
    withCheck(async (bench) => {
      const port = await freePort();
      const result = await checkOn(bench, { check: { type: 'tcp', host: '127.0.0.1', port }, within: -10_000 });
      expect(result).toMatchObject({ ok: false, attempts: 1, detail: `tcp 127.0.0.1:${port}: connection refused` });
      expect(Date.parse(result.finishedAt)).toBeGreaterThanOrEqual(Date.parse(result.startedAt));
    }));

  it('is made again until it passes within its time', () =>
    withCheck(async (bench) => {
      const port = await freePort();
      const server = createTcpServer();
      let beats = 0;
      const result = checkOn(
        bench,
        { check: { type: 'tcp', host: '127.0.0.1', port }, within: 60_000 },
        { onHeartbeat: () => (beats += 1) },
      );
      const stop = await until(
        async () => beats,
        (seen) => seen >= 2,
      ).then(() => listening(server, port));
      try {
        const { ok, attempts } = await result;
        expect(ok).toBe(true);
        expect(attempts).toBeGreaterThan(1);
      } finally {
        await stop.close();
      }
    }));

  it('goes on counting where a killed worker left off', () =>
    withCheck(async (bench) => {
      const port = await freePort();
      const result = await checkOn(
        bench,
        { check: { type: 'tcp', host: '127.0.0.1', port } },
        { attempt: 2, heartbeatDetails: { startedAt: Date.parse('2026-01-01T00:00:00Z'), attempts: 7 } },
      );
      expect(result).toMatchObject({ attempts: 8, startedAt: '2026-01-01T00:00:00.000Z' });
    }));

  it('ends at once when it is cancelled', () =>
    withCheck(async (bench) => {
      const port = await freePort();
      const wanted: Wanted = { check: { type: 'tcp', host: '127.0.0.1', port, interval: 600_000 }, within: 600_000 };
      const began = Date.now();
      await expect(checkOn(bench, wanted, { cancelled: Promise.resolve() })).rejects.toThrow(/CANCELLED/i);
      expect(Date.now() - began).toBeLessThan(30_000);
    }));
});

describe('an http check', () => {
  const http = (url: string, change: Partial<Extract<CheckTarget, { type: 'http' }>> = {}) =>
    ({ type: 'http', url, status: 200, body: null, verifyTls: true, ...change }) as const;

  it('passes on status and body, with the VM in the URL', () =>
    withCheck(async (bench) => {
      const asked: (string | undefined)[] = [];
      const listener: RequestListener = ({ url }, response) => {
        asked.push(url);
        response.end('the state is: healthy');
      };
      await withServer(listener, async (port) => {
        const check = http(`http://{ip}:${port}/health?of={name}`, { body: 'healthy' });
        expect(await checkOn(bench, { check })).toMatchObject({
          ok: true,
          detail: `http http://127.0.0.1:${port}/health?of=web%201: 200, with 'healthy' in its body`,
        });
        expect(asked).toEqual(['/health?of=web%201']);
      });
    }));

  it('tells another status, another body, and does not follow', () =>
    withCheck(async (bench) => {
      const listener: RequestListener = ({ url }, response) => {
        if (url === '/busy') response.writeHead(503).end('busy');
        else if (url === '/moved') response.writeHead(302, { location: '/health' }).end();
        else response.end('sick');
      };
      await withServer(listener, async (port) => {
        const detail = async (path: string, change = {}) =>
          (await checkOn(bench, { check: http(`http://127.0.0.1:${port}${path}`, change) })).detail;
        expect(await detail('/busy')).toBe(`http http://127.0.0.1:${port}/busy: 503, expected 200`);
        expect(await detail('/moved')).toMatch(/: 302 to \/health, expected 200$/);
        expect(await detail('/moved', { status: 302 })).toMatch(/: 302$/);
        expect(await detail('/health', { body: 'healthy' })).toMatch(/: 200, without 'healthy' in its body$/);
      });
    }));

  it('reads no more of a body than it needs', () =>
    withCheck(async (bench) => {
      const endless: RequestListener = (_, response) => {
        function more() {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        }
        response.on('drain', more);
        more();
      };
      await withServer(endless, async (port) => {
        const check = http(`http://127.0.0.1:${port}/`, { body: 'healthy' });
        expect(await checkOn(bench, { check })).toMatchObject({ ok: false });
      });
    }));

  it('gives a silent server up when its time is over', () =>
    withCheck(async (bench) => {
      await withServer(
        () => {},
        async (port) => {
          const check = { ...http(`http://user:secret@127.0.0.1:${port}/`), timeout: 200 };
          expect(await checkOn(bench, { check })).toMatchObject({
            ok: false,
            detail: `http http://127.0.0.1:${port}/: no answer within 200 ms`,
          });
        },
      );
    }));

  it('verifies certificates unless told otherwise', () =>
    withCheck(async (bench) => {
      const { key, cert } = await certificate();
      const { port, close } = await listening(createHttpsServer({ key, cert }, (_, response) => response.end('ok')));
      try {
        const result = (verifyTls: boolean) =>
          checkOn(bench, { check: http(`https://127.0.0.1:${port}/`, { verifyTls }) });
        expect(await result(true)).toMatchObject({ ok: false, detail: expect.stringMatching(/self-signed/) });
        expect(await result(false)).toMatchObject({ ok: true });
      } finally {
        await close();
      }
    }));

  it('says what is wrong with a URL', () =>
    withCheck(async (bench) => {
      expect(await checkOn(bench, { check: http('http://not a host/') })).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/invalid url/i),
      });
    }));
});

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

describe('the address of a recovered VM', () => {
  const networks = (...nics: { nicIndex: number; ipAddress?: string }[]) => ({
    vmNetworkSettings: { primaryNicIndex: 1, nics },
  });

  it('is that of the primary network card, else the first, in the settings for this recovery', () =>
    withCheck(async (bench) => {
      const { id } = await bench.protect();
      await bench.at(bench.destination).setNetworkSettings(id, {
        failoverTestSettings: networks(
          { nicIndex: 0, ipAddress: '127.0.0.2' },
          { nicIndex: 1, ipAddress: '127.0.0.3' },
        ),
        failoverSettings: networks({ nicIndex: 0 }, { nicIndex: 2, ipAddress: '127.0.0.4' }),
      });
      const detail = async (recovery: 'test' | 'failover') =>
        (
          await checkOn(bench, {
            vm: { id: 'vm-id', name: 'web1' },
            replicationId: id,
            recovery,
            check: { type: 'tcp', host: '{ip}', port: 9 },
          })
        ).detail;
      expect(await detail('test')).toMatch(/^tcp 127\.0\.0\.3:9:/);
      bench.simulator.control.setUp(bench.source, false);
      expect(await detail('failover')).toMatch(/^tcp 127\.0\.0\.4:9:/);
    }));

  it('is asked for where nobody gave one, and waiting does not help', () =>
    withCheck(
      async (bench) => {
        const { id } = await bench.protect();
        const vm = { id: 'vm-id', name: 'web1' };
        const result = await checkOn(bench, {
          vm,
          replicationId: id,
          check: { type: 'tcp', host: '{ip}', port: 9 },
          within: 600_000,
        });
        expect(result).toMatchObject({ ok: false, attempts: 1 });
        expect(result.detail).toMatch(/web1/);
        expect(result.advice).toMatch(/address of the VM in the drill.*test network settings.*C4-/);
        // What can do without it, does.
        const bare: CheckTarget = { type: 'command', command: 'check-crm', args: [] };
        expect(await checkOn(bench, { vm, replicationId: id, check: bare })).toMatchObject({ ok: true });
      },
      { commands },
    ));

  it('that the site cannot tell makes the check fail, not the activity', () =>
    withCheck(async (bench) => {
      bench.simulator.control.setUp(bench.destination, false);
      const within = (ms: number) =>
        checkOn(bench, {
          vm: { id: 'vm-id', name: 'web1' },
          check: { type: 'tcp', host: '{ip}', port: 9 },
          within: ms,
        });
      let result = await within(300);
      // Until there is time enough for a second attempt.
      for (let ms = 600; result.attempts === 1; ms *= 2) result = await within(ms);
      expect(result.ok).toBe(false);
      expect(result.attempts).toBeGreaterThan(1);
      expect(result.detail).toContain(`the address of web1 is not known: site ${bench.destination}`);
    }));
});

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
