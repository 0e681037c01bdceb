/**
 * The shards of a run: begun, told what is wanted of them, and heard. They are abandoned on purpose, as units are: they outlive
 * the run's continue-as-new, and speak to its id, whichever execution of it is open.
 */
import { allHandlersFinished, getExternalWorkflowHandle, startChild } from '@temporalio/workflow';
import { isShardHeld, isShardWord } from '../../contract/guards.js';
import { shardHeldSignal, shardOrdersSignal, shardSaidSignal, shareSignal } from '../../contract/messages.js';
import { shardWorkflowId, siteWorkflowId } from '../../contract/names.js';
import { contractMemo } from '../../contract/number.js';
import type { Share } from '../../contract/run-settings.js';
import type { Pause, Piece, PlanHead } from '../../contract/shard.js';
import { endedWorkflows } from '../activities.js';
import { Alarm } from '../alarm.js';
import { hear } from '../hear.js';
import { sameLogins } from '../own-logins.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';
import { Check } from './checks.js';
import { hearSites, tellResumed } from './hear-sites.js';
import { shard } from './shard.js';
import type { Tree } from './tree.js';

/** How often it is asked whether shards that count as open still run: ms. */
const ASKED = { first: 60_000, longest: 10 * 60_000 };

interface Of {
  run: string;
  execution: string;
  plan: PlanHead;
}

export class Shards {
  readonly #tree: Tree;
  readonly #of: Of;
  readonly #lost = new Check(ASKED);
  readonly #alarm = new Alarm();
  /** sites that must be told of the last `resume` */
  readonly #resumed = new Set<string>();
  /** what sites must be told of the run's share; null: nothing */
  #share: Share | null = null;
  #changed = true;

  /** Registers the handlers of what shards and sites say, so that nothing said at the start is missed. */
  constructor(tree: Tree, of: Of) {
    this.#tree = tree;
    this.#of = of;
    hear(shardSaidSignal, isShardWord, (word) => {
      if (tree.said(word)) this.wake();
    });
    // A shard that has not heard of the last `resume` yet will, and tells its units.
    hear(shardHeldSignal, isShardHeld, ({ run, hold, askedAt }) => {
      if (run === of.run) this.#isHeld(askedAt, hold);
    });
    hearSites({
      away: tree.away,
      held: (askedAt, reason) => this.#isHeld(askedAt, reason),
      tellSites: (names) => this.tellSites(names),
    });
  }

  /** Pauses the run, unless that was refused before the last `resume`. */
  #isHeld(askedAt: number, reason: Pause): boolean {
    const isNew = askedAt >= this.#tree.resumedAt;
    if (isNew) this.#tree.pause(reason);
    this.wake();
    return isNew;
  }

  /** What was refused before the last `resume` is no longer, at these sites. */
  tellSites(names: string[]): void {
    for (const name of names) this.#resumed.add(name);
    this.wake();
  }

  /** The sites give out places by the run's new share and priority, to those who wait there already as well. */
  tellShares({ limits: { syncs, cutovers }, priority }: Pick<PlanHead, 'limits' | 'priority'>): void {
    const its = priority === undefined ? {} : { priority };
    this.#share = { run: this.#of.run, at: Date.now(), syncs: syncs ?? null, cutovers: cutovers ?? null, ...its };
    this.wake();
  }

  /** Something has changed that shards may have to be told. */
  wake(): void {
    this.#changed = true;
  }

  /** Begins them empty: each is loaded with its piece of the plan. */
  async begin(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, n) => this.#begin(n)));
  }

  /** Begins a shard that was added, with its piece. */
  async add({ shard: n, piece }: { shard: number; piece: Piece }): Promise<void> {
    await this.#begin(n, piece);
    this.#tree.started(n);
    this.wake();
  }

  async #begin(n: number, piece?: Piece): Promise<void> {
    const { run, execution, plan } = this.#of;
    const input = { run, shard: n, execution, startedAt: this.#tree.startedAt, plan };
    await startChild(shard, {
      workflowId: shardWorkflowId(run, n),
      args: [{ ...input, orders: this.#tree.ordersFor(n), ...(piece === undefined ? {} : { piece }) }],
      memo: { run, ...sameLogins(), ...contractMemo },
      parentClosePolicy: 'ABANDON',
    });
  }

  /** Tells the shards what has changed since the last time. */
  async tell(): Promise<void> {
    this.#changed = false;
    const { run } = this.#of;
    await Promise.all(
      this.#tree.news.map(async (orders) => {
        const handle = getExternalWorkflowHandle(shardWorkflowId(run, orders.shard));
        if (!(await signalIfOpen(handle, shardOrdersSignal, orders))) this.#isGone(orders.shard);
      }),
    );
    await this.#tellShare();
    const sites = [...this.#resumed];
    this.#resumed.clear();
    await tellResumed(sites, this.#tree.resumedAt);
  }

  async #tellShare(): Promise<void> {
    const share = this.#share;
    this.#share = null;
    if (share === null) return;
    const { source, destination } = this.#of.plan;
    const sites = [source.site, destination.site].map((name) => getExternalWorkflowHandle(siteWorkflowId(name)));
    await Promise.all(sites.map((site) => signalIfOpen(site, shareSignal, share)));
  }

  /** Waits until something happens; looks after shards that are lost meanwhile. @param most ms; null: for as long as it takes */
  async whenChanged(most: number | null = null): Promise<void> {
    const { open } = this.#tree;
    const wait = Math.min(most ?? Number.POSITIVE_INFINITY, this.#lost.wait(open.length, Date.now()));
    await this.#alarm.wait(() => this.#changed, wait);
    if (this.#lost.isDue(open.length, Date.now())) await this.#noticeLost();
  }

  async #noticeLost(): Promise<void> {
    const { run } = this.#of;
    const ids = new Map(this.#tree.begun.map((n) => [shardWorkflowId(run, n), n]));
    for (const workflowId of await endedWorkflows([...ids.keys()])) {
      const n = ids.get(workflowId);
      if (n !== undefined) this.#isGone(n);
    }
  }

  /** One that ends by itself says so first, so that its last word has come by now. */
  #isGone(n: number): void {
    if (this.#tree.open.includes(n)) this.#tree.lost(n);
    this.wake();
  }

  /**
   * Whether nobody waits for an answer, which only this execution can give, and sites know of the last `resume`. What shards
   * have not been told yet the next execution tells them: a run whose shards speak all the time must not wait for a silence.
   */
  get mayContinue(): boolean {
    return allHandlersFinished() && this.#resumed.size === 0 && this.#share === null;
  }
}
