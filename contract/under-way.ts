/** What a site knows of the units that are on their way: asked by query, so that it costs nobody history. */
import type { VmStep } from './report.js';

export interface UnderWay {
  /** of the unit */
  workflowId: string;
  /** null: not told by what the site does for it */
  step: VmStep | null;
  /** it waits for a place at the site; null: its operation runs there */
  waitingFor: 'capacity' | 'brake' | null;
  /** since when it does so: epoch ms; absent: not told */
  since?: number;
  /** its operation meets trouble, of which its unit was told; absent: none */
  isTroubled?: true;
}
