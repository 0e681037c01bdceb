/** When a run's `stopAfter` pauses it: after how many failures, and after which that a person has not seen yet. Pure. */
import type { CarriedTree } from '../../contract/inputs.js';
import type { RunTotals } from '../../contract/report.js';
import type { CutoverEnd } from '../../contract/shard.js';
import type { Plan } from '../../plan/types.js';
import { withEnded } from './failures-in-row.js';

type Counts = Pick<RunTotals, 'vms' | 'failed'>;

export class StopAfter {
  #limits: Plan['stopAfter'];
  /** failures that a person has seen when they resumed a run that was paused */
  #accepted: number;
  #inRow: CarriedTree['inRow'];

  constructor(limits: Plan['stopAfter'], carried?: Pick<CarriedTree, 'accepted' | 'inRow'>) {
    this.#limits = limits;
    this.#accepted = carried?.accepted ?? 0;
    this.#inRow = carried?.inRow ?? null;
  }

  get carried(): Pick<CarriedTree, 'accepted' | 'inRow'> {
    return { accepted: this.#accepted, inRow: this.#inRow };
  }

  /** From now on. */
  set(limits: Plan['stopAfter']): void {
    this.#limits = limits;
  }

  ended(end: CutoverEnd): void {
    this.#inRow = withEnded(this.#inRow, end);
  }

  /** A person has seen all that has failed so far. */
  accept({ failed }: Counts): void {
    this.#accepted = failed;
    this.#inRow = null;
  }

  /** Failures that are tried again are none that a person has accepted. */
  seen({ failed }: Pick<Counts, 'failed'>): void {
    this.#accepted = Math.min(this.#accepted, failed);
  }

  /** What has failed too often, as a sentence; null: nothing has. @param counts of the whole run */
  reached({ vms, failed }: Counts): string | null {
    if (this.#limits === null) return null;
    const { count = Infinity, percent = Infinity, sameCode = Infinity } = this.#limits;
    const row = this.#inRow;
    if (row !== null && row.ends.length >= sameCode) {
      const names = row.ends.map(({ name }) => name).join(', ');
      return `${row.ends.length} cutovers in a row failed with ${row.code} (stopAfter): ${names}.`;
    }
    const most = Math.min(count, (vms * percent) / 100);
    return failed > this.#accepted && failed >= most ? `${failed} of ${vms} VMs failed (stopAfter).` : null;
  }
}
