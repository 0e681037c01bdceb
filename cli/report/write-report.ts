/** A report as a file: whole or as it was before, for its owner alone, and nowhere but where it was asked for. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { whyUnwritable } from '../../client/file-trouble.js';
import { BadInput } from '../../plan/source/problem.js';

/** @param pieces of its text @throws BadInput when it cannot be written: what stood there before then stands there still */
export function writeReport(file: string, pieces: Iterable<string>): void {
  try {
    const there = whatIs(file);
    if (there?.isSymbolicLink())
      throw refused(file, 'is a link, which a report does not follow', 'name the file itself');
    // A pipe or a device takes what it is given, and is nothing that another file could take the place of.
    if (there === null || there.isFile()) replace(file, pieces);
    else writeInto(openSync(file, constants.O_WRONLY | constants.O_NOFOLLOW), pieces);
  } catch (error) {
    throw error instanceof BadInput ? error : refused(file, whyUnwritable(error));
  }
}

/** null: nothing yet */
function whatIs(file: string): Stats | null {
  return lstatSync(file, { throwIfNoEntry: false }) ?? null;
}

function replace(file: string, pieces: Iterable<string>): void {
  const beside = join(dirname(file), `.${basename(file).slice(0, 64)}.${randomBytes(6).toString('hex')}`);
  // Made by nobody else, and readable by nobody else from its first byte on.
  const made = openSync(beside, 'wx', 0o600);
  try {
    writeInto(made, pieces);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** By way of a descriptor each is added to what was written before; of a text that is one piece, all at once. */
function writeInto(descriptor: number, pieces: Iterable<string>): void {
  try {
    for (const piece of typeof pieces === 'string' ? [pieces] : pieces) writeFileSync(descriptor, piece);
    sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A disk that is full may say so only now; a pipe or a terminal has nothing to say. */
function sync(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  }
}

function refused(file: string, message: string, hint?: string): BadInput {
  return new BadInput([{ file, line: null, column: null, message, ...(hint === undefined ? {} : { hint }) }]);
}
