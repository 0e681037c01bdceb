/** How far what is waited for is, from one look at a site to the next. */
import type { Transfer } from '../contract/transfer.js';
import { type Watch, watchKey } from '../contract/watch.js';
import type { Task, VmReplication } from '../vcda/index.js';

/** The rate is measured over so long: ms. */
const LATELY = 120_000;
/** A heartbeat is a message of Temporal: copies of which it tells. */
const MOST = 1_000;

interface Sample {
  at: number;
  bytes: number;
}

interface Seen {
  workflowId: string;
  transfer: Transfer;
  /** by which the rate is measured, the older first */
  samples: Sample[];
}

export class Transfers {
  readonly #seen = new Map<string, Seen>();
  readonly #now: () => number;

  /** @param now epoch ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Forgets what is waited for no more. */
  follow(watches: Watch[]): void {
    const kept = new Set(watches.map(watchKey));
    for (const key of this.#seen.keys()) if (!kept.has(key)) this.#seen.delete(key);
  }

  /** Of what goes on. */
  saw(watch: Watch, task: Task | undefined, replication: VmReplication | null | undefined): void {
    const isCopying = watch.phase === 'sync';
    const { progress, bytesTransferred, bytesToTransfer } = (isCopying && replication?.sourceState?.progress) || {};
    const percent = progress ?? (isCopying ? null : (task?.progress ?? null));
    const bytes = bytesTransferred ?? null;
    if (percent === null && bytes === null) return;
    const key = watchKey(watch);
    const at = this.#now();
    const samples = bytes === null ? [] : [...this.#lately(key, bytes, at), { at, bytes }];
    const transfer = { percent, bytes, bytesTotal: bytesToTransfer ?? null, rate: rateOf(samples), seenAt: at };
    this.#seen.set(key, { workflowId: watch.workflowId, transfer, samples });
  }

  /** None of what came before a copy that has begun anew. */
  #lately(key: string, bytes: number, at: number): Sample[] {
    const samples = this.#seen.get(key)?.samples ?? [];
    if (samples.some((one) => one.bytes > bytes)) return [];
    const first = samples.findLastIndex((one) => one.at <= at - LATELY);
    return samples.slice(Math.max(0, first));
  }

  /** By the workflow ids of their units. */
  get told(): Record<string, Transfer> {
    return Object.fromEntries([...this.#seen.values()].slice(0, MOST).map((one) => [one.workflowId, one.transfer]));
  }
}

function rateOf(samples: Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < 1_000) return null;
  return Math.round((last.bytes - first.bytes) / ((last.at - first.at) / 1_000));
}
