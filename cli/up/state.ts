/** What `drover up` leaves beside the config for others to find: its lock, its pid, where its Temporal listens. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Env } from '../../temporal/connection.js';

const upFile = z.object({
  version: z.literal(1),
  /** of `drover up` itself */
  pid: z.int(),
  /** `host:port` of its Temporal; null until it serves */
  address: z.string().nullable(),
  uiUrl: z.string().nullable(),
  startedAt: z.string(),
  /** processes that it has started, and that end with it */
  children: z.array(z.int()),
});
export type UpFile = z.infer<typeof upFile>;

const ports = z.object({ temporal: z.int(), ui: z.int() });
export type Ports = z.infer<typeof ports>;

/** The folder of what Drover keeps on this machine: `DROVER_STATE`, else `.drover`, beside the config as the store is. */
export const stateFolder = (config: string | null, env: Env): string =>
  resolve(config === null ? '.' : dirname(config), env.DROVER_STATE || '.drover');

export class UpState {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** @throws what the system says */
  makeFolder(): void {
    // Histories are in it.
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** What the last `drover up` has written; null: it has ended in order, or there was none. */
  read(): UpFile | null {
    return this.#read('up.json', upFile);
  }

  write(file: UpFile): void {
    this.#write('up.json', file);
  }

  remove(): void {
    rmSync(this.path('up.json'), { force: true });
  }

  /** Those of the last time, so that what was told about them stays true. */
  ports(): Ports | null {
    return this.#read('ports.json', ports);
  }

  keepPorts(used: Ports): void {
    this.#write('ports.json', used);
  }

  #read<T>(name: string, schema: z.ZodType<T>): T | null {
    try {
      return schema.parse(JSON.parse(readFileSync(this.path(name), 'utf8')));
    } catch {
      return null;
    }
  }

  /** Whole or not at all, for whoever reads it meanwhile. */
  #write(name: string, content: unknown): void {
    const path = this.path(name);
    writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
