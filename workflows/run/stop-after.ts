/** When a run's `stopAfter` pauses it: after how many failures, and after which that a person has not seen yet. Pure. */
import type { CarriedRun } from '../../contract/messages.js';
import { totalsOf, type VmReport } from '../../contract/report.js';
import type { Plan } from '../../plan/types.js';
import { type FailuresInRow, withEnded } from './failures-in-row.js';

export class StopAfter {
  readonly #limits: Plan['stopAfter'];
  /** failures that a person has seen when they resumed a run that was paused */
  #accepted: number;
  #inRow: FailuresInRow | null;

  constructor(limits: Plan['stopAfter'], carried?: Pick<CarriedRun, 'accepted' | 'inRow'>) {
    this.#limits = limits;
    this.#accepted = carried?.accepted ?? 0;
    this.#inRow = carried?.inRow ?? null;
  }

  get carried(): Pick<CarriedRun, 'accepted' | 'inRow'> {
    return { accepted: this.#accepted, inRow: this.#inRow };
  }

  /** This VM has ended, or has come to the end of its cutover. */
  ended(vm: VmReport): void {
    this.#inRow = withEnded(this.#inRow, vm);
  }

  /** A person has seen all that has failed so far. @param vms of the run, all of them */
  accept(vms: VmReport[]): void {
    this.#accepted = totalsOf(vms).failed;
    this.#inRow = null;
  }

  /** What has failed too often, as a sentence; null: nothing has. @param vms of the run, all of them */
  reached(vms: VmReport[]): string | null {
    if (this.#limits === null) return null;
    const { count = Infinity, percent = Infinity, sameCode = Infinity } = this.#limits;
    const row = this.#inRow;
    if (row !== null && row.vms.length >= sameCode) {
      const names = row.vms.map((id) => vms.find((vm) => vm.id === id)?.name ?? id).join(', ');
      return `${row.vms.length} cutovers in a row failed with ${row.code} (stopAfter): ${names}.`;
    }
    const { failed } = totalsOf(vms);
    const most = Math.min(count, (vms.length * percent) / 100);
    return failed > this.#accepted && failed >= most ? `${failed} of ${vms.length} VMs failed (stopAfter).` : null;
  }
}
