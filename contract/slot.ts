/** The places that a site lends, as they are asked for: plain JSON. */
import type { Priority } from './run-settings.js';
import type { VmRef } from './vm-ref.js';

/** A resource that site limits count: a running initial sync, or a VM in cutover. */
export type SlotKind = 'sync' | 'cutover';

/** What places are wanted for, in the order in which they are given: what undoes goes before all. */
export const PURPOSES = ['undo', 'before-cutover', 'first'] as const;
export type SlotPurpose = (typeof PURPOSES)[number];

export interface SlotRequest {
  slot: SlotKind;
  workflowId: string;
  run: string;
  vm: VmRef;
  /** the run's own share of this kind of slot; null: only the site's limit holds */
  share: number | null;
  /** of its run; absent: `normal` */
  priority?: Priority;
  /** absent: `first`, which is whatever is neither of the others */
  purpose?: SlotPurpose;
  /** of a cutover: a sync comes right before it, for which the site keeps places */
  syncs?: true;
  /** so many places at once, of a vApp one for each of its VMs; absent: one */
  places?: number;
}
