/**
 * What a person is told of replications of a VM that stand beside the one that is worked on: they are somebody's, and one of
 * them may be the one that is meant. Nothing is done with them. Pure.
 */
import type { OperationKind } from '../../../contract/operation.js';

/** What becomes of the VM that they copy. */
const EFFECTS: Partial<Record<OperationKind, string>> = {
  migrate: 'The migrate switches the VM off that they copy as well.',
  reverse: 'The reverse removes the VM that they copy as well.',
};

/** @param kind what is about to be sent; absent: nothing that others would notice @returns null: there is none */
export function besideWords(
  its: string | null,
  beside: readonly string[],
  site: string,
  kind?: OperationKind,
): string | null {
  if (beside.length === 0) return null;
  const effect = kind === undefined ? undefined : EFFECTS[kind];
  const told = `Beside replication ${its}, which is used, the VM has ${beside.join(', ')} at ${site}.`;
  return effect === undefined ? told : `${told} ${effect}`;
}
