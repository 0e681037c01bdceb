/** One `drover up` for a folder. SQLite's lock on a file is the system's: it is gone with its process, however that ends. */
import Database from 'libsql';

export interface Hold {
  release(): void;
}

/** @returns null when another process holds it */
export function takeHold(file: string): Hold | null {
  const database = new Database(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (/locked|busy/i.test(String(error))) return null;
    throw error;
  }
}
