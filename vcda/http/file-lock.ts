/**
 * One process of a machine at a time, by a lock file: the kernel's lock on it, which SQLite takes, goes with the process that
 * holds it, so that one that is killed leaves nothing to judge by its age.
 */
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'libsql';

/** ms between two tries */
const TRY_AGAIN = 50;

/** Another process has held the lock all the while. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
}

/**
 * Does `work` while no other process does. Where no lock file can be made, in a folder that is only for reading, it is done
 * without.
 * @param within ms to wait for the others @throws LockHeld
 */
export async function whileLocked<T>(file: string, within: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + within;
  const lock = opened(file);
  if (lock === null) return work();
  try {
    while (!isTaken(lock)) {
      if (performance.now() > end) throw new LockHeld(file);
      await delay(TRY_AGAIN);
    }
    return await work();
  } finally {
    // A connection that is closed may go only when it is collected, and its lock with it.
    if (lock.inTransaction) lock.exec('ROLLBACK');
    lock.close();
  }
}

function opened(file: string): Database.Database | null {
  try {
    const lock = new Database(file);
    lock.pragma('busy_timeout = 0');
    return lock;
  } catch {
    return null;
  }
}

/** @throws Error for anything but another's lock */
function isTaken(lock: Database.Database): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}
