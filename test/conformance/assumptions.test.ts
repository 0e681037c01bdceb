import { describe, expect, it } from '@jest/globals';
import { type Assumptions, assumptionTable } from '../../simulator/index.js';
import { runCases } from './support/runs.js';

/** What an alternative needs in order to be seen at all. */
const TOGETHER: Partial<Record<keyof Assumptions, Partial<Assumptions>>> = {
  lateTasks: { tasksVisibleAfter: 20_000 },
};

const ALTERNATIVES = Object.entries(assumptionTable).flatMap(([name, { alternatives }]) =>
  alternatives.map((alternative) => [name as keyof Assumptions, alternative] as const),
);

describe('an assumed case reports the alternative that the server shows', () => {
  it.each(ALTERNATIVES)('%s: %s', async (name, alternative) => {
    const assumptions = { ...TOGETHER[name], [name]: alternative };
    const rows = await runCases(({ row }) => row === name, { assumptions });
    expect([...rows.values()]).toEqual([expect.objectContaining({ verdict: 'otherwise', seen: String(alternative) })]);
  });
});
