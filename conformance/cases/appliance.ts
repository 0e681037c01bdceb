import { inFamily } from '../case.js';
import { must, need } from '../finding.js';
import { ended } from '../lab.js';
import { at, listAt, mustAnswer, mustFit, mustFitAll, textAt } from '../look.js';
import { about, acceptedTask, healthInfo, license, recoveryPlan, recoveryStep } from '../shapes.js';

/** Diagnostics, licence and recovery plans: vcda-api.md §4 */
export const appliance = inFamily('appliance', [
  {
    id: 'about',
    title: 'GET /diagnostics/about names product and build',
    source: '[client PsychoBelka, powercli, Ansible]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/diagnostics/about');
      mustAnswer(reply, 200);
      mustFit(about, reply.body);
    },
  },
  {
    id: 'license',
    title: 'GET /license says whether the site is licensed',
    source: '[client terraform-provider-vcda]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/license');
      need(reply.status !== 403, 'the login may not see it');
      mustAnswer(reply, 200);
      mustFit(license, reply.body);
    },
  },
  {
    id: 'is-configured',
    title: 'GET /config/is-configured is {isConfigured}',
    source: '[client terraform-provider-vcda]',
    mode: 'read',
    async check(context) {
      const reply = await context.get('/config/is-configured');
      need(reply.status !== 403, 'the login may not see it');
      mustAnswer(reply, 200);
      must(typeof at(reply.body, 'isConfigured') === 'boolean', 'isConfigured is missing');
    },
  },
  ...(['POST', 'GET'] as const).map((method) => ({
    id: `health-${method.toLowerCase()}`,
    title: `${method} /diagnostics/health is answered 202 with a task; its result is a CloudHealthInfo`,
    source: method === 'POST' ? '[doc OPI; client terraform-provider-vcda]' : '[doc B42, 4.5 diagnostics/health/get]',
    mode: 'write' as const,
    async check(context: Parameters<typeof ended>[0]) {
      const reply = await context.call(method, '/diagnostics/health');
      mustAnswer(reply, 202);
      mustFit(acceptedTask, reply.body);
      const task = await ended(context, reply);
      must(at(task, 'resultType') === 'CloudHealthInfo', `resultType ${textAt(task, 'resultType') ?? 'missing'}`);
      must(at(task, 'workflowInfo.type') === 'health', `workflowInfo.type ${textAt(task, 'workflowInfo.type')}`);
      mustFit(healthInfo, at(task, 'result'));
    },
  })),
  {
    id: 'recovery-plans',
    title: 'GET /recovery-plans lists plans and their state (4.6 and later)',
    source: '[doc B46, VSP, OPI]',
    mode: 'read',
    async check(context) {
      context.target.addRecoveryPlan?.();
      const reply = await context.get('/recovery-plans');
      need(reply.status !== 404, 'the site has no recovery plans');
      mustAnswer(reply, 200);
      must(Array.isArray(reply.body) || Array.isArray(at(reply.body, 'items')), 'the answer is no list');
      mustFitAll(recoveryPlan, await context.list('/recovery-plans'));
    },
  },
  {
    id: 'recovery-steps',
    title: 'GET /recovery-plans/{id} and …/steps show a plan and its steps',
    source: '[doc B46]',
    mode: 'read',
    async check(context) {
      context.target.addRecoveryPlan?.();
      need((await context.get('/recovery-plans')).status === 200, 'the site has no recovery plans');
      const id = textAt((await context.list('/recovery-plans'))[0], 'id');
      need(id !== undefined, 'the site lists no recovery plan');
      mustAnswer(await context.get(`/recovery-plans/${id}`), 200);
      const reply = await context.get(`/recovery-plans/${id}/steps`);
      mustAnswer(reply, 200);
      const steps = Array.isArray(reply.body) ? reply.body : listAt(reply.body);
      mustFitAll(recoveryStep, steps);
      const step = textAt(steps[0], 'id');
      need(step !== undefined, 'the plan has no steps');
      mustAnswer(await context.get(`/recovery-plans/${id}/steps/${step}`), 200);
    },
  },
]);
