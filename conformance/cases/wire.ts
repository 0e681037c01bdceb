import { inFamily } from '../case.js';
import { must, need, shows } from '../finding.js';
import { freshVm, startBody } from '../lab.js';
import { answered, at, challenges, mustAnswer, mustFit, same } from '../look.js';
import { API_VERSIONS, pinned } from '../media-types.js';
import { errorObject } from '../shapes.js';

const MEDIA_TYPE = /^application\/(json|vnd\.vmware\.h4-v[\d.]+\+json)\b/i;

/** vcda-api.md §0 */
export const wire = inFamily('wire', [
  {
    id: 'media-type',
    title: 'answers are application/json, or of a version of h4',
    source: '[doc B45, B46, OPI]',
    mode: 'read',
    async check(context) {
      const type = (await context.get('/sites')).headers.get('content-type') ?? 'none';
      must(MEDIA_TYPE.test(type), `Content-Type ${type}`);
    },
  },
  {
    id: 'accept-pinned',
    title: 'Accept pins a version: 4.7, 4.6 or 4.5',
    source: '[client terraform-provider-vcda]',
    mode: 'read',
    async check(context) {
      const answers: string[] = [];
      for (const version of API_VERSIONS) {
        const reply = await context.call('GET', '/sites', { headers: { Accept: pinned(version) } });
        answers.push(answered(reply));
        const type = reply.headers.get('content-type') ?? '';
        if (reply.status === 200) must(MEDIA_TYPE.test(type), `Accept ${version} is answered with ${type}`);
      }
      must(answers.includes('200'), `${API_VERSIONS.join(', ')} are answered ${answers.join(', ')}`);
    },
  },
  {
    id: 'accept-json',
    title: 'Accept: application/json is taken too',
    source: '[client PsychoBelka]',
    mode: 'read',
    async check(context) {
      mustAnswer(await context.call('GET', '/sites', { headers: { Accept: 'application/json' } }), 200);
    },
  },
  {
    id: 'accept-unknown',
    title: 'a version that nobody speaks is refused',
    source: '[assumed → vcda-api.md §0.1]',
    assumes: '406',
    mode: 'read',
    async check(context) {
      return shows((await context.call('GET', '/sites', { headers: { Accept: pinned('99.9') } })).status);
    },
  },
  {
    id: 'double-slash',
    title: 'paths with the double slash of the 4.5 pages are taken',
    source: '[assumed → doc B45 prints //vm-replications]',
    assumes: '200',
    mode: 'read',
    async check(context) {
      return shows((await context.get('//sites')).status);
    },
  },
  {
    id: 'error-object',
    title: 'answers from 400 up carry code, msg, args',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const reply = await context.as('bm90IGEgdG9rZW4gYXQgYWxsISE=')('GET', '/tasks');
      need(reply.status >= 400, `a false token is answered ${reply.status}`);
      mustFit(errorObject, reply.body);
    },
  },
  {
    id: 'challenge',
    title: '401 for want of a token says so in WWW-Authenticate',
    source: '[client powercli]',
    mode: 'read',
    async check(context) {
      const reply = await context.target.here.send({ method: 'GET', path: '/tasks' });
      mustAnswer(reply, 401, 'NotAuthenticated');
      must(challenges(reply), `WWW-Authenticate: ${reply.headers.get('www-authenticate') ?? 'absent'}`);
    },
  },
  {
    id: 'operation-id',
    title: 'every call takes an operationID header',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      mustAnswer(await context.call('GET', '/sites', { headers: { operationID: 'drover-conformance' } }), 200);
    },
  },
  {
    id: 'site-omitted',
    title: 'without ?site= the local site answers',
    source: '[seed]',
    mode: 'read',
    async check(context) {
      const local = await context.localName();
      const [bare, named] = [
        await context.get('/vm-replications'),
        await context.get('/vm-replications', { site: local }),
      ];
      mustAnswer(bare, 200);
      mustAnswer(named, 200);
      need(typeof at(bare.body, 'total') === 'number', 'the list does not say its total');
      must(same(at(bare.body, 'total'), at(named.body, 'total')), 'the two lists are not of the same length');
    },
  },
  {
    id: 'unknown-query',
    title: 'unknown query parameters are tolerated',
    source: '[assumed → clients send what versions lack]',
    assumes: '200',
    mode: 'read',
    async check(context) {
      return shows((await context.get('/sites', { droverConformance: 'true' })).status);
    },
  },
  {
    id: 'unknown-member',
    title: 'unknown members of a body are tolerated',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const vm = await freshVm(context);
      const body = await startBody(context, vm.id, { exposePITsAsSnapshots: true, preconfiguredNetwork: false });
      mustAnswer(await context.post('/vm-replications', body), 202);
    },
  },
  {
    id: 'location',
    title: 'a 202 has no Location header',
    source: '[assumed → vcda-api.md §0.1]',
    assumes: 'none',
    mode: 'write',
    async check(context) {
      const reply = await context.post('/vm-replications', await startBody(context, (await freshVm(context)).id));
      need(reply.status < 300, `a start is answered ${answered(reply)}`);
      return shows(reply.headers.get('location') ?? 'none');
    },
  },
  {
    id: 'html-errors',
    title: 'failures carry an error object, not the HTML page of a proxy',
    source: '[assumed → htmlErrorPages]',
    row: 'htmlErrorPages',
    assumes: 'false',
    mode: 'write',
    async check(context) {
      need(context.target.provoke !== null, 'the server cannot be made to fail');
      context.target.provoke(503, '/license');
      const reply = await context.get('/license');
      need(reply.status === 503, `the provoked failure is answered ${reply.status}`);
      return shows(/html/.test(reply.headers.get('content-type') ?? ''));
    },
  },
]);
