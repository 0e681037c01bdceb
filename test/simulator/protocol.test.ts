import { describe, expect, it } from '@jest/globals';
import { acme, client, login, startBody, withSimulator } from './support/client.js';

const pinned = (version: string) => `application/vnd.vmware.h4-v${version}+json;charset=UTF-8`;

describe('versions', () => {
  it('answers in the version asked for, in its newest, or not at all', async () => {
    const sites = [{ name: 'paris' }, { name: 'lyon', apiVersion: '4.6' }];
    await withSimulator({ sites }, async (_simulator, { paris, lyon }) => {
      const ask = async (url: string, accept: string) =>
        client(url).call('POST', '/sessions', acme, { Accept: accept });
      for (const version of ['4.7', '4.6', '4.5']) {
        expect((await ask(paris, pinned(version))).headers.get('content-type')).toBe(pinned(version));
      }
      expect((await ask(paris, 'application/json')).headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect((await ask(paris, '*/*')).headers.get('content-type')).toBe(pinned('4.7'));
      expect(await ask(paris, pinned('9.9'))).toMatchObject({ status: 406, body: { args: [] } });
      expect((await ask(lyon, pinned('4.7'))).status).toBe(406);
      expect((await ask(lyon, `${pinned('4.7')}, ${pinned('4.6')}`)).headers.get('content-type')).toBe(pinned('4.6'));
    });
  });
});

describe('errors', () => {
  it('carry code, msg, args and stacktrace', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      async function broken(body: unknown) {
        const answer = await at.post('/vm-replications', body);
        expect(answer).toMatchObject({ status: 400, body: { code: 'BadRequest', args: expect.any(Array) } });
        expect(answer.body.stacktrace).toMatch(/^com\.vmware\.h4\.api\.error\.exceptions\./);
        return answer.body.msg;
      }
      expect(await broken('{"source":')).toContain('JSON');
      expect(await broken(startBody(0, { rpo: 'soon' }))).toContain('rpo');
      expect(await broken(startBody(0, { rpo: 0 }))).toContain('rpo');
      expect(await broken(startBody(0, { destination: { type: 'vcloud', site: 'lyon', vdc: 'x' } }))).toContain('vdc');
      expect(await broken([])).toContain('object');
      const elsewhere = { ...startBody().destination, site: 'paris' };
      expect(await broken(startBody(0, { destination: elsewhere }))).toContain('destination');
      const unknown = { ...startBody().destination, site: 'atlantis' };
      expect(await at.post('/vm-replications', startBody(0, { destination: unknown }))).toMatchObject({
        status: 404,
        body: { code: 'SiteNotFound', args: ['atlantis'] },
      });
      expect(await at.get('/tasks?site=atlantis')).toMatchObject({ status: 404, body: { code: 'SiteNotFound' } });
      expect(await at.get('/tasks/nonesuch')).toMatchObject({ status: 404, body: { code: 'TaskNotFound' } });
      expect(await at.get('/nonesuch')).toMatchObject({ status: 404, body: { code: 'NotFound' } });
      expect((await at.get('/tasks?limit=many')).status).toBe(400);
      expect((await at.get('/tasks?limit=1&limit=2')).status).toBe(400);
    });
  });

  it('tolerates unknown members, null for what is optional, and doubled slashes', async () => {
    await withSimulator({}, async (_simulator, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      const body = startBody(0, { exposePITsAsSnapshots: true, slaProfileId: null, rpo: null });
      expect((await at.post('//vm-replications', body)).status).toBe(202);
    });
  });

  it('an unlicensed service starts nothing', async () => {
    await withSimulator({}, async ({ control }, { lyon }) => {
      const at = await login(lyon, undefined, 'paris');
      control.setLicense('lyon', false);
      expect(await at.post('/vm-replications', startBody())).toMatchObject({
        status: 400,
        body: { code: 'ServiceNotLicensed' },
      });
      control.setLicense('lyon', true);
      expect((await at.post('/vm-replications', startBody())).status).toBe(202);
    });
  });
});
