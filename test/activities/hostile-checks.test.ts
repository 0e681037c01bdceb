/** What a site says of a VM, and what a drill names, in the checks of a recovered VM: options, other hosts, secrets. */
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { CheckSecrets } from '../../activities/check-secrets.js';
import { Secret } from '../../plan/secret.js';
import type { CheckTarget } from '../../plan/types.js';
import { type Bench } from './support/bench.js';
import { checkOn, commands, node, withCheck, withServer } from './support/checking.js';

const TOKEN = 'Bearer t0k en<"&>+/=ü';
const argv = node('console.log(JSON.stringify(process.argv.slice(1)))');
const http = (url: string, change: Partial<Extract<CheckTarget, { type: 'http' }>> = {}) =>
  ({ type: 'http', url, status: 200, body: null, verifyTls: true, ...change }) as const;
const withHealth = { headers: { Authorization: { secret: 'HEALTH' }, Accept: 'text/plain' } };

/** A replication whose recovered VM is to have that address. */
async function addressed(bench: Bench, ipAddress: string): Promise<string> {
  const { id } = await bench.protect();
  const nics = [{ nicIndex: 0, ipAddress }];
  await bench.at(bench.destination).setNetworkSettings(id, {
    failoverTestSettings: { vmNetworkSettings: { primaryNicIndex: 0, nics } },
  });
  return id;
}

describe('what a site says', () => {
  it('is an address, or is not used as one; and no name becomes an option of a program', () =>
    withCheck(
      async (bench) => {
        const replicationId = await addressed(bench, '-Kother.rc');
        const vm = { id: 'vm-id', name: '--upload-file\n/etc/passwd' };
        async function detail(check: CheckTarget) {
          const result = await checkOn(bench, { vm, replicationId, check, within: 600_000 });
          expect(result).toMatchObject({ ok: false, attempts: 1, advice: expect.stringMatching(/in the drill/) });
          return result.detail;
        }
        const noAddress = /is no IP address: -Kother\.rc$/;
        expect(await detail({ type: 'command', command: 'argv', args: ['{ip}'] })).toMatch(noAddress);
        expect(await detail({ type: 'tcp', host: '{ip}', port: 9 })).toMatch(noAddress);
        expect(await detail(http('http://{ip}/'))).toMatch(noAddress);
        expect(await detail({ type: 'command', command: 'argv', args: ['-v', '{name}'] })).toBe(
          'command argv: the program would take what stands for {name} for an option, since it begins with -',
        );
        const args = ['--name={name}', '{id}'];
        const taken = await checkOn(bench, { vm, replicationId, check: { type: 'command', command: 'argv', args } });
        expect(taken.detail).toBe(
          String.raw`command argv: exit code 0: ["--name=--upload-file\\n/etc/passwd","vm-id"]`,
        );
      },
      { commands: { ...commands, argv } },
    ));
});

describe('a secret that a check names', () => {
  const secrets = { HEALTH: { value: new Secret(TOKEN) } };

  it('goes out as a header, and comes back in no word of the check', () =>
    withCheck(
      async (bench) => {
        const seen: IncomingHttpHeaders[] = [];
        await withServer(
          ({ headers }, response) => {
            seen.push(headers);
            const token = encodeURIComponent(headers.authorization ?? '');
            response.writeHead(302, { location: `/login?next=1&token=${token}#${token}` }).end();
          },
          async (port) => {
            const url = `http://127.0.0.1:${port}/health?of={name}`;
            const { detail } = await checkOn(bench, { check: http(url, withHealth) });
            expect(detail).toBe(
              `http http://127.0.0.1:${port}/health?of=***: 302 to /login?next=***&token=***, expected 200`,
            );
          },
        );
        expect(seen[0]).toMatchObject({ authorization: TOKEN, accept: 'text/plain', 'user-agent': 'drover' });
        const told = await checkOn(bench, { check: { type: 'command', command: 'tells', args: [] } });
        expect(told.detail).toBe('command tells: exit code 1: it is [secret] and [secret]');
      },
      {
        secrets,
        commands: {
          tells: {
            ...node("console.error('it is', process.env.T, 'and', encodeURIComponent(process.env.T)); process.exit(1)"),
            env: { T: { secret: 'HEALTH' } },
          },
        },
      },
    ));

  const said = (script: string) => ({ ...node(script), env: { T: { secret: 'HEALTH' } } });

  it.each([
    ['where a line is cut', "console.log('x'.repeat(290) + process.env.T + ' end')"],
    ['at the end of more than is kept', 'console.log(process.env.T.repeat(9_000))'],
    ['where the beginning is gone', "console.log('x'.repeat(100_000) + process.env.T + 'y'.repeat(4_080))"],
    ['with an escape in it', "console.log(process.env.T.replace(' ', '\\x1b[0m '))"],
  ])('is taken out %s', (_, script) =>
    withCheck(
      async (bench) => {
        const { detail } = await checkOn(bench, { check: { type: 'command', command: 'tells', args: [] } });
        expect(detail).not.toMatch(/t0k|Bearer/);
      },
      { secrets, commands: { tells: said(script) } },
    ),
  );

  it('is taken out of where a server points before that is cut', () =>
    withCheck(
      async (bench) => {
        await withServer(
          ({ headers }, response) =>
            response
              .writeHead(302, { location: `/${'x'.repeat(190)}/${encodeURIComponent(headers.authorization ?? '')}` })
              .end(),
          async (port) => {
            const { detail } = await checkOn(bench, { check: http(`http://127.0.0.1:${port}/`, withHealth) });
            expect(detail).toMatch(/302 to \/x+/);
            expect(detail).not.toMatch(/t0k|Bear/);
          },
        );
      },
      { secrets },
    ));

  it('of a site is in no word of a check either', () =>
    withCheck(
      async (bench) => {
        const { login } = bench.config.sites[bench.source] ?? {};
        const password = login?.type === 'vcdCredentials' ? login.password.reveal() : '';
        expect(password.length).toBeGreaterThan(4);
        const check = { type: 'command' as const, command: 'echo', args: [`it is ${password}`] };
        const { detail } = await checkOn(bench, { check });
        expect(detail).toBe('command echo: exit code 0: it is [secret]');
      },
      { commands: { echo: node('console.log(process.argv[1])') } },
    ));

  it('that the config has not got ends the drill, and is named', () =>
    withCheck(async (bench) => {
      await expect(checkOn(bench, { check: http('http://127.0.0.1:9/', withHealth) })).rejects.toMatchObject({
        type: 'UnknownSecret',
        nonRetryable: true,
        message: expect.stringMatching(/no secret HEALTH/),
      });
    }));

  it('does not go where a site alone says', () =>
    withCheck(
      async (bench) => {
        const replicationId = await addressed(bench, '127.1.2.3');
        const at = (url: string, vm: { id: string; name: string; address?: string }) =>
          checkOn(bench, { vm, replicationId, check: http(url, withHealth) });
        const named = await at('http://{name}:9/', { id: 'vm-id', name: 'evil.example' });
        expect(named).toMatchObject({ ok: false, attempts: 1, advice: expect.stringMatching(/hooks\.secrets/) });
        expect(named.detail).toMatch(/the secret HEALTH is not sent: a site has named the host evil\.example$/);
      },
      { secrets },
    ));

  it.each([
    ['https://10.0.0.5/', false, true, undefined, null],
    ['https://10.0.0.5/', true, true, undefined, /a site has named the host 10\.0\.0\.5/],
    ['https://10.0.0.5/', false, false, undefined, /the certificate is not verified/],
    ['http://10.0.0.5/', false, true, undefined, /the URL is not https/],
    ['http://localhost/', false, false, undefined, null],
    ['http://[::1]/', false, false, undefined, null],
    ['http://10.20.3.4/', true, false, ['10.20.0.0/16'], null],
    ['http://10.21.3.4/', false, true, ['10.20.0.0/16'], /not meant for 10\.21\.3\.4/],
    ['https://[fd00::5]/', true, true, ['fd00::/8'], null],
    ['https://crm.dr.example.com/', false, true, ['*.dr.example.com'], null],
    ['https://crm.dr.example.com.evil.org/', false, true, ['*.dr.example.com'], /not meant for/],
    ['https://10.20.3.4.evil.org/', false, true, ['10.20.0.0/16'], /not meant for/],
    ['https://127.0.0.1/', false, true, ['crm.dr.example.com'], /not meant for 127/],
  ])('to %s (named by a site: %s, verified: %s), meant for %j: %s', (url, isOfSite, verifyTls, to, why) => {
    const known = new CheckSecrets({ HEALTH: { value: new Secret(TOKEN), ...(to && { to }) } });
    const refusal = known.refusal(withHealth, { url, isOfSite, verifyTls });
    if (why === null) expect(refusal).toBeNull();
    else expect(refusal).toMatch(why);
  });
});
