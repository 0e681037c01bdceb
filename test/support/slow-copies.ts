/** First copies that last until a test has seen what it came for, however long its machine takes to look. */
import type { Lab } from './lab.js';

/** Half a year of simulated time. */
const ENDLESS = 4e15;
const SMALL = 8 * 2 ** 30;

/** @param ids default: all VMs of the lab's source */
export function slowCopies(lab: Lab, ids = lab.plan().waves.flatMap(({ vms }) => vms.map(({ id }) => id))) {
  const resize = (which: string[], usedBytes: number) =>
    void lab.simulator.control.setVms(...which.map((id) => ({ id, usedBytes })));
  resize(ids, ENDLESS);
  /** Lets them end, or those named. */
  return (...which: string[]): void => resize(which.length > 0 ? which : ids, SMALL);
}
