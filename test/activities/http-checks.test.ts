import { type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { describe, expect, it } from '@jest/globals';
import type { CheckTarget } from '../../plan/types.js';
import { certificate } from '../vcda/support/certificate.js';
import { checkOn, listening, withCheck, withServer } from './support/checking.js';

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
          detail: `http http://127.0.0.1:${port}/health?of=***: 200, with 'healthy' in its body`,
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
        // Whoever reads the evidence sees how much it proves.
        expect(await result(false)).toMatchObject({
          ok: true,
          detail: expect.stringMatching(/^http https:\/\/\S+ \(certificate not verified\): 200/),
        });
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
