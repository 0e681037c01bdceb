/** Asks two sites, Temporal and the store for what the check of some VMs of a plan needs: each site with its own login. */
import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import { pairOf } from '../../contract/claims.js';
import { STORE_AWAY } from '../../contract/evidence.js';
import { cutoversOf } from '../../contract/lengths.js';
import { vmWorkflowId } from '../../contract/names.js';
import type { CheckPieceInput } from '../../contract/plan-check.js';
import type { Moved } from '../../contract/questions.js';
import type { FailureDetails } from '../../contract/report.js';
import { nameWithId } from '../../contract/vm-identity.js';
import { bareId, isVappUnit } from '../../plan/types.js';
import { type CallOptions, type Named, type Site, saysNo, VcdaError, type VmReplication } from '../../vcda/index.js';
import { cutoverLengthsAt } from '../cutover-lengths.js';
import { type ActivityDeps, configured } from '../deps.js';
import type { createEarlierRunsActivities } from '../earlier-runs.js';
import { unextended } from '../extension.js';
import type { createLocateActivities } from '../locate.js';
import { readMark } from '../mark.js';
import type { createMovedBeforeActivities } from '../moved-before.js';
import { heldBy } from '../open-units.js';
import { passingOver, replicationsOfVm } from '../passed-over.js';
import type { Readings } from '../readings.js';
import { droverStarted } from '../record.js';
import { summaryOf } from '../replication-summary.js';
import { heldBetween } from '../working-claims.js';
import type { LocatedFact, PlanFacts } from './facts.js';
import { vdcOf } from './judge-place.js';
import { policyFor } from './judge-policy.js';
import { standingVapp } from './judge-vapp.js';

/** Up to so many VMs are asked for one by one; for more the lists are read as a whole. */
const FEW = 25;
/** VMs that no list tells of are looked for one by one, up to so many. */
const MOST_LOOKED_FOR = 50;
const ASKED_AT_ONCE = 5;

/** What activities of a run ask as well, and what is kept between the pieces of a check. */
export interface Asked {
  readings: Readings;
  movedBefore: Activities['movedBefore'];
  locateReplication: Activities['locateReplication'];
  earlierRuns: Activities['earlierRuns'];
}

type Activities = ReturnType<typeof createMovedBeforeActivities> &
  ReturnType<typeof createLocateActivities> &
  ReturnType<typeof createEarlierRunsActivities>;

/** @param untold is added to */
export async function readFacts(
  deps: ActivityDeps,
  asked: Asked,
  input: CheckPieceInput,
  isSourceAway: boolean,
  untold: string[],
): Promise<PlanFacts> {
  return new Reading(deps, asked, input, isSourceAway, untold).all();
}

class Reading {
  readonly #deps: ActivityDeps;
  readonly #asked: Asked;
  readonly #input: CheckPieceInput;
  readonly #isSourceAway: boolean;
  readonly #untold: string[];
  readonly #source: Site;
  readonly #destination: Site;
  readonly #options = { resumedAt: 0, signal: cancellationSignal() };

  constructor(deps: ActivityDeps, asked: Asked, input: CheckPieceInput, isSourceAway: boolean, untold: string[]) {
    this.#deps = deps;
    this.#asked = asked;
    this.#input = input;
    this.#isSourceAway = isSourceAway;
    this.#untold = untold;
    this.#source = configured(deps, input.plan.source.site);
    this.#destination = configured(deps, input.plan.destination.site);
  }

  async all(): Promise<PlanFacts> {
    const { plan, vms } = this.#input;
    const starts = plan.kind === 'migrate' || plan.kind === 'protect';
    const vdcIds = [...new Set(vms.map((vm) => vdcOf(plan, vm)))].filter((id) => id !== '');
    const facts: PlanFacts = {
      installation: this.#deps.installation,
      source: null,
      destination: null,
      vdcs: null,
      storageProfiles: new Map(),
      networks: new Map(),
      outgoing: null,
      incoming: null,
      incomingReplications: null,
      slaProfiles: null,
      replications: null,
      madeByDrover: new Set(),
      located: new Map(),
      moved: [],
      cutover: null,
      heldBy: new Map(),
    };
    if (starts) {
      const at = await this.#vmsAt(this.#source);
      const vapps = vms.flatMap(({ id }) => (isVappUnit(id) ? (standingVapp(at ?? [], id) ?? []) : []));
      facts.source = at === null ? null : new Map([...at, ...vapps].map((vm) => [vm.id, vm]));
      facts.destination = await this.#vmsAt(this.#destination);
      facts.vdcs = await this.#tell(this.#destination, 'its VDCs', (o) => this.#destination.inventory.vdcs({}, o));
      for (const id of vdcIds.filter((one) => facts.vdcs === null || facts.vdcs.some((vdc) => vdc.id === one)))
        facts.storageProfiles.set(id, await this.#profilesOf(id));
      await this.#readPolicies(facts);
      facts.replications = await this.#replicationsOf();
      await this.#readMakers(facts);
    } else facts.located = await this.#locatedOf();
    if (this.#namesNetworks())
      for (const id of vdcIds)
        facts.networks.set(
          id,
          await this.#tell(this.#destination, `the networks of VDC ${id}`, (o) =>
            this.#destination.inventory.networks(id, o),
          ),
        );
    if (plan.kind === 'migrate') facts.moved = await this.#movedOf(facts);
    if (this.#input.isFirst) facts.cutover = await this.#usualCutover();
    facts.heldBy = await this.#holders(facts);
    return facts;
  }

  /** null, and said, where the site's own word is that it does not tell. @throws VcdaError */
  async #tell<T>(site: Site, what: string, ask: (options: CallOptions) => Promise<T>): Promise<T | null> {
    const { check } = this.#input;
    const answer = this.#asked.readings.once<T | null>(check, `${site.name} ${what}`, async () => {
      try {
        return await ask({ ...this.#options, unreadable: passingOver(site) });
      } catch (error) {
        if (error instanceof VcdaError && saysNo(error)) return null;
        throw error;
      }
    });
    const told = await answer;
    if (told === null) this.#untold.push(`${site.name} does not tell ${what} to this login`);
    return told;
  }

  #vmsAt = (site: Site) => this.#tell(site, 'its VMs', (options) => site.inventoryVms(site.name, options));

  #profilesOf = (vdc: string): Promise<Named[] | null> =>
    this.#tell(this.#destination, `the storage profiles of VDC ${vdc}`, (o) =>
      this.#destination.inventory.storageProfiles(vdc, o),
    );

  async #readPolicies(facts: PlanFacts): Promise<void> {
    const { plan } = this.#input;
    facts.outgoing = await this.#tell(this.#source, 'its policies', (o) => this.#source.policies.list(o));
    facts.incoming = await this.#tell(this.#destination, 'its policies', (o) => this.#destination.policies.list(o));
    if (plan.replication.slaProfileId !== undefined)
      facts.slaProfiles = await this.#tell(this.#destination, 'its SLA profiles', (o) =>
        this.#destination.slaProfiles.list(o),
      );
    const orgs = (facts.vdcs ?? []).map(({ org }) => org ?? null);
    const isBounded = [...orgs, null].some((org) => (policyFor(facts.incoming, org)?.maxIncoming ?? -1) >= 0);
    if (isBounded) facts.incomingReplications = await this.#everyReplication(this.#destination);
  }

  #everyReplication = (site: Site): Promise<VmReplication[] | null> =>
    this.#tell(site, 'its replications', (options) =>
      unextended({ ...options, peer: this.#peerOf(site) }, (local) => site.replications({}, local)),
    );

  #peerOf = (site: Site): string => (site === this.#source ? this.#destination : this.#source).name;

  /** At the destination, of the VMs of the piece. */
  async #replicationsOf(): Promise<Map<string, VmReplication[]> | null> {
    const { vms } = this.#input;
    const site = this.#destination;
    const isMany = vms.length > FEW;
    const every = isMany ? await this.#everyReplication(site) : [];
    if (every === null) return null;
    const options = { ...this.#options, peer: this.#source.name };
    // The list of all is that of VMs.
    const found = await pMap(
      isMany ? vms.filter(({ id }) => isVappUnit(id)) : vms,
      ({ id }) =>
        this.#tell(site, `the replications of ${isVappUnit(id) ? 'vApp' : 'VM'} ${bareId(id)}`, () =>
          unextended(options, (local) => replicationsOfVm(site, id, local, false)),
        ),
      { concurrency: ASKED_AT_ONCE },
    );
    const fromThere = every.filter((one) => (one.source?.site ?? this.#source.name) === this.#source.name);
    return byVm([...fromThere, ...found.flatMap((its) => its ?? [])]);
  }

  /** Who made those that bear no mark: a site may drop descriptions. */
  async #readMakers(facts: PlanFacts): Promise<void> {
    for (const [id, its] of facts.replications ?? [])
      for (const one of its)
        if (readMark(one.settings?.description) === null && (await this.#isDrovers(id, one.id)))
          facts.madeByDrover.add(one.id);
  }

  #isDrovers = (vmId: string, replicationId: string): Promise<boolean> =>
    this.#ofStore(false, () => droverStarted(this.#deps, vmWorkflowId(this.#source.name, vmId), replicationId));

  async #movedOf(facts: PlanFacts): Promise<Moved[]> {
    const { vms } = this.#input;
    const named = vms.flatMap(({ id, name, vms: its = [] }) => [
      { id, name: facts.source?.get(id)?.name ?? name },
      ...its,
    ]);
    const { movedBefore } = this.#asked;
    return this.#ofStore([], () => movedBefore({ source: this.#source.name, vms: named }));
  }

  async #usualCutover(): Promise<PlanFacts['cutover']> {
    const of = cutoversOf(this.#input.plan);
    if (of === null) return null;
    const known = await this.#ofStore(null, () => cutoverLengthsAt(this.#deps, of));
    const { cutovers } = this.#destination.config.limits;
    return known === null ? null : { each: known.each, atOnce: known.atOnce ?? cutovers };
  }

  /** A run waits for the store; a person need not. */
  async #ofStore<T>(unknown: T, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== STORE_AWAY) throw error;
      this.#untold.push('the store is away, so what earlier runs have moved or started is not known');
      return unknown;
    }
  }

  async #locatedOf(): Promise<Map<string, LocatedFact>> {
    const { vms, plan } = this.#input;
    const located = new Map<string, LocatedFact>();
    let left = vms;
    if (vms.length > FEW) {
      const site = this.#destination;
      const listed = byVm((await this.#everyReplication(site)) ?? []);
      left = vms.filter(({ id, replicationId }) => {
        const [its, ...others] = listed.get(id) ?? [];
        const isTold = its !== undefined && others.length === 0 && replicationId === undefined;
        if (!isTold || plan.kind !== 'failover') return true;
        const at = { site: site.name, peer: this.#source.name, replication: summaryOf(its) };
        located.set(id, { is: 'found', at });
        return false;
      });
    }
    const asked = left.slice(0, MOST_LOOKED_FOR);
    if (left.length > asked.length)
      this.#untold.push(`the replications of ${left.length - asked.length} VMs were not looked for one by one`);
    const found = await pMap(asked, (vm) => this.#locate(vm), { concurrency: ASKED_AT_ONCE });
    for (const [n, vm] of asked.entries()) located.set(vm.id, found[n] as LocatedFact);
    return located;
  }

  async #locate(vm: CheckPieceInput['vms'][number]): Promise<LocatedFact> {
    const { plan, run } = this.#input;
    const { locateReplication, earlierRuns } = this.#asked;
    const asked = { run, source: plan.source.site, destination: plan.destination.site, resumedAt: 0 };
    const { id, name, replicationId } = vm;
    const ref = { id, name, ...(replicationId === undefined ? {} : { replicationId }) };
    try {
      const at =
        (await locateReplication({ ...asked, vm: ref })) ??
        (await locateReplication({
          ...asked,
          vm: { ...ref, earlier: await earlierRuns({ workflowId: vmWorkflowId(asked.source, id) }) },
        }));
      return at === null ? { is: 'missing' } : { is: 'found', at };
    } catch (error) {
      const details =
        error instanceof ApplicationFailure ? (error.details?.[0] as FailureDetails | undefined) : undefined;
      if (details?.code === 'AmbiguousReplication') return { is: 'unclear', why: details.message };
      if (!this.#isSourceAway) throw error;
      // What is to be failed over is not hidden by the site that was lost.
      this.#untold.push(
        `where the replication of ${nameWithId(vm)} is was not told: ${details?.message ?? String(error)}`,
      );
      return { is: 'unclear', why: details?.message ?? String(error) };
    }
  }

  #namesNetworks(): boolean {
    const { plan, vms } = this.#input;
    return (
      plan.recovery.vAppNetworkSettings !== undefined ||
      vms.some(({ vmNetworkSettings }) => vmNetworkSettings?.nics !== undefined)
    );
  }

  /** By VM of the plan: which open run or drill works with it. */
  async #holders(facts: PlanFacts): Promise<Map<string, string>> {
    const { vms, check, run } = this.#input;
    const { name: source } = this.#source;
    const { name: destination } = this.#destination;
    const claims = await this.#asked.readings.once(check, 'claims', () =>
      heldBetween(this.#deps, pairOf(source, destination)),
    );
    const byName = new Map(
      claims.flatMap((its) =>
        its.claims.flatMap(({ unit, also }) => [unit, ...also].map((one) => [one, its.run] as const)),
      ),
    );
    const units = await pMap(
      vms,
      ({ id }) => {
        const replicationId = facts.replications?.get(id)?.[0]?.id ?? '';
        return heldBy(this.#deps, { run, site: destination, workflowId: vmWorkflowId(source, id) }, replicationId);
      },
      { concurrency: vms.length || 1 },
    );
    return new Map(
      vms.flatMap(({ id }, n) => {
        const by = byName.get(id) ?? units[n]?.run;
        return by === undefined ? [] : [[id, by] as const];
      }),
    );
  }
}

function byVm(all: VmReplication[]): Map<string, VmReplication[]> {
  const found = new Map<string, VmReplication[]>();
  for (const one of all) if (one.vmId != null) found.set(one.vmId, [...(found.get(one.vmId) ?? []), one]);
  return found;
}
