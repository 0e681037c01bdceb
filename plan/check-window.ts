import type { Problem } from './source/problem.js';
import type { Source } from './source/yaml-document.js';
import type { Plan } from './types.js';

/** Whether nothing could be cut over any more, if a run of the plan began at `now`: its copies would be made for nothing. */
export const isWindowOver = ({ cutover: { window } }: Pick<Plan, 'cutover'>, now: Date): boolean =>
  window !== null && Date.parse(window.closes) <= now.getTime();

/** Adds to `problems` when the window is over for a run that begins at `begins`; null: nothing is to begin. */
export function checkWindow(
  source: Source,
  plan: Pick<Plan, 'cutover'>,
  begins: Date | null,
  problems: Problem[],
): void {
  if (begins === null || !isWindowOver(plan, begins)) return;
  problems.push({
    ...source.at(['cutover', 'window', 'closes']),
    message: `cutover.window is over: it closed at ${plan.cutover.window?.closes}`,
    expected: 'moments that are still to come, or no window',
  });
}
