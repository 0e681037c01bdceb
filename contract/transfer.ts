/** How far operations are, as the poll of a site has seen it: told in its heartbeats, which cost no history. */
import { isMembers } from './members.js';

/** By the figures of its replication, or of its task. */
export interface Transfer {
  percent: number | null;
  /** null: the site does not say */
  bytes: number | null;
  bytesTotal: number | null;
  /** bytes a second, lately; null: not known yet */
  rate: number | null;
  /** epoch ms */
  seenAt: number;
}

/** Those of which a heartbeat tells, by the workflow ids of their units; none where it is of an earlier Drover. */
export function transfersIn(details: unknown): [workflowId: string, transfer: Transfer][] {
  if (!isMembers(details) || !isMembers(details['transfers'])) return [];
  return Object.entries(details['transfers']).filter((entry): entry is [string, Transfer] => isTransfer(entry[1]));
}

const isTransfer = (told: unknown): told is Transfer =>
  isMembers(told) &&
  typeof told['seenAt'] === 'number' &&
  ['percent', 'bytes', 'bytesTotal', 'rate'].every((key) => told[key] === null || typeof told[key] === 'number');
