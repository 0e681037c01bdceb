import type { Case } from '../../../conformance/case.js';
import { CASES } from '../../../conformance/cases/index.js';
import { type Row, run } from '../../../conformance/run.js';
import { type SimulatedOptions, simulatedTarget } from '../../../conformance/simulated.js';

/** Runs cases against a simulator of their own, and says when it failed by itself. */
export async function runCases(
  wanted: (one: Case) => boolean,
  options: SimulatedOptions = {},
): Promise<Map<string, Row>> {
  const target = await simulatedTarget(options);
  try {
    const { rows } = await run(target, CASES.filter(wanted));
    const { bugs } = target.simulator.control.stats();
    if (bugs.length > 0) throw new Error(`the simulator failed by itself:\n${bugs.join('\n')}`);
    return new Map(rows.map((row) => [row.id, row]));
  } finally {
    await target.close();
  }
}

export const byVerdict = (rows: Map<string, Row>, verdict: Row['verdict']): string[] =>
  [...rows.values()].filter((row) => row.verdict === verdict).map(({ id }) => id);
