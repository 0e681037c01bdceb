import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CASES } from '../../conformance/cases/index.js';
import { conformance } from '../../conformance/command.js';
import { requireReading } from '../../conformance/read-only.js';
import { run } from '../../conformance/run.js';
import { type SimulatedTarget, simulatedTarget } from '../../conformance/simulated.js';
import type { Method } from '../../vcda/http/transport.js';
import { altered } from './support/altered.js';

describe('what a read-only run may send', () => {
  function refused(method: Method, path: string): boolean {
    try {
      requireReading(method, path);
      return false;
    } catch {
      return true;
    }
  }

  it('is reading, logins and logouts, and nothing else', () => {
    const allowed: [Method, string][] = [
      ['GET', '/tasks'],
      ['GET', '/vm-replications/C4-1/instances'],
      ['POST', '/sessions'],
      ['POST', '/sessions/extend'],
      ['DELETE', '/sessions'],
    ];
    expect(allowed.filter(([method, path]) => refused(method, path))).toEqual([]);
    const writes: [Method, string][] = [
      ['POST', '/vm-replications'],
      ['POST', '//sessions'],
      ['POST', '/sessions/../vm-replications'],
      ['POST', '/sessions?x'],
      ['DELETE', '/sessions/extend/paris'],
      ['PATCH', '/sessions'],
      ['PUT', '/policies/default'],
      ['DELETE', '/vm-replications/C4-1'],
      ['POST', '/diagnostics/health'],
      ['GET', '/diagnostics/health'],
      ['GET', '//diagnostics//health'],
    ];
    expect(writes.filter(([method, path]) => !refused(method, path))).toEqual([]);
  });

  it('holds for cases that would write, were they run all the same', async () => {
    const asReaders = CASES.map((one) => ({ ...one, mode: 'read' as const }));
    const target = await simulatedTarget({ readOnly: true });
    try {
      await run(target, asReaders);
      expectReadingOnly(target);
    } finally {
      await target.close();
    }
  });
});

function expectReadingOnly({ simulator }: Pick<SimulatedTarget, 'simulator'>): void {
  expect(simulator.control.ledger()).toEqual([]);
  const sent = new Set(simulator.control.stats().requests.map(({ method, route }) => `${method} ${route}`));
  const others = [...sent].filter((one) => !one.startsWith('GET '));
  expect(others.sort()).toEqual(['DELETE /sessions', 'POST /sessions', 'POST /sessions/extend']);
  expect([...sent].filter((one) => one.includes('health'))).toEqual([]);
}

describe('--site', () => {
  let target: SimulatedTarget;
  let folder: string;
  let config: string;

  beforeAll(async () => {
    target = await simulatedTarget();
    folder = await mkdtemp(join(tmpdir(), 'drover-conformance-'));
    config = join(folder, 'drover.yaml');
    await writeFile(config, configOf(target.simulator.sites['lyon']?.url ?? '', 'drover-sim'));
  });
  afterAll(async () => {
    await target.close();
    await rm(folder, { recursive: true });
  });

  const configOf = (url: string, password: string): string => `sites:
  lyon:
    url: ${url}
    login: { type: vcdCredentials, user: ops@acme, password: ${password} }
    limits: { requestsPerSecond: 1000 }
  paris:
    url: ${target.simulator.sites['paris']?.url}
    login: { type: vcdCredentials, user: ops@acme, password: drover-sim }
`;

  async function conform(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const said = { out: '', err: '' };
    const code = await conformance(
      args,
      {},
      {
        out: (text) => {
          said.out += text;
        },
        err: (text) => {
          said.err += text;
        },
      },
    );
    return { code, ...said };
  }

  it('reads an empty site, changes nothing and logs out', async () => {
    const { code, out } = await conform('--site', 'lyon', '--config', config, '--json');
    expect(code).toBe(0);
    const report = JSON.parse(out) as { mode: string; passes: boolean; totals: Record<string, number> };
    expect(report).toMatchObject({ mode: 'read', passes: true, totals: { differs: 0, otherwise: 0 } });
    expect(report.totals['conforms']).toBeGreaterThan(30);
    expectReadingOnly(target);
    const { requests } = target.simulator.control.stats();
    const sent = (wanted: string) =>
      requests
        .filter((it) => `${it.method} ${it.route}` === wanted && it.status < 300)
        .reduce((sum, it) => sum + it.count, 0);
    expect(sent('DELETE /sessions')).toBe(sent('POST /sessions'));
  });

  it('sees more of a site on which something runs', async () => {
    await run(
      target,
      CASES.filter(({ id }) => id === 'vm-replications.fields'),
    );
    const { code, out } = await conform('--site', 'lyon', '--config', config);
    expect(code).toBe(0);
    expect(out).toMatch(/vm-replications\.fields +conforms/);
    expect(out).toMatch(/documented: \d+ conform, 0 differ, \d+ not checked/);
    expect(out).not.toContain('drover-sim');
  });

  it('ends with 3 when the login is refused, and says so without the password', async () => {
    const wrong = join(folder, 'wrong.yaml');
    await writeFile(wrong, configOf(target.simulator.sites['lyon']?.url ?? '', 'hunter2'));
    const { code, out, err } = await conform('--site', 'lyon', '--config', wrong);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('refuses the login');
    expect(err).not.toContain('hunter2');
  });

  it('does not repeat a password that the site says back', async () => {
    const proxy = await altered(target.simulator.sites['lyon']?.url ?? '', (it) => {
      it.status = 401;
      it.body = { code: 'NotAuthenticated', msg: 'hunter2 is wrong', args: [] };
    });
    const echo = join(folder, 'echo.yaml');
    await writeFile(echo, configOf(proxy.url, 'hunter2'));
    const { code, err } = await conform('--site', 'lyon', '--config', echo);
    await proxy.close();
    expect(code).toBe(3);
    expect(err).toContain('[secret] is wrong');
  });

  it('ends with 3 when nobody answers', async () => {
    const away = join(folder, 'away.yaml');
    await writeFile(away, configOf('http://127.0.0.1:1', 'drover-sim'));
    expect(await conform('--site', 'lyon', '--config', away)).toMatchObject({ code: 3, out: '' });
  });

  it.each([
    [['--site', 'atlantis'], 'no site atlantis; it has lyon, paris'],
    [['--family', 'nonesuch'], 'Allowed choices are'],
    [['--nonesuch'], 'unknown option'],
    [['--site', 'lyon', '--config', '/nonesuch.yaml'], '/nonesuch.yaml'],
  ])('ends with 2 for %j', async (args, says) => {
    const given = args.includes('--config') || !args.includes('--site') ? args : [...args, '--config', config];
    const { code, out, err } = await conform(...given);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });

  it('has a help with examples', async () => {
    const { code, out } = await conform('--help');
    expect(code).toBe(0);
    expect(out).toContain('npm run conformance -- --site paris');
  });

  it('prints a table against the simulator, by family', async () => {
    const { code, out } = await conform('--family', 'catalog');
    expect(code).toBe(0);
    expect(out).toContain('GET /sites is a bare array');
    expect(out).toMatch(/documented: \d+ conform, 0 differ, 0 not checked\n/);
  });
});
