/**
 * Drover's mark in `settings.description`: of which run and unit a replication is, whatever became of tasks, names and
 * Temporal's record. Its first 32 characters decide alone; words for people follow, then their own text.
 */
import { createHash } from 'node:crypto';
import type { OperationRequest } from '../contract/operation.js';
import type { ActivityDeps } from './deps.js';

const PREFIX = 'drover1:';
/** Characters that decide alone. */
export const MARK_LENGTH = 32;
const WHOLE = /^drover1:([\w-]{12})([\w-]{12})(?: \[run (\S+), vm (\S+), (\S+)\])? ?/;

/** What a mark says; hashes, so that only who knows the names can tell whose it is. */
export interface Mark {
  run: string;
  unit: string;
  /** as the words after the mark say it, which a person may have edited; null: they were cut */
  runName: string | null;
  /** likewise */
  unitName: string | null;
}

/** As a mark has it, of a run or of a unit. */
export const hashed = (installation: string, name: string): string =>
  createHash('sha256').update(`${installation}\n${name}`).digest('base64url').slice(0, 12);

/** 32 characters. */
export const markOf = (installation: string, run: string, unit: string): string =>
  `${PREFIX}${hashed(installation, run)}${hashed(installation, unit)}`;

/** That of the run and VM that an operation is for. */
export const ownMark = (
  { installation }: Pick<ActivityDeps, 'installation'>,
  { run, vm }: Pick<OperationRequest, 'run' | 'vm'>,
): string => markOf(installation, run, vm.id);

/** The description that goes out: mark, words, the person's own text. */
export function describe(
  installation: string,
  { run, unit, operationId }: { run: string; unit: string; operationId: string },
  text: string,
): string {
  const marked = `${markOf(installation, run, unit)} [run ${run}, vm ${unit}, ${operationId}]`;
  return text === '' ? marked : `${marked} ${text}`;
}

/** null: none of Drover's, which proves nothing. */
export function readMark(description: string | null | undefined): Mark | null {
  const [, run, unit, runName = null, unitName = null] = WHOLE.exec(description ?? '') ?? [];
  return run === undefined || unit === undefined ? null : { run, unit, runName, unitName };
}

/** A description without the mark and its words. */
export const textOf = (description: string | null | undefined): string => (description ?? '').replace(WHOLE, '');

/** Of an earlier attempt of this run, of another run of this installation, of somebody else; null: there is no mark. */
export type MarkOwner = 'mine' | 'other-run' | 'not-ours' | null;

/** @param units ids that the VM has gone by, as the plan has it first: after a reverse it has another */
export function ownerOf(
  mark: Mark | null,
  installation: string,
  { run, units }: { run: string; units: string[] },
): MarkOwner {
  if (mark === null) return null;
  if (!units.some((unit) => hashed(installation, unit) === mark.unit)) return 'not-ours';
  return hashed(installation, run) === mark.run ? 'mine' : 'other-run';
}
