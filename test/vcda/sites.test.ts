import { describe, expect, it } from '@jest/globals';
import { failureOf, withFake, withSimulator } from './support/client.js';
import { runningTask } from './support/fake-site.js';

describe('sites', () => {
  it('are listed and shown as each sees itself and the others', async () => {
    await withSimulator(async ({ simulator, lyon }) => {
      const listed = await lyon.sites();
      expect(listed.map(({ site, isLocal }) => [site, isLocal])).toEqual([
        ['paris', false],
        ['lyon', true],
      ]);
      expect(await lyon.siteInfo('lyon')).toMatchObject({
        site: 'lyon',
        apiVersion: '4.7',
        apiThumbprint: expect.stringMatching(/^SHA-256:/),
        state: { incomingCommError: null, outgoingCommError: null },
      });
      simulator.control.setUp('paris', false);
      expect((await lyon.siteInfo('paris')).state?.outgoingCommError?.code).toBe('RemoteSiteUnreachable');
      expect(await failureOf(lyon.siteInfo('atlantis'))).toMatchObject({ code: 'SiteNotFound' });
    });
  });

  // The simulator's sites are paired from the start.
  it('are paired, paired anew and unpaired by tasks', async () => {
    await withFake(
      ({ path }) => (path.startsWith('/sites') ? { status: 202, body: runningTask('t1') } : null),
      async ({ fake, lyon }) => {
        const pairing = { apiUrl: 'https://paris:8048', apiThumbprint: 'SHA-256:AA', description: '', site: 'paris' };
        expect(await lyon.pairSite(pairing, {})).toMatchObject({ id: 't1' });
        await lyon.repairSite('paris', pairing, {});
        await lyon.unpairSite('paris', {});
        expect(fake.seen.slice(1).map(({ method, path, body }) => [method, path, body])).toEqual([
          ['POST', '/sites', pairing],
          ['PUT', '/sites/paris', pairing],
          ['DELETE', '/sites/paris', null],
        ]);
      },
    );
  });
});
