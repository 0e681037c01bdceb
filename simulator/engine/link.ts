import type { EventQueue } from './event-queue.js';

export interface LinkOptions {
  /** what all transfers of one direction between two sites share */
  bytesPerSecond: number;
  /** what a single transfer can use at most (one replicator's data path) */
  perTransfer: number;
}

export interface Transfer {
  total: number;
  readonly done: () => void;
  /** bytes already sent when it (re)joined the link */
  sent: number;
  /** fair share at which it joined; null while it is not on the link */
  joinedAt: number | null;
}

/**
 * A link shared fairly: with n transfers each gets min(perTransfer, bytesPerSecond / n). Because the rate is the same
 * for all, one number, the bytes every transfer has received since the link exists ("share"), tells the progress of
 * each of them; only the next to finish has an event in the queue. Joining, leaving and finishing are O(log n).
 */
export class Link {
  readonly #queue: EventQueue;
  readonly #options: LinkOptions;
  readonly #finishing: { at: number; transfer: Transfer }[] = [];
  #active = 0;
  #share = 0;
  #shareAt: number;
  #generation = 0;

  constructor(queue: EventQueue, options: LinkOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#shareAt = queue.now;
  }

  get active(): number {
    return this.#active;
  }

  /** Puts a new transfer, or the rest of one that had left, on the link. */
  join(transfer: Transfer): void {
    this.#advance();
    transfer.joinedAt = this.#share;
    this.#active++;
    this.#insert({ at: this.#share + transfer.total - transfer.sent, transfer });
    this.#plan();
  }

  /** Takes a transfer off the link; what it has sent is kept. */
  leave(transfer: Transfer): void {
    if (transfer.joinedAt === null) return;
    this.#advance();
    transfer.sent = Math.min(transfer.total, transfer.sent + this.#share - transfer.joinedAt);
    transfer.joinedAt = null;
    this.#active--;
    this.#plan();
  }

  sent(transfer: Transfer): number {
    if (transfer.joinedAt === null) return transfer.sent;
    this.#advance();
    return Math.min(transfer.total, transfer.sent + this.#share - transfer.joinedAt);
  }

  /** ms until a transfer of this size would end if nothing else changed */
  estimate(bytes: number): number {
    return (bytes / this.#rate(Math.max(1, this.#active))) * 1000;
  }

  #rate(active: number): number {
    return Math.min(this.#options.perTransfer, this.#options.bytesPerSecond / active);
  }

  #advance(): void {
    const now = this.#queue.now;
    if (this.#active > 0) this.#share += ((now - this.#shareAt) / 1000) * this.#rate(this.#active);
    this.#shareAt = now;
  }

  #plan(): void {
    const generation = ++this.#generation;
    const next = this.#next();
    if (next === undefined) return;
    const seconds = Math.max(0, next.at - this.#share) / this.#rate(this.#active);
    this.#queue.after(seconds * 1000, () => {
      if (generation === this.#generation) this.#finish();
    });
  }

  #finish(): void {
    this.#advance();
    const next = this.#next();
    if (next === undefined) return;
    // The event belongs to this entry by construction; rounding of the shared counter must not postpone it.
    this.#share = Math.max(this.#share, next.at);
    this.#finishing.shift();
    next.transfer.sent = next.transfer.total;
    next.transfer.joinedAt = null;
    this.#active--;
    this.#plan();
    next.transfer.done();
  }

  /** The head of the list, after dropping entries of transfers that left (or left and joined again) meanwhile. */
  #next(): { at: number; transfer: Transfer } | undefined {
    for (let head = this.#finishing[0]; head !== undefined; head = this.#finishing[0]) {
      const { joinedAt, total, sent } = head.transfer;
      if (joinedAt !== null && head.at === joinedAt + total - sent) return head;
      this.#finishing.shift();
    }
    return undefined;
  }

  #insert(entry: { at: number; transfer: Transfer }): void {
    let low = 0;
    let high = this.#finishing.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#finishing[middle] as { at: number }).at <= entry.at) low = middle + 1;
      else high = middle;
    }
    this.#finishing.splice(low, 0, entry);
  }
}
