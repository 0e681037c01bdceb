/** Since when units wait for what they wait for at their gates: pure. */
import type { CarriedRun } from '../../contract/inputs.js';
import { iso } from '../../contract/moment.js';
import type { VmReport, WaitingFor } from '../../contract/report.js';

export class Waits {
  #known: Map<string, { for: WaitingFor; since: number }>;

  constructor(carried: CarriedRun['waits'] = []) {
    this.#known = new Map(carried.map(([id, reason, since]) => [id, { for: reason, since }]));
  }

  get carried(): Pick<CarriedRun, 'waits'> {
    const waits = [...this.#known].map(([id, wait]): [string, WaitingFor, number] => [id, wait.for, wait.since]);
    return waits.length === 0 ? {} : { waits };
  }

  /** What each waits for by now. @param now epoch ms */
  note(vms: Pick<VmReport, 'id' | 'waitingFor'>[], now: number): void {
    const waiting = vms.flatMap(({ id, waitingFor }) => {
      if (waitingFor === null) return [];
      const known = this.#known.get(id);
      return [[id, known?.for === waitingFor ? known : { for: waitingFor, since: now }] as const];
    });
    this.#known = new Map(waiting);
  }

  /** With since when it waits; of one that has just begun to, nothing is known. */
  told(vm: VmReport): VmReport {
    const known = this.#known.get(vm.id);
    return known === undefined || known.for !== vm.waitingFor ? vm : { ...vm, waitingSince: iso(known.since) };
  }
}
