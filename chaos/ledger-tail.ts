/** How far the run is, read from the ledger as it grows. */
import type { LedgerEntry, LedgerKind } from '../simulator/index.js';
import type { SiteControl } from './site-control.js';

/** What a migration sends for each VM: start, migrate, delete. */
const OPERATIONS_PER_VM = 3;

const NOT_OPERATIONS: ReadonlySet<LedgerKind> = new Set(['power-off', 'power-on', 'recovered', 'removed']);

/** An operation that a site accepted, as opposed to what happened in the world because of it. */
export const isOperation = ({ kind }: Pick<LedgerEntry, 'kind'>): boolean => !NOT_OPERATIONS.has(kind);

export class LedgerTail {
  readonly #control: SiteControl;
  readonly #expected: number;
  readonly #startsByVm = new Set<string>();
  #seen = 0;
  #operations = 0;

  constructor(control: SiteControl, vms: number) {
    this.#control = control;
    this.#expected = vms * OPERATIONS_PER_VM;
  }

  async read(): Promise<void> {
    const news = await this.#control.ledger(this.#seen);
    this.#seen += news.length;
    for (const entry of news) {
      if (!isOperation(entry)) continue;
      this.#operations += 1;
      if (entry.kind === 'start' && entry.vmId !== null) this.#startsByVm.add(entry.vmId);
    }
  }

  /** share of the expected operations that were accepted */
  get progress(): number {
    return this.#operations / this.#expected;
  }

  hasStarted(vmId: string): boolean {
    return this.#startsByVm.has(vmId);
  }
}
