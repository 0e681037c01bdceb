import { inFamily } from '../case.js';
import type { Caller, Context } from '../context.js';
import { must, need, shows } from '../finding.js';
import { answered, at, challenges, listAt, mustAnswer, mustFit, ok, textAt } from '../look.js';
import { session } from '../shapes.js';
import { extensions, logins, sitesOf } from './logins.js';

const MINUTE = 60_000;

async function idle(context: Context, own: Caller, minutes: number): Promise<string> {
  await context.pass(minutes * MINUTE);
  return answered(await own('GET', '/sessions'));
}

const patient = (context: Context): void => need(context.target.mode === 'full', 'takes too long');

/** vcda-api.md §1 */
export const sessions = inFamily('sessions', [
  ...logins,
  {
    id: 'login-body',
    title: 'the login is answered with user, roles, authenticatedSites',
    source: '[doc B45, V35 C4SessionDetails]',
    mode: 'read',
    async check(context) {
      const reply = await context.logIn();
      need(reply.status === 200, `the login is answered ${answered(reply)}`);
      mustFit(session, reply.body);
      const local = await context.localName();
      must(sitesOf(reply.body).includes(local), `authenticatedSites lack ${local} itself`);
    },
  },
  {
    id: 'token-form',
    title: 'the token is 28 characters, base64 of 20 bytes',
    source: '[KB 315136]',
    mode: 'read',
    async check(context) {
      const { token } = context;
      const fits = /^[A-Za-z0-9+/]{27}=$/.test(token);
      must(fits, `${token.length} characters${/^[A-Za-z0-9+/_=-]*$/.test(token) ? '' : ', not base64'}`);
    },
  },
  {
    id: 'get',
    title: 'GET /sessions shows the current session',
    source: '[doc V35 sessions/get]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/sessions');
      mustAnswer(reply, 200);
      mustFit(session, reply.body);
    },
  },
  {
    id: 'roles',
    title: 'roles of a user of an organisation',
    source: '[assumed → vcda-api.md §1.3]',
    assumes: 'EVERYONE',
    mode: 'read',
    async check(context) {
      need(/vcd/.test(context.target.login.type), `the login is a ${context.target.login.type}`);
      const roles = listAt((await context.get('/sessions')).body, 'roles');
      need(!roles.includes('ADMINISTRATORS'), 'the login is an administrator');
      return shows(roles.join(','));
    },
  },
  {
    id: 'unknown-token',
    title: 'an unknown token is answered 401 NotAuthenticated with the challenge',
    source: '[seed; client powercli]',
    mode: 'read',
    async check(context) {
      const reply = await context.as('AAAAAAAAAAAAAAAAAAAAAAAAAAA=')('GET', '/sessions');
      mustAnswer(reply, 401, 'NotAuthenticated');
      must(challenges(reply), 'without the challenge');
    },
  },
  {
    id: 'logout',
    title: 'DELETE /sessions ends the session',
    source: '[doc OPI session index; client PowerVCAV]',
    mode: 'read',
    async check(context) {
      const own = await context.session();
      const reply = await own('DELETE', '/sessions');
      must(ok(reply), answered(reply));
      mustAnswer(await own('GET', '/sessions'), 401, 'NotAuthenticated');
    },
  },
  {
    id: 'logout-status',
    title: 'status of a logout',
    source: '[assumed → vcda-api.md §1]',
    assumes: '204',
    mode: 'read',
    async check(context) {
      return shows((await (await context.session())('DELETE', '/sessions')).status);
    },
  },
  {
    // No read: it would count towards the lockout of an account.
    id: 'bad-credentials',
    title: 'bad credentials are answered 401',
    source: '[doc B45; client Ansible]',
    mode: 'write',
    async check(context) {
      const wrong = { type: 'vcdCredentials', vcdUser: 'nobody@nowhere', vcdPassword: 'wrong' };
      mustAnswer(await context.logIn(wrong), 401);
    },
  },
  {
    id: 'bad-credentials-challenge',
    title: 'a refused login carries no challenge',
    source: '[assumed → vcda-api.md §1.4]',
    assumes: 'false',
    mode: 'write',
    async check(context) {
      return shows(challenges(await context.logIn({ type: 'localUser', localUser: 'root', localPassword: 'wrong' })));
    },
  },
  {
    id: 'unknown-type',
    title: 'a login of an unknown type is a bad request',
    source: '[seed; doc VSP overview]',
    mode: 'write',
    async check(context) {
      mustAnswer(await context.logIn({ type: 'nonesuch' }), 400, 'BadRequest');
    },
  },
  ...extensions,
  {
    id: 'extend-refused',
    title: 'an extension with a wrong password is answered 401 RemoteAuthenticationFailure',
    source: '[doc B42, OPI sessions/extend/post]',
    mode: 'write',
    async check(context) {
      const site = context.target.extensions[0]?.site;
      need(site !== undefined, 'there is no second site');
      const body = { type: 'credentials', site, vcdUsername: 'nobody@nowhere', vcdPassword: 'wrong' };
      mustAnswer(
        await (await context.session())('POST', '/sessions/extend', { body }),
        401,
        'RemoteAuthenticationFailure',
      );
    },
  },
  {
    id: 'extend-unknown-site',
    title: 'an extension to an unknown site',
    source: '[assumed → vcda-api.md §1]',
    assumes: '404 SiteNotFound',
    mode: 'write',
    async check(context) {
      const body = { type: 'credentials', site: 'nonesuch', vcdUsername: 'nobody@nowhere', vcdPassword: 'wrong' };
      return shows(answered(await (await context.session())('POST', '/sessions/extend', { body })));
    },
  },
  {
    id: 'not-extended',
    title: '?site= of a site not extended to: 401 RemoteAuthenticationFailure without the challenge',
    source: '[seed; client powercli]',
    mode: 'read',
    async check(context) {
      const sites = listAt((await context.get('/sites')).body, '');
      const other = textAt(
        sites.find((it) => at(it, 'isLocal') === false),
        'site',
      );
      need(other !== undefined, 'the site knows no other');
      const own = await context.session();
      const reply = await own('GET', '/vm-replications', { query: { site: other } });
      mustAnswer(reply, 401, 'RemoteAuthenticationFailure');
      must(!challenges(reply), 'with the challenge');
      await own('DELETE', '/sessions');
    },
  },
  {
    id: 'shrink',
    title: 'DELETE /sessions/extend/{site} drops an extension',
    source: '[assumed → vcda-api.md §1; doc OPI names the call only]',
    assumes: 'drops it',
    mode: 'write',
    async check(context) {
      const [extension] = context.target.extensions;
      need(extension !== undefined, 'there is no second site');
      const own = await context.session();
      await own('POST', '/sessions/extend', { body: extension });
      const reply = await own('DELETE', `/sessions/extend/${extension.site}`);
      const left = sitesOf((await own('GET', '/sessions')).body).includes(extension.site);
      return shows(ok(reply) && !left ? 'drops it' : answered(reply));
    },
  },
  {
    id: 'idle',
    title: 'a session ends after 30 minutes without a call',
    source: '[KB 314989, UG41]',
    mode: 'write',
    async check(context) {
      patient(context);
      const seen = await idle(context, await context.session(), 31);
      must(seen === '401 NotAuthenticated', `after 31 min: ${seen}`);
    },
  },
  {
    id: 'idle-slides',
    title: 'every call begins the 30 minutes again',
    source: '[KB 314989]',
    mode: 'write',
    async check(context) {
      patient(context);
      const own = await context.session();
      for (const minutes of [20, 40]) {
        const seen = await idle(context, own, 20);
        must(seen === '200', `after ${minutes} min with a call every 20: ${seen}`);
      }
    },
  },
  {
    id: 'max-age',
    title: 'a session ends after 24 hours in any case',
    source: '[KB 314989]',
    mode: 'write',
    async check(context) {
      patient(context);
      const own = await context.session();
      for (let minutes = 25; minutes < 24 * 60; minutes += 25) {
        const seen = await idle(context, own, 25);
        must(seen === '200', `after ${minutes} min: ${seen}`);
      }
      const seen = await idle(context, own, 25);
      must(seen === '401 NotAuthenticated', `after 24 h: ${seen}`);
    },
  },
]);
