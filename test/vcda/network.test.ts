import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { clientFor, failureOf, siteConfig, startBody, withFake, withSimulator } from './support/client.js';
import { anyTask, before, type Handler } from './support/fake-site.js';

/** Takes the request and then does to the connection what the test wants. */
const cut = (act: (socket: Socket) => void): Handler =>
  before(({ path }) => (path === '/tasks/t1' ? ({ socket }) => socket !== null && act(socket) : null), anyTask);

describe('an answer that does not come', () => {
  it('ends at the site’s time-out, or the call’s', async () => {
    await withFake(
      cut(() => undefined),
      async ({ lyon }) => {
        await lyon.task('t2');
        // From now on: a busy machine takes longer for a login.
        lyon.config.timeouts.request = 300;
        expect(await failureOf(lyon.task('t1'))).toMatchObject({
          code: 'Timeout',
          acted: 'unknown',
          detail: 'no answer within 300 ms',
        });
        expect(await failureOf(lyon.task('t1', { timeout: 30 }))).toMatchObject({
          detail: 'no answer within 30 ms',
        });
      },
    );
  });

  it('ends also when it stops in the middle of the body', async () => {
    const stalls: Handler = ({ path }) =>
      path === '/tasks/t1' ? (response) => response.writeHead(200).write('{"id": "t1", ') : null;
    await withFake(stalls, async ({ lyon }) => {
      const error = await failureOf(lyon.task('t1', { timeout: 100 }));
      expect(error).toMatchObject({ code: 'Timeout', status: null, acted: 'unknown' });
    });
  });

  it('ends also when it trickles', async () => {
    const trickles: Handler = ({ path }) =>
      path === '/tasks/t1'
        ? (response) => {
            const timer = setInterval(() => response.write(' '), 10);
            response.on('close', () => clearInterval(timer));
          }
        : null;
    await withFake(trickles, async ({ lyon }) => {
      expect(await failureOf(lyon.task('t1', { timeout: 150 }))).toMatchObject({ code: 'Timeout' });
    });
  });

  it('is not waited for when the caller gives up: its reason comes back', async () => {
    await withFake(
      cut(() => undefined),
      async ({ fake, lyon }) => {
        const control = new AbortController();
        const call = lyon.task('t1', { signal: control.signal });
        await lyon.task('t2');
        control.abort(new Error('the worker stops'));
        await expect(call).rejects.toThrow('the worker stops');
        const before = fake.seen.length;
        await expect(lyon.task('t2', { signal: control.signal })).rejects.toThrow('the worker stops');
        expect(fake.seen).toHaveLength(before);
      },
    );
  });
});

describe('a connection that is not made', () => {
  it('in time means that nothing was sent', async () => {
    // Listens and never speaks TLS: the handshake is part of connecting.
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const sites = clientFor([
      siteConfig('lyon', `https://127.0.0.1:${port}`, { timeouts: { connect: 200, request: 10_000 } }),
    ]);
    try {
      const error = await failureOf(sites.get('lyon').task('t1'));
      expect(error).toMatchObject({ code: 'Unreachable', status: null, acted: 'no' });
      expect(error.detail).toContain('UND_ERR_CONNECT_TIMEOUT');
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
      await sites.close();
    }
  });

  it('because the name does not exist means the same', async () => {
    const sites = clientFor([siteConfig('lyon', 'http://no-such-host.invalid')]);
    const error = await failureOf(sites.get('lyon').task('t1'));
    expect(error).toMatchObject({ code: 'Unreachable', acted: 'no' });
    expect(error.detail).toMatch(/ENOTFOUND|EAI_AGAIN/);
    await sites.close();
  });

  it('because the other side speaks no TLS means the same, and is no matter of trust', async () => {
    await withFake(anyTask, async ({ fake }) => {
      const sites = clientFor([siteConfig('lyon', fake.url.replace('http:', 'https:'))]);
      expect(await failureOf(sites.get('lyon').task('t1'))).toMatchObject({ code: 'Unreachable', acted: 'no' });
      await sites.close();
    });
  });

  it('to a name with several addresses says what happened at one', async () => {
    await withFake(anyTask, async ({ fake }) => {
      const sites = clientFor([siteConfig('lyon', fake.url.replace('127.0.0.1', 'localhost'))]);
      await fake.close();
      const error = await failureOf(sites.get('lyon').task('t1'));
      expect(error.detail).toMatch(/^connect ECONNREFUSED .+ \(ECONNREFUSED\)$/);
      await sites.close();
    });
  });
});

describe('a connection that is cut', () => {
  it.each([
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
    ['closed', (socket: Socket) => socket.end()],
    ['ended in the middle of the headers', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
    [
      'ended in the middle of the body',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id'),
    ],
    ['given something else than HTTP', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('%s: nobody knows what the site did', async (_name, act) => {
    await withFake(cut(act), async ({ lyon, sites }) => {
      const error = await failureOf(lyon.task('t1'));
      expect(error).toMatchObject({ code: 'Unreachable', status: null, acted: 'unknown' });
      expect(error.detail).not.toContain('fetch failed');
      expect(sites.rules(error).call).toBe('retry');
    });
  });

  it.each([
    ['reset-before' as const, 0],
    ['reset-after' as const, 1],
  ])('%s: the operation id tells which', async (kind, started) => {
    await withSimulator(async ({ simulator, lyon }) => {
      simulator.control.addFaults({ kind, operation: 'start', times: 1 });
      const options = { peer: 'paris', operationId: 'one' };
      expect(await failureOf(lyon.startReplication(startBody(), options))).toMatchObject({ acted: 'unknown' });
      expect(await lyon.tasksOfOperation('one')).toHaveLength(started);
    });
  });
});
