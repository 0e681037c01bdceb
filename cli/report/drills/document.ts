/** The drills of one name over time, as a document that stands for itself. */
import type { DrillEvidence, DrillRecord } from '../../../client/drills/drill-evidence.js';
import { checksumOf } from '../checksum.js';

/** Grows when a member goes, or means something else. */
export const DRILLS_VERSION = 1;

export interface DrillsDocument {
  version: typeof DRILLS_VERSION;
  drill: string;
  /** drills that began then or later are told: ISO 8601 in UTC */
  since: string;
  /** oldest first */
  drills: DrillRecord[];
  /** why some that Temporal has forgotten may be missing; null: none is */
  missing: string | null;
  writtenAt: string;
  /** version of Drover, which has written the document */
  writtenBy: string;
  /** `sha256:` and hex, of the document without `writtenAt`, `writtenBy` and `checksum`, as JSON without white space */
  checksum: string;
}

export function drillsDocument(
  { drill, since, drills, missing }: DrillEvidence,
  by: string,
  at: Date = new Date(),
): DrillsDocument {
  const told = { version: DRILLS_VERSION, drill, since, drills, missing } as const;
  const checksum = checksumOf([JSON.stringify(told)]);
  return { ...told, writtenAt: at.toISOString(), writtenBy: by, checksum };
}
