import { type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { CheckTarget } from '../../plan/types.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { checkOn, commands, listening, type Wanted, withCheck, withServer } from './support/checking.js';

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

/** Ends a connection after the probe has stood still for longer than it listens. */
function resetLate(socket: Socket): void {
  const end = Date.now() + 1_300;
  while (Date.now() < end);
  socket.resetAndDestroy();
}

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
    ['resets while the worker stands still', (socket: Socket) => setTimeout(() => resetLate(socket), 100)],
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
