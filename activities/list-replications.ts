/** What stands at a site and whose it is, for a person: read from the site once, and told in pages. Nothing is changed. */
import { cancellationSignal } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import { pairOf } from '../contract/claims.js';
import type { ListedReplication, ReplicationsPage, ReplicationsQuestion } from '../contract/listed-replication.js';
import { iso } from '../contract/moment.js';
import { runWorkflowId, tidyWorkflowId } from '../contract/names.js';
import { plausibleTime, recoveryState, saysNo, VcdaError, type VmReplication } from '../vcda/index.js';
import { askingOf } from './asking.js';
import { type ActivityDeps, configured } from './deps.js';
import { isOpen } from './inquiries.js';
import { hashed, readMark } from './mark.js';
import { pageAfter } from './page-after.js';
import { passingOver } from './passed-over.js';
import type { Reachability } from './reachability.js';
import type { Readings } from './readings.js';
import { askTemporal } from './site-signals.js';
import { orAway } from './store.js';
import { heldBetween } from './working-claims.js';

const RUNS_AT_ONCE = 10;

export function createListReplicationsActivities(deps: ActivityDeps, reachability: Reachability, readings: Readings) {
  const asking = askingOf(deps, reachability);
  return {
    /** A page of what replicates to a site. @throws ApplicationFailure `Hold`; else VCDA's code */
    async listReplications({ site: name, list, after }: ReplicationsQuestion): Promise<ReplicationsPage> {
      const site = configured(deps, name);
      return asking('list of replications', { vm: { id: name, name } }, async () => {
        const all = await readings.once(list, `${name} replications`, async () => {
          const options = { resumedAt: 0, signal: cancellationSignal(), unreadable: passingOver(site) };
          const found = await site.replications({}, options).catch((error: unknown) => {
            if (error instanceof VcdaError && saysNo(error)) return null;
            throw error;
          });
          return found === null ? null : told(deps, found);
        });
        return all === null ? { items: null, next: null } : pageAfter(all, after);
      });
    },
  };
}

/** What somebody is at work with, or is to remove by itself, is no orphan. */
interface InHand {
  /** ids of VMs and replications that open runs and drills have */
  names: Set<string>;
  /** runs whose replications are kept for a while, and removed then */
  tidied: Set<string>;
}

async function inHand(deps: ActivityDeps, found: ListedReplication[]): Promise<InHand> {
  const orphans = found.filter(({ isOrphan }) => isOrphan);
  const pairs = new Map(
    orphans.flatMap(({ source, destination }) => {
      if (source === null || destination === null) return [];
      const pair = pairOf(source, destination);
      return [[pair.join('/'), pair] as const];
    }),
  );
  const held = await pMap(pairs.values(), (pair) => heldBetween(deps, pair), { concurrency: 1 });
  const names = held.flat().flatMap(({ claims }) => claims.flatMap(({ unit, also }) => [unit, ...also]));
  const runs = [...new Set(orphans.flatMap(({ run }) => run ?? []))];
  const waiting = await pMap(runs, (run) => isOpen(deps, tidyWorkflowId(run)), { concurrency: RUNS_AT_ONCE });
  return { names: new Set(names), tidied: new Set(runs.filter((_, at) => waiting[at])) };
}

const isInHand = ({ id, vm, run }: ListedReplication, { names, tidied }: InHand): boolean =>
  names.has(id) || (vm.id !== null && names.has(vm.id)) || (run !== null && tidied.has(run));

interface RunFact {
  is: NonNullable<ListedReplication['runIs']>;
  startedAt: string | null;
}

async function told(deps: ActivityDeps, found: VmReplication[]): Promise<ListedReplication[]> {
  const names = new Set(found.flatMap((one) => ownRun(deps, one) ?? []));
  const facts = new Map(
    await pMap(names, async (run) => [run, await factOf(deps, run)] as const, { concurrency: RUNS_AT_ONCE }),
  );
  const all = found.map((one) => listed(deps, one, facts)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const hand = await inHand(deps, all);
  return all.map((one) => (one.isOrphan && isInHand(one, hand) ? { ...one, isOrphan: false } : one));
}

/** Of a run of ours that the words after the mark name, as its hash confirms. */
function ownRun({ installation }: ActivityDeps, { settings }: VmReplication): string | null {
  const mark = readMark(settings?.description);
  return mark?.runName != null && hashed(installation, mark.runName) === mark.run ? mark.runName : null;
}

async function factOf(deps: ActivityDeps, run: string): Promise<RunFact> {
  try {
    const handle = deps.client.workflow.getHandle(runWorkflowId(run));
    const { status, startTime } = await askTemporal(deps, () => handle.describe());
    return { is: status.name === 'RUNNING' ? 'open' : 'over', startedAt: startTime.toISOString() };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const kept = await orAway(() => deps.store.run(run), { nonRetryable: false });
    return kept === null ? { is: 'forgotten', startedAt: null } : { is: 'over', startedAt: kept.head.startedAt };
  }
}

function listed(deps: ActivityDeps, one: VmReplication, facts: Map<string, RunFact>): ListedReplication {
  const { id, vmId = null, vmName = null, source, destination, isMigration, destinationState } = one;
  const mark = readMark(one.settings?.description);
  const run = ownRun(deps, one);
  const fact = run === null ? null : (facts.get(run) ?? null);
  const recovery = recoveryState(one);
  const latest = plausibleTime(destinationState?.latestInstance?.timestamp);
  return {
    id,
    vm: { id: vmId, name: vmName },
    source: source?.site ?? null,
    destination: destination?.site ?? null,
    vdc: destination?.vdcId == null ? null : { id: destination.vdcId, name: destination.vdcName ?? null },
    kind: isMigration == null ? null : isMigration ? 'migration' : 'protection',
    health: one.overallHealth ?? null,
    state: one.dataConnectionState ?? null,
    recovery,
    isPaused: one.isPaused === true,
    owner: one.owner ?? null,
    whose: run !== null ? 'ours' : mark === null ? 'unmarked' : 'another installation',
    run: run ?? mark?.runName ?? null,
    runIs: fact?.is ?? null,
    runStartedAt: fact?.startedAt ?? null,
    latest: latest == null ? null : iso(latest),
    // A protection outlives the run that began it.
    isOrphan: fact !== null && fact.is !== 'open' && (isMigration !== false || recovery === 'TEST'),
  };
}
