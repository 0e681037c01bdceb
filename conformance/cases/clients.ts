/** The logic of the public clients, run as they run it: vcda-api.md §7. */
import { pageOf } from '../../vcda/schemas/page.js';
import { vmReplication } from '../../vcda/schemas/replication.js';
import { task } from '../../vcda/schemas/task.js';
import { inFamily } from '../case.js';
import { must, need } from '../finding.js';
import { freshVm, replicated, startBody } from '../lab.js';
import { answered, at, challenges, listAt, mustFit, numberAt, ok, textAt } from '../look.js';

/** PsychoBelka gives a task 180 s; here it may take as long as a slow sync does. */
const MOST_POLLS = 20_000;

export const clients = inFamily('clients', [
  {
    id: 'accept-from-login',
    title: 'the Content-Type of the login’s answer serves as Accept of later calls',
    source: '[client powercli, Ansible]',
    mode: 'read',
    async check(context) {
      for (const accept of ['application/json', context.accept]) {
        const login = await context.logIn(undefined, { Accept: accept });
        const type = login.headers.get('content-type');
        const token = login.headers.get('x-vcav-auth');
        need(ok(login) && token !== null, `a login with Accept ${accept} is answered ${answered(login)}`);
        must(type !== null, 'the login’s answer has no Content-Type');
        const own = context.as(token);
        const reply = await own('GET', '/sites', { headers: { Accept: type } });
        must(reply.status === 200, `Accept: ${type} is answered ${answered(reply)}`);
        await own('DELETE', '/sessions');
      }
    },
  },
  {
    id: 'paging-by-100',
    title: 'offset += 100 until offset >= total reads every item once',
    source: '[client PsychoBelka, PowerVCAV]',
    mode: 'read',
    async check(context) {
      for (const path of ['/tasks', '/vm-replications']) {
        const ids: unknown[] = [];
        let total: number | undefined;
        for (let offset = 0, pages = 0; pages < 50; pages++) {
          const { body } = await context.get(path, { offset, limit: 100 });
          ids.push(...listAt(body).map((it) => at(it, 'id')));
          const said = numberAt(body, 'total');
          must(said !== undefined, `${path} does not say its total`);
          need(total === undefined || total === said, 'the list changed meanwhile');
          total = said;
          offset += 100;
          if (offset >= total) break;
        }
        need((total ?? 0) <= 5000, 'the list is too long to read here');
        must(new Set(ids).size === ids.length, `${path} lists some items twice`);
        must(ids.length === total, `${path}: ${ids.length} items read of ${total}`);
      }
    },
  },
  {
    id: 'poll-until-not-running',
    title: 'polling every second until the state is not RUNNING ends at SUCCEEDED',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const reply = await context.post(`/vm-replications/${await replicated(context)}/sync`);
      const taskId = textAt(reply.body, 'id');
      need(taskId !== undefined, 'a sync is answered without a task');
      let state = textAt(reply.body, 'state');
      for (let n = 0; n < MOST_POLLS && state === 'RUNNING'; n++) {
        await context.pass(1000);
        state = textAt((await context.get(`/tasks/${taskId}`)).body, 'state');
      }
      must(state === 'SUCCEEDED', `it ends at ${state ?? 'no state'}`);
    },
  },
  {
    id: 'login-again',
    title: 'after 401 with the challenge, a new login and the same call succeed',
    source: '[client powercli]',
    mode: 'read',
    async check(context) {
      const own = await context.session();
      await own('DELETE', '/sessions');
      const refused = await own('GET', '/sites');
      must(refused.status === 401 && challenges(refused), `${answered(refused)}, no challenge to go by`);
      const again = await context.session();
      const reply = await again('GET', '/sites');
      must(reply.status === 200, `after the new login: ${answered(reply)}`);
      await again('DELETE', '/sessions');
    },
  },
  {
    id: 'login-before-every-request',
    title: 'a localUser login before every request, whatever its status, any 2xx is success',
    source: '[client terraform-provider-vcda]',
    mode: 'write',
    async check(context) {
      const root = context.target.logins.find(({ type }) => type === 'localUser');
      need(root !== undefined, 'there is no localUser login');
      async function send(method: 'GET' | 'POST', path: string) {
        const token = (await context.logIn(root)).headers.get('x-vcav-auth') ?? '';
        const reply = await context.as(token)(method, path);
        must(ok(reply), `${method} ${path} is answered ${answered(reply)}`);
        return reply.body;
      }
      for (const path of ['/sites', '/config/is-configured', '/license', '/replicators']) await send('GET', path);
      const id = textAt(await send('POST', '/diagnostics/health'), 'id');
      // It goes on in RUNNING and QUEUED; anything else but FAILED counts as success.
      for (let n = 0; n < 300; n++) {
        const state = textAt(await send('GET', `/tasks/${id}`), 'state');
        if (state !== 'RUNNING' && state !== 'QUEUED') {
          must(state === 'SUCCEEDED', `the health task ends at ${state ?? 'no state'}`);
          return;
        }
        await context.pass(1000);
      }
      must(false, 'the health task never ends');
    },
  },
  {
    id: 'old-members',
    title: 'recovery bodies with the members of 3.x are taken',
    source: '[client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const id = await replicated(context);
      const body = { type: 'vcloud', powerOn: false, preconfiguredNetwork: true, exposePITsAsSnapshots: false };
      const reply = await context.post(`/vm-replications/${id}/failover-test`, body);
      must(ok(reply), answered(reply));
    },
  },
  {
    id: 'find-after-lost-answer',
    title: 'a start whose answer was lost is found by its VM',
    source: '[seed; client PsychoBelka]',
    mode: 'write',
    async check(context) {
      const vm = await freshVm(context);
      const headers = { operationID: `drover-conformance-${vm.id}` };
      const lost = await context.post('/vm-replications', await startBody(context, vm.id), headers);
      need(ok(lost), `the start is answered ${answered(lost)}`);
      for (let n = 0; n < 120; n++) {
        const found = await context.list('/vm-replications', { vmId: vm.id });
        if (found.some((it) => at(it, 'vmId') === vm.id)) return;
        await context.pass(1000);
      }
      must(false, 'it is not listed after two minutes');
    },
  },
  {
    id: 'drover-reads',
    title: 'Drover’s own schemas read the lists of tasks and replications',
    source: '[client Drover, vcda/schemas]',
    mode: 'read',
    async check(context) {
      mustFit(pageOf(task), (await context.get('/tasks')).body);
      mustFit(pageOf(vmReplication), (await context.get('/vm-replications')).body);
    },
  },
]);
