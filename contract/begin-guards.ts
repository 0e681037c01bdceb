/**
 * Whether what a workflow that all of a site share is begun with is that: anybody with access to the namespace can begin it in the place of
 * whoever needs it next, and what it makes of junk would stand in their way for ever.
 */
import { areAll, isMoment, isText } from './guard-parts.js';
import {
  areSiteLimits,
  areUnitClaims,
  isCarriedLogins,
  isClaimant,
  isShare,
  isSlotRequest,
  isTestCopy,
  isWatch,
} from './guards.js';
import type { CarriedClaims, ClaimsInput, SiteInput, SweepInput } from './inputs.js';
import { isMembers } from './members.js';
import { claimsWorkflowId, siteWorkflowId, sweepWorkflowId } from './names.js';
import type { CarriedSite } from './site.js';

/** @param workflowId of the workflow that is begun */
export const isSiteInput = (value: unknown, workflowId: string): value is SiteInput =>
  isMembers(value) &&
  isText(value.site) &&
  siteWorkflowId(value.site) === workflowId &&
  (value.after === undefined || isText(value.after)) &&
  (value.carried === undefined || isCarriedSite(value.carried));

/** Also what another workflow of the site says that it knew. */
export const isCarriedSite = (value: unknown): value is CarriedSite =>
  isMembers(value) &&
  areAll(value.watches, isWatch) &&
  areAll(value.holders, isSlotRequest) &&
  areAll(value.queue, isSlotRequest) &&
  areAll(value.testCopies, isTestCopy) &&
  typeof value.brake === 'boolean' &&
  areSiteLimits(value.limits) &&
  isMoment(value.resumedAt) &&
  (value.resumed === undefined || (isMembers(value.resumed) && Object.values(value.resumed).every(isMoment))) &&
  (value.logins === undefined || isCarriedLogins(value.logins)) &&
  (value.shares === undefined || areAll(value.shares, isShare)) &&
  (value.passed === undefined || (isMembers(value.passed) && Object.values(value.passed).every(isMoment))) &&
  (value.set === undefined || isMembers(value.set)) &&
  (value.acts === undefined || isMoment(value.acts)) &&
  (value.actsTold === undefined || areAll(value.actsTold, isCarriedAct)) &&
  (value.configured === undefined || (areSiteLimits(value.configured) && isMembers(value.configured)));

const isCarriedAct = (one: unknown): boolean =>
  isMembers(one) && typeof one.isKept === 'boolean' && isMembers(one.act) && isText(one.act.id);

/** @param workflowId of the workflow that is begun */
export const isSweepInput = (value: unknown, workflowId: string): value is SweepInput =>
  isMembers(value) && isText(value.site) && sweepWorkflowId(value.site) === workflowId;

/** @param workflowId of the workflow that is begun */
export const isClaimsInput = (value: unknown, workflowId: string): value is ClaimsInput =>
  isMembers(value) &&
  Array.isArray(value.sites) &&
  value.sites.length === 2 &&
  isText(value.sites[0]) &&
  isText(value.sites[1]) &&
  claimsWorkflowId(value.sites[0], value.sites[1]) === workflowId &&
  (value.carried === undefined || isCarriedClaims(value.carried));

const isCarriedClaims = (value: unknown): value is CarriedClaims =>
  isMembers(value) && areAll(value.held, isGroup) && areAll(value.queue, isGroup);

const isGroup = (value: unknown): boolean => isClaimant(value) && areUnitClaims(value.claims);
