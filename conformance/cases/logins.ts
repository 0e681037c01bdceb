/** The six ways to log in and the four to extend a session: vcda-api.md §1.1, §1.2 */
import type { LoginBody } from '../../vcda/http/login.js';
import { type Draft } from '../case.js';
import { must, need } from '../finding.js';
import { listAt, mustAnswer, mustFit, textAt } from '../look.js';
import { session } from '../shapes.js';

export const sitesOf = (body: unknown): (string | undefined)[] =>
  listAt(body, 'authenticatedSites').map((it) => textAt(it, 'site'));

const LOGIN_TYPES: LoginBody['type'][] = [
  'localUser',
  'ssoCredentials',
  'ssoToken',
  'vcdCredentials',
  'vcdCookie',
  'vcdAccessToken',
];

export const logins: Draft[] = LOGIN_TYPES.map((type) => ({
  id: `login-${type}`,
  title: `POST /sessions takes a login of type ${type}`,
  source: '[doc B45, OPI sessions/post]',
  mode: 'read',
  async check(context) {
    const body = [context.target.login, ...context.target.logins].find((it) => it.type === type);
    need(body !== undefined, 'no such login is available');
    const reply = await context.logIn(body);
    mustAnswer(reply, 200);
    const token = reply.headers.get('x-vcav-auth');
    must(token !== null, 'the answer has no X-VCAV-Auth header');
    await context.as(token)('DELETE', '/sessions');
  },
}));

const EXTENSION_TYPES = ['credentials', 'cookie', 'vcdAccessToken', 'multisite'] as const;

export const extensions: Draft[] = EXTENSION_TYPES.map((type) => ({
  id: `extend-${type}`,
  title: `POST /sessions/extend takes a body of type ${type}`,
  source: '[doc B42, OPI sessions/extend/post]',
  mode: 'read',
  async check(context) {
    const body = context.target.extensions.find((it) => it.type === type);
    need(body !== undefined, 'no such login is available for another site');
    const own = await context.session();
    const reply = await own('POST', '/sessions/extend', { body });
    mustAnswer(reply, 200);
    mustFit(session, reply.body);
    must(sitesOf(reply.body).includes(body.site), `authenticatedSites lack ${body.site}`);
    await own('DELETE', '/sessions');
  },
}));
