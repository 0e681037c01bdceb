import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder {
  path: string;
  write(name: string, text: string): string;
  remove(): void;
}

/** A folder for the files of one test. */
export function tempFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'drover-client-test-'));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
