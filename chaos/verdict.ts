/** The verdict of a chaos run: clean, or what is not as it must be. */

import { inWords } from '../contract/words.js';
import { type Evidence, ITEMS, type Item, type Violation } from './evidence.js';
import { cutoversWithoutLeave } from './judge-leave.js';
import { differences } from './judge-report.js';
import { duplicateSubmissions } from './judge-submissions.js';
import { whereabouts } from './judge-whereabouts.js';
import type { ChaosOptions } from './options.js';
import { measureRecovery, RECOVERS_WITHIN, type Recovery } from './recovery.js';

export interface ChaosVerdict {
  clean: boolean;
  counts: Record<Item, number>;
  violations: Violation[];
  /** what a person was asked to decide; no violation */
  held: { vmId: string; code: string; message: string }[];
  /** duplicates that followed from such a decision; no violation */
  decided: Violation[];
  recovery: Recovery;
}

export function verdictOn(evidence: Evidence, { gate }: Pick<ChaosOptions, 'gate'>): ChaosVerdict {
  const { violations: duplicates, decided } = duplicateSubmissions(evidence);
  const recovery = measureRecovery(evidence.events, evidence.ledger, evidence.report);
  const general = (item: Item, messages: string[]): Violation[] =>
    messages.map((message) => ({ item, vmId: null, message }));
  const violations = [
    ...duplicates,
    ...whereabouts(evidence),
    ...cutoversWithoutLeave(evidence),
    ...differences(evidence),
    ...general('workflow', evidence.openWorkflows),
    ...general('process', evidence.leftProcesses),
    // Before a gate nothing moves, whoever lives.
    ...general('recovery', gate === 'none' ? slow(recovery) : []),
    ...general('simulator', evidence.bugs),
    ...general('incomplete', evidence.incomplete),
  ];
  const counts = Object.fromEntries(
    Object.keys(ITEMS).map((item) => [item, violations.filter((one) => one.item === item).length]),
  ) as Record<Item, number>;
  const held = evidence.held.map(({ vmId, hold }) => ({ vmId, code: hold.code, message: hold.message }));
  return { clean: violations.length === 0, counts, violations, held, decided, recovery };
}

function slow({ median }: Recovery): string[] {
  if (median === null || median <= RECOVERS_WITHIN) return [];
  return [
    `VMs moved again ${inWords(median)} after a worker was back, median; ${inWords(RECOVERS_WITHIN)} are allowed`,
  ];
}
