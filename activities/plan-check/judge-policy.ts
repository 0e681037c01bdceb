/** Whether policies, and the SLA profile, allow what a plan asks for: pure. What a site does not tell forbids nothing. */
import type { PlanFinding } from '../../contract/plan-check.js';
import type { PlanHead } from '../../contract/shard.js';
import { plainName } from '../../contract/vm-identity.js';
import type { Policy } from '../../vcda/index.js';
import type { PlanFacts } from './facts.js';
import { type About, about } from './findings.js';

/** As the simulator and the documents have it: the one that an organization is assigned to, else the built-in one. */
export function policyFor(policies: Policy[] | null, org: string | null): Policy | null {
  if (policies === null) return null;
  const [only, ...others] = policies;
  // A tenant is shown its own alone.
  if (only !== undefined && others.length === 0) return only;
  const assigned = policies.find(({ orgs }) => orgs?.some((one) => nameOf(one) === org?.toLowerCase()));
  return org === null ? null : (assigned ?? policies.find(({ id }) => id === 'default') ?? null);
}

/** An organization as a policy lists it: by name, or as an object with one. */
function nameOf(org: unknown): string | null {
  if (typeof org === 'string') return org.toLowerCase();
  const name = (org as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name.toLowerCase() : null;
}

const ASK = 'Ask the provider for another policy, or leave what it forbids out of the plan.';

/** @param orgs of the VMs at the source, and of the VDCs that they go to, each with how many are started there */
export function judgePolicies(
  plan: PlanHead,
  facts: PlanFacts,
  orgs: { from: (string | null)[]; to: { org: string | null; starts: number }[] },
): PlanFinding[] {
  const isMigration = plan.kind === 'migrate';
  const what = isMigration ? 'migrations' : 'protections';
  const at = { source: about(null, plan.source.site), destination: about(null, plan.destination.site) };
  const findings: PlanFinding[] = [];
  for (const policy of policiesOf(facts.outgoing, orgs.from)) {
    const allows = isMigration ? policy.allowOutgoingMigrations : policy.allowOutgoingProtections;
    if (allows === false)
      findings.push(
        at.source.error(
          'PolicyViolation',
          `policy ${called(policy)} of ${plan.source.site} allows no outgoing ${what}.`,
          ASK,
        ),
      );
  }
  for (const policy of policiesOf(
    facts.incoming,
    orgs.to.map(({ org }) => org),
  )) {
    const allows = isMigration ? policy.allowIncomingMigrations : policy.allowIncomingProtections;
    const { site } = plan.destination;
    if (allows === false)
      findings.push(
        at.destination.error('PolicyViolation', `policy ${called(policy)} of ${site} allows no incoming ${what}.`, ASK),
      );
    if (!isMigration) findings.push(...judgeSettings(plan, policy, facts, at.destination));
  }
  for (const { org, starts } of orgs.to) findings.push(...judgeCount(plan, facts, org, starts, at.destination));
  return findings;
}

const policiesOf = (all: Policy[] | null, orgs: (string | null)[]): Policy[] => [
  ...new Set([...new Set(orgs)].flatMap((org) => policyFor(all, org) ?? [])),
];

const called = ({ displayName, id }: Policy): string => displayName || id;

/** A migration's are fixed [doc UG46 GUID-221A6901]. */
function judgeSettings(
  { replication, destination }: PlanHead,
  policy: Policy,
  facts: PlanFacts,
  { error }: About,
): PlanFinding[] {
  const { rpo, retentionPolicy, slaProfileId } = replication;
  const profile =
    slaProfileId === undefined ? undefined : facts.slaProfiles?.find(({ id }) => plainName(id) === slaProfileId);
  const its = { rpo: profile?.rpo ?? rpo, rules: profile?.retentionPolicy?.rules ?? retentionPolicy?.rules ?? [] };
  const whose = `policy ${called(policy)} of ${destination.site}`;
  const instances = its.rules.reduce((sum, { numberOfInstances }) => sum + (numberOfInstances ?? 0), 0);
  const refuse = (why: string) => error('PolicyViolation', `${whose} ${why}`, ASK);
  return [
    ...(slaProfileId === undefined && policy.allowCustomSlaSettings === false
      ? [refuse('allows SLA profiles alone, and the plan has none.')]
      : []),
    ...(its.rpo != null && policy.minRpo != null && its.rpo < policy.minRpo
      ? [refuse(`allows an RPO of at least ${policy.minRpo} minutes; the plan has ${its.rpo}.`)]
      : []),
    ...(policy.maxInstances != null && instances > policy.maxInstances
      ? [refuse(`allows ${policy.maxInstances} instances; the plan keeps ${instances}.`)]
      : []),
    ...(its.rules.length > 1 && policy.allowAdvancedRetentionRules === false
      ? [refuse(`allows one rule of retention; the plan has ${its.rules.length}.`)]
      : []),
  ];
}

/** Negative: without bound; 0: no destination [doc B45 policies]. */
function judgeCount(
  plan: PlanHead,
  facts: PlanFacts,
  org: string | null,
  starts: number,
  { error }: About,
): PlanFinding[] {
  const policy = policyFor(facts.incoming, org);
  const { maxIncoming } = policy ?? {};
  if (policy === null || maxIncoming == null || maxIncoming < 0 || starts === 0) return [];
  const { site } = plan.destination;
  const whose = org === null ? '' : ` of organization ${org}`;
  const there = (facts.incomingReplications ?? []).filter(
    ({ destination }) =>
      org === null || destination?.org == null || destination.org.toLowerCase() === org.toLowerCase(),
  ).length;
  if (there + starts <= maxIncoming) return [];
  const message =
    `policy ${called(policy)} of ${site} allows so many incoming replications${whose}: ${maxIncoming}; ` +
    `${there} are there, and the plan starts ${starts}.`;
  return [error('PolicyViolation', message, ASK)];
}

export function judgeSlaProfile({ replication, destination }: PlanHead, facts: PlanFacts): PlanFinding[] {
  const { slaProfileId } = replication;
  if (slaProfileId === undefined || facts.slaProfiles === null) return [];
  if (facts.slaProfiles.some(({ id }) => plainName(id) === slaProfileId)) return [];
  const known = facts.slaProfiles.map(({ id, displayName }) => `${displayName ?? id} (${id})`);
  const message = `${destination.site} has no SLA profile ${slaProfileId} for this login.`;
  return [
    about(null, destination.site).error(
      'SlaProfileNotFound',
      message,
      `Correct it: it has ${known.join(', ') || 'none'}.`,
    ),
  ];
}
