/** What a person is told of replications of a VM that stand beside the one that is worked on: one is somebody's, and may be the one that is meant. Pure. */

/** null: there is none */
export const besideWords = (its: string | null, beside: readonly string[], site: string): string | null =>
  beside.length === 0 ? null : `Beside replication ${its}, which is used, the VM has ${beside.join(', ')} at ${site}.`;
