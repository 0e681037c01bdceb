import { type Draft, inFamily } from '../case.js';
import { need } from '../finding.js';
import { freshVm, startBody, startSettings } from '../lab.js';
import { mustAnswer } from '../look.js';

const badStart = (id: string, title: string, overrides: object): Draft => ({
  id,
  title,
  source: '[seed]',
  mode: 'write',
  async check(context) {
    const body = await startBody(context, (await freshVm(context)).id, overrides);
    mustAnswer(await context.post('/vm-replications', body), 400, 'BadRequest');
  },
});

/** The seven confirmed codes: vcda-api.md §5 */
export const errors = inFamily('errors', [
  {
    id: 'site-not-found',
    title: '?site= of an unknown site: 404 SiteNotFound',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      mustAnswer(await context.get('/vm-replications', { site: 'nonesuch' }), 404, 'SiteNotFound');
    },
  },
  {
    id: 'start-site-not-found',
    title: 'a start at an unknown site: 404 SiteNotFound',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const { destination } = await startSettings(context);
      const vm = await freshVm(context);
      const body = await startBody(context, vm.id, { destination: { ...destination, site: 'nonesuch' } });
      mustAnswer(await context.post('/vm-replications', body), 404, 'SiteNotFound');
    },
  },
  {
    id: 'not-authenticated',
    title: 'no token: 401 NotAuthenticated',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const reply = await context.target.here.send({ method: 'GET', path: '/vm-replications' });
      mustAnswer(reply, 401, 'NotAuthenticated');
    },
  },
  {
    id: 'remote-authentication-failure',
    title: 'a start by a session without extension: 401 RemoteAuthenticationFailure',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const body = await startBody(context, (await freshVm(context)).id);
      const alone = await context.session();
      mustAnswer(await alone('POST', '/vm-replications', { body }), 401, 'RemoteAuthenticationFailure');
    },
  },
  {
    id: 'bad-json',
    title: 'a body that is no JSON: 400 BadRequest',
    source: '[seed; doc VSP overview]',
    mode: 'write',
    async check(context) {
      mustAnswer(await context.post('/vm-replications', '{"source":'), 400, 'BadRequest');
    },
  },
  badStart('bad-rpo', 'an RPO that is no number: 400 BadRequest', { rpo: 'soon' }),
  badStart('bad-connection-type', 'an unknown dataConnectionType: 400 BadRequest', { dataConnectionType: 'PIGEON' }),
  badStart('bad-disk-type', 'an unknown targetDiskType: 400 BadRequest', { targetDiskType: 'THICK' }),
  badStart('no-destination', 'a start without destination: 400 BadRequest', { destination: null }),
  {
    id: 'forbidden',
    title: 'what is for administrators: 403 Forbidden',
    source: '[seed "Permission denied."; doc VSP overview]',
    mode: 'write',
    async check(context) {
      const profiles = await context.get('/policies/default/status');
      need(profiles.status !== 200, 'the login is an administrator');
      mustAnswer(profiles, 403, 'Forbidden');
    },
  },
  {
    id: 'server-failure',
    title: 'anything unexpected: 500 GeneralServerFailure',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      need(context.target.provoke !== null, 'the server cannot be made to fail');
      context.target.provoke(500, '/license');
      const reply = await context.get('/license');
      need(!/html/.test(reply.headers.get('content-type') ?? ''), 'a proxy answers in its stead');
      mustAnswer(reply, 500, 'GeneralServerFailure');
    },
  },
  {
    id: 'not-licensed',
    title: 'a start at a site without licence: 400 ServiceNotLicensed',
    source: '[seed]',
    mode: 'write',
    async check(context) {
      const { withoutLicense } = context.target;
      need(withoutLicense !== null, 'the licence cannot be taken away');
      const body = await startBody(context, (await freshVm(context)).id);
      await withoutLicense(async () => {
        mustAnswer(await context.post('/vm-replications', body), 400, 'ServiceNotLicensed');
      });
    },
  },
]);
