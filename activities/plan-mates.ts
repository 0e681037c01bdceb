/** Which VMs the plan of a run names, asked of its shards by what may tell them: their rows are never read for it. */
import { cancelled } from '@temporalio/activity';
import { type AlikeInput, type AlikeVm, alikeOf } from '../contract/alike.js';
import type { KeptVms, PageStart } from '../contract/evidence.js';
import { type Ask, askAlike, askBy } from '../contract/read-run.js';
import { MOST_IN_SHARD } from '../contract/shard.js';
import type { Store } from '../store/index.js';
import type { ActivityDeps } from './deps.js';
import { SharedReading } from './shared-reading.js';

/** Of each call: ms. */
const PATIENCE = 10_000;

export class PlanMates {
  readonly #ask: Ask;
  readonly #store: Pick<Store, 'run' | 'vms'>;
  readonly #byRun = new Map<string, SharedReading<AlikeInput, AlikeVm[]>>();

  constructor(ask: Ask, store: Pick<Store, 'run' | 'vms'>) {
    this.#ask = ask;
    this.#store = store;
  }

  /** Many VMs of a run ask at once, and one question to each shard serves them. */
  async of(run: string, asked: AlikeInput): Promise<AlikeVm[]> {
    const shared = this.#byRun.get(run) ?? new SharedReading((all: AlikeInput[]) => this.#read(run, all));
    this.#byRun.set(run, shared);
    return alikeOf(await shared.read(asked), asked);
  }

  #read(run: string, all: AlikeInput[]): Promise<AlikeVm[]> {
    const asked: AlikeInput = {
      ids: [...new Set(all.flatMap(({ ids }) => ids))],
      names: [...new Set(all.flatMap(({ names }) => names))],
      copies: [...new Set(all.flatMap(({ copies }) => copies))],
    };
    return askAlike(this.#ask, run, asked, (shard) => this.#keptOf(run, shard, asked));
  }

  /** Of a shard that has ended so long ago that Temporal has forgotten it. */
  async #keptOf(run: string, shard: number, asked: AlikeInput): Promise<AlikeVm[]> {
    const of = await this.#store.run(run);
    const found: AlikeVm[] = [];
    if (of === null) return found;
    let from: PageStart | null = { position: shard * MOST_IN_SHARD, unit: '' };
    while (from !== null) {
      const page: KeptVms = await this.#store.vms({ of, from, until: (shard + 1) * MOST_IN_SHARD });
      found.push(...alikeOf(page.vms, asked));
      from = page.next;
    }
    return found;
  }
}

const ofWorker = new WeakMap<ActivityDeps, PlanMates>();

/** As {@link PlanMates.of}, until the activity is cancelled. */
export function planMates(deps: ActivityDeps, run: string, asked: AlikeInput): Promise<AlikeVm[]> {
  const { client, store } = deps;
  const ask = askBy(client);
  // Not for one activity alone, so that the end of one does not end it for the others.
  const mates =
    ofWorker.get(deps) ??
    new PlanMates((...question) => client.workflow.withDeadline(Date.now() + PATIENCE, () => ask(...question)), store);
  ofWorker.set(deps, mates);
  return Promise.race([mates.of(run, asked), cancelled()]);
}
