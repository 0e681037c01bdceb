/**
 * Who holds the places of a site, who waits for them, and whose turn it is. Pure, and every change is idempotent, since what is
 * said may come twice.
 */
import type { SlotKind } from '../../contract/operation.js';
import type { Share } from '../../contract/run-settings.js';
import { PURPOSES, type SlotPurpose, type SlotRequest } from '../../contract/site.js';
import { Priorities } from './priorities.js';
import { inTurns, placesOf } from './turns.js';

/** What of the places for syncs is kept for those before a cutover, while such a cutover is due: in four, one. */
const KEPT_IN = 4;

/** Runs whose share is kept: the newest. */
const MOST_SHARES = 200;

export interface PlaceLimits {
  syncs: number;
  cutovers: number;
}

type SlotOf = Pick<SlotRequest, 'slot' | 'workflowId'>;

export class SitePlaces {
  readonly #holders: Map<string, SlotRequest>;
  readonly #queue: Map<string, SlotRequest>;

  /** of runs whose share has changed since their VMs may have been told, the newest last */
  readonly #shares: Map<string, Share>;

  readonly #priorities: Priorities;

  constructor(
    holders: SlotRequest[] = [],
    queue: SlotRequest[] = [],
    shares: Share[] = [],
    passed: Record<string, number> = {},
  ) {
    this.#priorities = new Priorities(passed);
    this.#shares = new Map(shares.map((one) => [one.run, one]));
    this.#holders = new Map(holders.map((one) => [keyOf(one), one]));
    this.#queue = new Map(queue.map((one) => [keyOf(one), one]));
  }

  get holders(): SlotRequest[] {
    return [...this.#holders.values()];
  }

  get queue(): SlotRequest[] {
    return [...this.#queue.values()];
  }

  get shares(): Share[] {
    return [...this.#shares.values()];
  }

  /** How many places higher priorities have got while others waited. */
  get passed(): Record<string, number> {
    return this.#priorities.carried;
  }

  /** From now on, also of those that ask with another; an older word says nothing. */
  share(share: Share): void {
    if ((this.#shares.get(share.run)?.at ?? Number.NEGATIVE_INFINITY) > share.at) return;
    this.#shares.delete(share.run);
    this.#shares.set(share.run, share);
    const [oldest] = this.#shares.keys();
    if (this.#shares.size > MOST_SHARES && oldest !== undefined) this.#shares.delete(oldest);
  }

  #withShare(one: SlotRequest): SlotRequest {
    const share = this.#shares.get(one.run);
    if (share === undefined) return one;
    const { priority } = share;
    const own = one.slot === 'sync' ? share.syncs : share.cutovers;
    return { ...one, share: own, ...(priority === undefined ? {} : { priority }) };
  }

  request(request: SlotRequest): void {
    if (!this.#queue.has(keyOf(request))) this.#queue.set(keyOf(request), request);
  }

  /** What runs at the site counts until it ends, whoever has forgotten that it was given a place. */
  hold(request: SlotRequest): void {
    if (!this.#holders.has(keyOf(request))) this.#holders.set(keyOf(request), request);
  }

  release(slot: SlotOf): void {
    this.#holders.delete(keyOf(slot));
    this.#queue.delete(keyOf(slot));
  }

  /** What a workflow knew whose place this one takes: of its holders, some may not have heard so. */
  recall({ holders, queue, shares = [] }: { holders: SlotRequest[]; queue: SlotRequest[]; shares?: Share[] }): void {
    for (const one of shares) this.share(one);
    for (const one of holders) this.hold(one);
    for (const one of [...holders, ...queue]) this.request(one);
  }

  forget(isGone: (one: SlotRequest) => boolean): void {
    for (const kept of [this.#holders, this.#queue]) {
      for (const [key, one] of kept) if (isGone(one)) kept.delete(key);
    }
  }

  /** A request of one that holds its place already is granted again, whatever else holds. */
  grantAgain(): SlotRequest[] {
    const again = [...this.#queue].filter(([key]) => this.#holders.has(key)).map(([, request]) => request);
    for (const request of again) this.#queue.delete(keyOf(request));
    return again;
  }

  /**
   * Takes from the queue whose turn it is, under the site's limits and each run's own share.
   * @param sendsNothing whether the copy of a workflow sends nothing: its place is lent on, and counts again when it does
   */
  grant({ syncs, cutovers }: PlaceLimits, sendsNothing: (workflowId: string) => boolean): SlotRequest[] {
    const granted = [
      ...this.#serve('sync', syncs, (one) => sendsNothing(one.workflowId)),
      ...this.#serve('cutover', cutovers, () => false),
    ];
    for (const request of granted) this.#holders.set(keyOf(request), request);
    return granted;
  }

  #serve(slot: SlotKind, limit: number, isLent: (one: SlotRequest) => boolean): SlotRequest[] {
    const holding = this.holders.filter((held) => held.slot === slot && !isLent(held));
    const granted: SlotRequest[] = [];
    const kept = slot === 'sync' && this.#isCutoverDue ? Math.floor(limit / KEPT_IN) : 0;
    for (const purpose of PURPOSES) {
      const held = [...holding, ...granted];
      // The queue may be long, and is looked at whenever anything changes at the site.
      if (placesOf(held) >= limit) break;
      const waiting = this.queue
        .filter((one) => one.slot === slot && purposeOf(one) === purpose)
        .map((one) => this.#withShare(one));
      if (waiting.length === 0) continue;
      const others = placesOf(held.filter((one) => purposeOf(one) !== 'first'));
      const most = purpose === 'first' ? Math.min(limit, others + limit - kept) : limit;
      // What undoes goes first whoever wants it.
      const { served, queue, isKept } =
        purpose === 'undo'
          ? inTurns(
              waiting.map((one) => ({ ...one, share: null })),
              held,
              most,
            )
          : this.#priorities.serve(`${slot} ${purpose}`, waiting, held, most);
      for (const one of waiting) this.#queue.delete(keyOf(one));
      for (const one of queue) this.#queue.set(keyOf(one), one);
      granted.push(...served);
      if (isKept) break;
    }
    return granted;
  }

  /** Somebody is to be cut over, and a sync comes right before it. */
  get #isCutoverDue(): boolean {
    return [...this.holders, ...this.queue].some(({ syncs }) => syncs === true);
  }
}

const purposeOf = ({ purpose = 'first' }: SlotRequest): SlotPurpose => purpose;

const keyOf = ({ slot, workflowId }: SlotOf): string => `${slot} ${workflowId}`;
