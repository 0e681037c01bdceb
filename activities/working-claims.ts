/** Working claims as activities ask for them: what is said, and how it stands then, without an event for the answer. */
import { activityInfo, log } from '@temporalio/activity';
import { QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import {
  type ClaimRequest,
  type HeldClaims,
  type Holder,
  type MoreNames,
  pairOf,
  type Standing,
  type UnitClaim,
} from '../contract/claims.js';
import { CLAIMS, DRILL, SHARD } from '../contract/inputs.js';
import { claimMoreSignal, claimSignal, heldClaimsQuery, standingsQuery, vmReportQuery } from '../contract/messages.js';
import { claimsWorkflowId, FAILURES, vmWorkflowId } from '../contract/names.js';
import { contractMemo } from '../contract/number.js';
import type { LocateInput } from '../contract/questions.js';
import type { FailureDetails, VmReport } from '../contract/report.js';
import { nameWithId } from '../contract/vm-identity.js';
import type { ActivityDeps } from './deps.js';
import { beating, pause } from './heartbeat.js';
import { isOpen } from './inquiries.js';
import { earlierReports, FEW_TRIES } from './record.js';
import { askTemporal } from './site-signals.js';

const ASKED_AT_ONCE = 20;
/** Of earlier runs of VMs, each of which is a list of Temporal's. */
const RECORDS_AT_ONCE = 5;
/** Who has a VM, and is through with it, gives it back within moments: ms. */
const SOON = { pause: 50, most: 600 };
/** Until a workflow that has just begun knows what is claimed: ms. */
const NOT_KNOWN = 100;

export interface ClaimUnitsInput extends ClaimRequest {
  sites: [string, string];
  /** earlier runs may have left the VMs under other ids */
  knowsEarlier: boolean;
}

export interface StandingsInput {
  sites: [string, string];
  run: string;
  units: string[];
}

export function createClaimActivities(deps: ActivityDeps) {
  return {
    /** Claims units, and tells how each stands then. What waits is told by signal when it is free. */
    async claimUnits({ sites, knowsEarlier, ...request }: ClaimUnitsInput): Promise<Standing[]> {
      return beating(
        () => null,
        async () => {
          const groups = knowsEarlier ? await withEarlier(deps, request) : request.groups;
          await say(deps, sites, claimSignal.name, { ...request, groups });
          return standings(deps, { sites, run: request.run, units: groups.flat().map(({ unit }) => unit) });
        },
      );
    },

    /** How claims stand that were made before. */
    async claimStandings(input: StandingsInput): Promise<Standing[]> {
      try {
        return await beating(
          () => null,
          () => asked(deps, input),
        );
      } catch (error) {
        // Whoever claims next begins it anew.
        if (error instanceof WorkflowNotFoundError)
          return input.units.map((unit) => ({ unit, is: 'unknown', by: null }) as const);
        throw error;
      }
    },

    /** What is claimed between two sites, by those who hold it: for a workflow that knows nothing of before. */
    async openClaims({ sites }: { sites: [string, string] }): Promise<HeldClaims[]> {
      return beating(
        () => null,
        async () => {
          const held = await heldBetween(deps, sites);
          return pMap(held, (one) => withNames(deps, one), { concurrency: 1 });
        },
      );
    },

    /** Of claims that others wait for: those whose unit and claimant are gone, and those whose claimant alone is there. */
    endedHolders: (holders: Holder[]): Promise<EndedHolders> =>
      beating(
        () => null,
        () => endedHolders(deps, holders),
      ),
  };
}

export interface EndedHolders {
  ended: Holder[];
  idle: Holder[];
}

async function endedHolders(deps: ActivityDeps, holders: Holder[]): Promise<EndedHolders> {
  const open = new Map<string, Promise<boolean>>();
  function isClaimantOpen(parent: string): Promise<boolean> {
    const answer = open.get(parent) ?? isOpen(deps, parent);
    open.set(parent, answer);
    return answer;
  }
  const all = await pMap(
    holders,
    async (holder) => {
      const { source, unit, run, parent } = holder;
      if (await isOpen(deps, vmWorkflowId(source, unit), run)) return { holder, is: 'at work' };
      return { holder, is: (await isClaimantOpen(parent)) ? 'idle' : 'ended' };
    },
    { concurrency: ASKED_AT_ONCE },
  );
  const which = (what: string) => all.flatMap(({ holder, is }) => (is === what ? [holder] : []));
  return { ended: which('ended'), idle: which('idle') };
}

/**
 * Says by what else a VM is found to be known.
 * @throws ApplicationFailure `VmInUse` when another unit works with it under one of these, and this one has sent nothing
 */
export async function claimFound(
  deps: ActivityDeps,
  { claim, vm, source, destination }: LocateInput,
  names: (string | null)[],
): Promise<void> {
  if (claim === undefined) return;
  const { known, ...whose } = claim;
  const also = names.filter((name) => name !== null && name !== whose.unit && !known.includes(name)) as string[];
  if (also.length === 0) return;
  const sites = pairOf(source, destination);
  await say(deps, sites, claimMoreSignal.name, { claims: [{ ...whose, also }] });
  if (whose.unsent === null) return;
  const [its] = await standings(deps, { sites, run: whose.run, units: [whose.unit] });
  if (its?.is === 'held') return;
  const by = its?.by ?? 'another';
  const details: FailureDetails = {
    code: FAILURES.claimed,
    message: `${nameWithId(vm)} waits for run ${by}, which works with this VM under another id.`,
    operation: null,
    taskId: null,
    site: destination,
    advice: 'It goes on by itself when that is over.',
  };
  throw ApplicationFailure.create({
    type: FAILURES.claimed,
    message: details.message,
    details: [details, by, 'queued'],
    nonRetryable: true,
    category: 'BENIGN',
  });
}

/** What recoveries have made of VMs is theirs as well. Where nothing is claimed between the sites, nobody needs to know. */
export async function claimRecovered(
  deps: ActivityDeps,
  site: string,
  all: { peer: string; run: string; unit: string; vmId: string }[],
): Promise<void> {
  for (const peer of new Set(all.map((one) => one.peer))) {
    const its = all.filter((one) => one.peer === peer);
    const claims: MoreNames[] = its.map(({ run, unit, vmId }) => ({ run, unit, also: [vmId], unsent: null }));
    const handle = deps.client.workflow.getHandle(claimsWorkflowId(site, peer));
    await askTemporal(deps, () => handle.signal(claimMoreSignal, { claims })).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }
}

/** Starts the workflow when it does not run. */
async function say(deps: ActivityDeps, sites: [string, string], signal: string, told: unknown): Promise<void> {
  await askTemporal(deps, () =>
    deps.client.workflow.signalWithStart(CLAIMS, {
      workflowId: claimsWorkflowId(...sites),
      taskQueue: deps.taskQueue,
      args: [{ sites }],
      memo: { ...contractMemo },
      signal,
      signalArgs: [told],
    }),
  );
}

/** As they are, once those who are through with a VM had a moment to say so. */
async function standings(deps: ActivityDeps, input: StandingsInput): Promise<Standing[]> {
  for (let waited = 0; ; waited += SOON.pause) {
    const units = await asked(deps, input);
    if (units.some(({ is }) => is === 'unknown')) throw notKnown('what was claimed has got lost');
    if (waited >= SOON.most || units.every(({ is }) => is === 'held')) return units;
    await pause(SOON.pause);
  }
}

/** @throws ApplicationFailure to be tried again, when it is not known yet, or what was said has got lost */
async function asked(deps: ActivityDeps, { sites, run, units }: StandingsInput): Promise<Standing[]> {
  const handle = deps.client.workflow.getHandle(claimsWorkflowId(...sites));
  const told = await askTemporal(deps, () => handle.query(standingsQuery, { run, units }));
  if (told.isReady) return told.units;
  // Not waited for here: what it is put together by needs a place of this worker as well.
  throw notKnown('what is claimed already is being asked for');
}

const notKnown = (message: string): ApplicationFailure =>
  ApplicationFailure.create({ type: 'ClaimsNotKnown', message, nextRetryDelay: NOT_KNOWN, category: 'BENIGN' });

/** With the ids under which earlier runs have left the VMs, so that a claim has all of its names from the start. */
async function withEarlier(deps: ActivityDeps, { source, groups }: ClaimRequest): Promise<UnitClaim[][]> {
  async function named(claim: UnitClaim): Promise<UnitClaim> {
    const reports = await earlierReports(deps, vmWorkflowId(source, claim.unit), 1);
    return { ...claim, also: distinct([...claim.also, ...reports.flatMap(namesIn)], claim.unit) };
  }
  // However they are grouped: most groups are of one.
  const all = await pMap(groups.flat(), named, { concurrency: RECORDS_AT_ONCE });
  return groups.map(({ length }) => all.splice(0, length));
}

const namesIn = ({ replicationId, recoveredAs }: Pick<VmReport, 'replicationId' | 'recoveredAs'>): string[] => [
  ...(replicationId === null ? [] : [replicationId]),
  ...(recoveredAs ?? []),
];

const distinct = (names: string[], unit: string): string[] => [...new Set(names)].filter((name) => name !== unit);

/** What those who are open say that they hold between two sites, by the names that they know themselves. */
export async function heldBetween(deps: ActivityDeps, sites: [string, string]): Promise<HeldClaims[]> {
  const all = await pMap(await claimants(deps), (id) => heldBy(deps, id), { concurrency: ASKED_AT_ONCE });
  return all.filter((one): one is HeldClaims => one !== null && one.sites.join('/') === sites.join('/'));
}

async function claimants(deps: ActivityDeps): Promise<string[]> {
  const query =
    `ExecutionStatus = 'Running' AND (WorkflowType = '${SHARD}' OR WorkflowType = '${DRILL}') ` +
    `AND TaskQueue = '${deps.taskQueue}'`;
  const ids: string[] = [];
  await askTemporal(deps, async () => {
    for await (const { workflowId } of deps.client.workflow.list({ query })) ids.push(workflowId);
  });
  return ids;
}

/** null: it has ended meanwhile, has no units yet, or does not answer; the ids of its units' workflows are taken all the same */
async function heldBy(deps: ActivityDeps, parent: string): Promise<HeldClaims | null> {
  try {
    return await askTemporal(deps, () => deps.client.workflow.getHandle(parent).query(heldClaimsQuery));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError) return null;
    if (activityInfo().attempt < FEW_TRIES) throw error;
    log.warn('what it has claimed is not known, since it does not answer', { workflowId: parent });
    return null;
  }
}

/** With what units have found out on their way; one that does not answer has what its claimant knows. */
async function withNames(deps: ActivityDeps, held: HeldClaims): Promise<HeldClaims> {
  async function named(claim: UnitClaim): Promise<UnitClaim> {
    const handle = deps.client.workflow.getHandle(vmWorkflowId(held.source, claim.unit));
    const report = await askTemporal(deps, () => handle.query(vmReportQuery)).catch(() => null);
    return report === null ? claim : { ...claim, also: distinct([...claim.also, ...namesIn(report)], claim.unit) };
  }
  return { ...held, claims: await pMap(held.claims, named, { concurrency: ASKED_AT_ONCE }) };
}
