/**
 * What a site bears in a second is divided among the workers that poll its queue, as Temporal has seen them. Together they
 * send no more than it, taking turns where they are more than may send in a second, also while one comes: it sends nothing before all others must have counted it. One that was killed
 * counts for the five minutes that Temporal lists it, unless it was one of this machine, where its end shows at once. Where
 * Temporal refuses to list them, each takes itself for one of four.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { siteLimitsQuery } from '../contract/messages.js';
import { siteWorkflowId } from '../contract/names.js';
import { isRefusedQuestion, type Poller, pollersOf } from '../temporal/pollers.js';
import type { Part, Site } from '../vcda/index.js';

/** Whoever sends something has counted the others within it: ms. */
const HOLDS = 5_000;
/** What another sent last may have left this late: ms. */
const SECOND = 1_000;
/** One that is not listed at the moment, as when Temporal has just begun anew, counts so long: ms. */
const REMEMBERED = 15_000;
/** Of a question to Temporal: ms. */
const PATIENCE = 5_000;
/** Between two looks while this one waits to be listed, and how long it waits for that: ms. */
const LISTED = { look: 200, within: 10_000 };
const AFTER_FAILURE = 1_000;
/** How many workers there are taken to be where nobody may count them. */
const UNCOUNTED = 4;
/** How often it is asked which limit a person has set: ms. */
const LIMIT_ASKED = 10_000;

export interface SharedRateOptions {
  client: Client;
  site: Site;
  /** of the site's calls */
  queue: string;
  /** of this worker, as it polls the queue */
  identity: string;
  /** whether a worker is known to be no more */
  isGone: (identity: string) => boolean;
  /** hears once that the workers of the site cannot be counted */
  warn: (message: string, about: { site: string; error: unknown; advice: string }) => void;
}

export class SharedRate {
  readonly #of: SharedRateOptions;
  /** others, with when each was listed last: epoch ms */
  readonly #others = new Map<string, number>();
  /** when the count was begun that holds: epoch ms */
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;
  #isAdmitted = false;
  #limitAskedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #isRefused = false;
  #hasWarned = false;

  constructor(of: SharedRateOptions) {
    this.#of = of;
    of.site.divideRate(() => this.#among());
  }

  /** The worker polls: the others are counted by the time that it has something to send, as after all of them were killed. */
  begin(): void {
    void this.#among();
  }

  /** The worker has ended: what it still sends waits for nobody. */
  close(): void {
    this.#isClosed = true;
  }

  async #among(): Promise<Part> {
    if (!this.#isClosed && Date.now() - this.#countedAt >= HOLDS) {
      this.#counting ??= this.#count().finally(() => {
        this.#counting = null;
      });
      await this.#counting;
    }
    const own = this.#of.identity;
    const counted = 1 + this.#others.size;
    if (this.#isRefused) {
      const count = Math.max(UNCOUNTED, counted);
      return { count, place: placeByChance(own, count) };
    }
    // All know each other by the same names, and so which is the how-manieth.
    const place = [...this.#others.keys()].filter((other) => other < own).length;
    return { count: counted, place };
  }

  /** Ends once it is known how many there are, and this one may send. */
  async #count(): Promise<void> {
    const unlisted = Date.now() + LISTED.within;
    while (!this.#isClosed) {
      const began = Date.now();
      const listed = await this.#listed();
      if (listed === 'refused') return this.#holdsFrom(began);
      // Others may have come; and whatever is found out meanwhile, nobody could be told of it.
      if (listed === null) {
        await pause(AFTER_FAILURE);
        continue;
      }
      const seen = Date.now();
      this.#note(listed, seen);
      void this.#followLimit();
      const isListed = listed.some(({ identity }) => identity === this.#of.identity) || began >= unlisted;
      if (this.#isAdmitted || (isListed && this.#others.size === 0)) return this.#holdsFrom(began);
      if (isListed) this.#isAdmitted = true;
      await pause(isListed ? seen + HOLDS + SECOND - Date.now() : LISTED.look);
    }
  }

  #holdsFrom(moment: number): void {
    this.#isAdmitted = true;
    this.#countedAt = moment;
  }

  #note(listed: Poller[], now: number): void {
    const { identity: own, isGone } = this.#of;
    for (const { identity } of listed) if (identity !== own) this.#others.set(identity, now);
    for (const [identity, at] of this.#others)
      if (isGone(identity) || now - at >= REMEMBERED) this.#others.delete(identity);
  }

  /** null: Temporal does not say, and may the next time */
  async #listed(): Promise<Poller[] | 'refused' | null> {
    const { client, queue } = this.#of;
    try {
      const listed = await client.withDeadline(Date.now() + PATIENCE, () => pollersOf(client, queue, 'activity'));
      this.#isRefused = false;
      return listed;
    } catch (error) {
      if (!isRefusedQuestion(error)) return null;
      this.#isRefused = true;
      this.#warn(error);
      return 'refused';
    }
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { site, queue, warn } = this.#of;
    warn(`Temporal does not list the workers of this site: each sends 1/${UNCOUNTED} of its requestsPerSecond`, {
      site: site.name,
      error,
      advice: `Let the workers' credentials describe the task queue ${queue} (DescribeTaskQueue).`,
    });
  }

  /** The worker that polls the site is told anyway; this may be another, or one that has nothing to poll for. */
  async #followLimit(): Promise<void> {
    if (Date.now() - this.#limitAskedAt < LIMIT_ASKED) return;
    this.#limitAskedAt = Date.now();
    const { client, site } = this.#of;
    try {
      const limits = await client.withDeadline(Date.now() + PATIENCE, () =>
        client.workflow.getHandle(siteWorkflowId(site.name)).query(siteLimitsQuery),
      );
      site.setRate(limits.requestsPerSecond ?? site.config.limits.requestsPerSecond);
    } catch {
      // Nobody has set one, or nobody answers: what was known holds.
    }
  }
}

/** Of those who do not know each other: the first place would be that of all of them. */
const placeByChance = (identity: string, count: number): number =>
  createHash('sha256').update(identity).digest().readUInt32BE() % count;

/** Keeps no process that is over. @param ms */
const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false });
