/** Where the replication of a VM lives now, and which points in time it holds. */
import { cancellationSignal } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { type TestNetworks, testNetworks } from '../contract/covered-nics.js';
import type {
  EarlierRuns,
  InstanceInput,
  Located,
  LocateInput,
  ReplicationInput,
  TestNetworksInput,
} from '../contract/questions.js';
import type { ReplicaInstance, ReplicationSummary } from '../contract/replication.js';
import { nameWithId } from '../contract/vm-identity.js';
import { isVappUnit, vappUnit } from '../plan/types.js';
import { type CallOptions, type Site, VcdaError, type VmReplication } from '../vcda/index.js';
import { believeAbsence, patientRules } from './absence.js';
import { AmongOthers } from './among-others.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { unextended } from './extension.js';
import { finalFailure } from './failures.js';
import { hashed, readMark } from './mark.js';
import { passingOver, replicationsOfVm } from './passed-over.js';
import type { Reachability } from './reachability.js';
import { summaryOf } from './replication-summary.js';
import { isBetween } from './reversal.js';
import { claimFound } from './working-claims.js';

/** What tells a replication to be the wanted one, best first. Never a name, which another VM may have as well. */
type Mark = 'replication' | 'vm' | 'earlier';

interface Candidate {
  mark: Mark;
  site: string;
  replication: VmReplication;
}

/** A site that is silent for so many attempts is taken as dead, when the other has one that earlier runs know. */
const SILENT_ATTEMPTS = 3;

export function createLocateActivities(deps: ActivityDeps, reachability: Reachability) {
  const asking = askingOf(deps, reachability);
  const among = new AmongOthers();

  /** The best that a site has, which are several where it cannot tell. */
  async function candidatesAt(site: Site, input: LocateInput, options: CallOptions): Promise<Candidate[]> {
    const { vm, source, destination } = input;
    const as = (mark: Mark, found: VmReplication[]): Candidate[] =>
      found
        .filter((replication) => isBetween(replication, source, destination))
        .map((replication) => ({ mark, site: site.name, replication }));
    if (vm.replicationId !== undefined) {
      const named = await site.findReplication(vm.replicationId, options);
      const found = as('replication', named === null ? [] : [named]);
      if (found.length > 0) return found;
    }
    const found = as('vm', await replicationsOfVm(site, vm.id, options));
    if (found.length > 0) return found;
    const known = await knownBefore(site, vm.earlier, options);
    return as('earlier', known.length > 0 ? known : await markedAsIts(site, input, options));
  }

  /** The reversed one, by its mark: of those that bear the VM's name and go the other way, the one that names its id. */
  async function markedAsIts(site: Site, input: LocateInput, options: CallOptions): Promise<VmReplication[]> {
    const { vm, source, destination } = input;
    const vmName = isVappUnit(vm.id) ? vappUnit(vm.name) : vm.name;
    const alike = await site.replications({ vmName }, { ...options, unreadable: passingOver(site) });
    return alike.filter(
      (one) => one.source?.site === destination && one.destination?.site === source && isMarkedFor(vm.id, one),
    );
  }

  const isMarkedFor = (vmId: string, { settings }: VmReplication): boolean =>
    readMark(settings?.description)?.unit === hashed(deps.installation, vmId);

  /** After a reverse the VM has another id, and its replication may have one: what earlier runs have seen of both. */
  async function knownBefore(
    site: Site,
    { replicationIds, vmIds }: EarlierRuns = { replicationIds: [], vmIds: [] },
    options: CallOptions,
  ): Promise<VmReplication[]> {
    const byId =
      replicationIds.length === 0 ? [] : [...(await site.replicationsById(replicationIds, options)).values()];
    const found = new Map(byId.map((one) => [one.id, one]));
    for (const vmId of vmIds) {
      for (const one of await replicationsOfVm(site, vmId, options)) found.set(one.id, one);
    }
    return [...found.values()];
  }

  async function locate(input: LocateInput, attempt: number): Promise<Located | null> {
    const { source, destination, vm, resumedAt } = input;
    const options = { resumedAt, signal: cancellationSignal() };
    let candidates: Candidate[] = [];
    let silent: VcdaError | null = null;
    for (const [name, peer] of [
      [destination, source],
      [source, destination],
    ] as const) {
      try {
        const site = configured(deps, name);
        const found = await unextended({ ...options, peer }, (local) => candidatesAt(site, input, local));
        await reachability.answered(name);
        candidates = better(candidates, found);
      } catch (error) {
        if (!(error instanceof VcdaError)) throw error;
        silent ??= error;
      }
      const mark = candidates[0]?.mark;
      const isSure = mark === 'replication' || (mark === 'vm' && vm.replicationId === undefined);
      if (isSure && candidates.every(isAtHome)) break;
    }
    const [best, ...others] = candidates;
    if (best === undefined) {
      if (silent !== null) throw silent;
      return null;
    }
    if (others.length > 0) throw ambiguous(input, candidates);
    if (silent !== null && best.mark === 'earlier' && attempt < SILENT_ATTEMPTS) throw silent;
    // Its own destination has the last word on it, and is where it is worked.
    if (silent !== null && !isAtHome(best)) throw silent;
    const peer = best.site === source ? destination : source;
    const isMarkedAsIts = isMarkedFor(vm.id, best.replication);
    return { site: best.site, peer, replication: summaryOf(best.replication), isMarkedAsIts };
  }

  return {
    /**
     * The replication of a VM between two sites, whichever way it goes; null: neither site has one. A site that does not
     * answer is no obstacle where the other tells enough: it may be the one that a failover is made for.
     * @throws ApplicationFailure `AmbiguousReplication` when several fit; `Hold`; else VCDA's code
     */
    async locateReplication(input: LocateInput): Promise<Located | null> {
      const { destination, isKnown, vm } = input;
      const { missingFor } = configured(deps, destination).config;
      const { rules } = deps.sites;
      return asking(
        'locate',
        input,
        async (attempt) => {
          const found = await locate(input, attempt.number);
          const { replicationId } = vm;
          if (found !== null) await claimFound(deps, input, namesOf(found.replication));
          if (found === null && isKnown === true && replicationId !== undefined)
            believeAbsence({ site: destination, replicationId, missingFor }, attempt, rules);
          return found;
        },
        patientRules(rules, missingFor),
      );
    },

    /** The replication as it is now; null when the site has none by that id. @throws ApplicationFailure as above */
    async readReplication(input: ReplicationInput): Promise<ReplicationSummary | null> {
      const { site, peer, replicationId, resumedAt } = input;
      const options = { peer, resumedAt, signal: cancellationSignal() };
      const { missingFor } = deps.sites.get(site).config;
      const { rules } = deps.sites;
      return asking(
        'read',
        input,
        async (attempt) => {
          const found = await unextended(options, (local) => among.read(deps.sites.get(site), input, local));
          if (found === null && input.atOnce !== true)
            believeAbsence({ site, replicationId, missingFor }, attempt, rules);
          return found;
        },
        patientRules(rules, missingFor),
      );
    },

    /** Null: neither the drill nor its own test settings name any network. @throws ApplicationFailure as above */
    async readTestNetworks(input: TestNetworksInput): Promise<TestNetworks | null> {
      const { site, peer, replicationId, resumedAt, settings } = input;
      const options = { peer, resumedAt, signal: cancellationSignal() };
      return asking('network-settings', input, async () => {
        const ask = (local: CallOptions) => configured(deps, site).networkSettings(replicationId, local);
        return testNetworks(settings, await unextended(options, ask));
      });
    },

    /**
     * The newest point in time that is not younger than `before`; null: the replication holds none.
     * @throws ApplicationFailure `Hold`; else VCDA's code
     */
    async instanceBefore(input: InstanceInput): Promise<ReplicaInstance | null> {
      const { site, peer, replicationId, resumedAt, before } = input;
      const options = { peer, resumedAt, signal: cancellationSignal() };
      const home = configured(deps, site);
      const all = await asking('instances', input, () =>
        unextended(options, (local) => home.instances(replicationId, { ...local, unreadable: passingOver(home) })),
      );
      return all.reduce<ReplicaInstance | null>((best, { key, timestamp }) => {
        if (timestamp == null || timestamp > before) return best;
        return best === null || timestamp > (best.timestamp ?? 0) ? { key, timestamp } : best;
      }, null);
    },
  };
}

/** By what else than the plan's id its VM is known. */
const namesOf = ({ id, vmId, recoveredVmId }: ReplicationSummary): (string | null)[] => [id, vmId, recoveredVmId];

const MARKS: Mark[] = ['replication', 'vm', 'earlier'];

/** Whether it was seen at its own destination; a site that does not tell that is taken at its word. */
const isAtHome = ({ site, replication }: Candidate): boolean => (replication.destination?.site ?? site) === site;

/** Those with the better mark; of one that both sites list, the one at its destination. */
function better(known: Candidate[], found: Candidate[]): Candidate[] {
  const rank = ([first]: Candidate[]) => (first === undefined ? MARKS.length : MARKS.indexOf(first.mark));
  if (rank(known) !== rank(found)) return rank(known) < rank(found) ? known : found;
  const byId = new Map(known.map((one) => [one.replication.id, one]));
  for (const one of found) {
    const { id, destination } = one.replication;
    if (!byId.has(id) || destination?.site === one.site) byId.set(id, one);
  }
  return [...byId.values()];
}

function ambiguous({ vm, source, destination }: LocateInput, candidates: Candidate[]): ApplicationFailure {
  const list = candidates.map(({ replication: { id, vmId }, site }) => `${id} at ${site} (VM ${vmId ?? 'not told'})`);
  const message =
    `locate of ${nameWithId(vm)}: ${candidates.length} replications between ${source} and ${destination} may be ` +
    `its: ${list.slice(0, 5).join(', ')}.`;
  return finalFailure({
    code: 'AmbiguousReplication',
    message,
    operation: null,
    taskId: null,
    site: candidates[0]?.site ?? destination,
    advice: 'Name the right one in the plan, as replicationId of the VM.',
  });
}
