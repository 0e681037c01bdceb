import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from '../errors.js';
import type { RecoveryPlan } from '../world/model.js';
import { page } from './paging.js';
import { caller, parameter, query } from './request.js';
import type { Shared } from './shared.js';

/** Recovery plans, 4.6 and later, to read [doc B46]; they are put in by the control endpoint. */
export function recoveryPlanRoutes(api: FastifyInstance, shared: Shared, site: string): void {
  const { world } = shared;
  const reading = { config: { operation: 'recovery-plans' } };
  function planOf(request: FastifyRequest): RecoveryPlan {
    const who = caller(shared, site, request);
    const plan = world.site(who.site).recoveryPlans.get(parameter(request));
    if (plan === undefined) throw notFound('Recovery plan', parameter(request));
    return plan;
  }

  api.get('/recovery-plans', reading, async (request) => {
    const who = caller(shared, site, request);
    const plans = { all: world.site(who.site).recoveryPlans.values() };
    return page(query(request), world.assumptions.pageCeiling, plans, planInfo);
  });
  api.get('/recovery-plans/:id', reading, async (request) => planInfo(planOf(request)));
  api.get('/recovery-plans/:id/steps', reading, async (request) => {
    const plan = planOf(request);
    return plan.steps.map((_, index) => stepInfo(plan, index));
  });
  api.get('/recovery-plans/:id/steps/:step', reading, async (request) => {
    const plan = planOf(request);
    const id = parameter(request, 'step');
    const index = plan.steps.findIndex((step) => step.id === id);
    if (index < 0) throw notFound('Step', id);
    return stepInfo(plan, index);
  });
}

function planInfo(plan: RecoveryPlan) {
  const { id, displayName, description, state } = plan;
  const executionInfo = { isSuspendRequested: false, lastError: null, lastOperation: null, promptStepId: null };
  return { id, displayName, description, state, executionInfo };
}

function stepInfo(plan: RecoveryPlan, index: number) {
  const step = plan.steps[index];
  const isRecovered = plan.state === 'COMPLETE';
  return { ...step, recoveryPlanId: plan.id, sequence: index + 1, isRecovered, state: plan.state };
}
