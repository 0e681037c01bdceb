/** How workers name themselves to Temporal, so that others on the same machine can tell which of them are no more. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const IDENTITY = /^(?<pid>\d+)@(?<machine>.+)\/[0-9a-f]{8}$/;

/** The workers of this process, and what it can see of others. */
class OwnWorkers {
  readonly #open = new Set<string>();
  readonly #machine = machine();

  /** @returns the name of one that begins */
  begin(): string {
    const identity = `${process.pid}@${this.#machine}/${randomBytes(4).toString('hex')}`;
    this.#open.add(identity);
    return identity;
  }

  end(identity: string): void {
    this.#open.delete(identity);
  }

  /** Surely: Temporal lists one that has ended for five minutes more. Of another machine's nothing is sure. */
  isGone(identity: string): boolean {
    const { pid, machine: where } = IDENTITY.exec(identity)?.groups ?? {};
    if (where !== this.#machine) return false;
    if (Number(pid) === process.pid) return !this.#open.has(identity);
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
}

export const ownWorkers = new OwnWorkers();

/** Where a process id means the same process: containers have ids of their own, and names of hosts may repeat. */
function machine(): string {
  const boot = known(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8));
  const ids = known(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '');
  return [hostname(), boot, ids].filter((part) => part !== '').join('/');
}

/** Linux tells it. */
function known(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
