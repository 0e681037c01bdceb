/**
 * A world that outlives its process. Everything in it follows from its seed and from what was asked of it and when, so
 * what is kept is just that: one line for each request that may change something, written before it is acted on. A world
 * is brought back by asking it all again, at the same simulated moments; its time goes on meanwhile, as that of real sites.
 */
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Assumptions } from './assumptions.js';
import { wallNow } from './clock.js';
import type { ClockChange, VmChange } from './control.js';
import type { LinkOptions } from './engine/link.js';
import type { ActiveFault } from './faults.js';
import type { User } from './users.js';
import type { Oddity } from './world/tasks.js';

/** How a world began; the first line. */
export interface Beginning {
  version: 1;
  /** wall ms */
  startedAt: number;
  seed: number;
  speed: number;
  vms: number;
  sites: { name: string; port: number; apiVersion?: string }[];
  assumptions?: Partial<Assumptions>;
  vmChanges?: VmChange[];
  clocks?: Record<string, ClockChange>;
  link?: Partial<LinkOptions>;
}

/** A request that may have changed the world. */
export interface Deed {
  /** wall ms up to which everything had happened */
  wall: number;
  /** at which it was asked */
  site: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: unknown;
  /** the users that its session had, by site; absent: it needed none */
  as?: Record<string, User>;
  /** the faults that struck it: rules themselves are not kept */
  planted?: ActiveFault;
  odd?: Oddity;
}

export class Journal {
  /** null: nothing is kept yet */
  readonly beginning: Beginning | null;
  readonly deeds: Deed[];
  readonly #file: string;
  /** the deed that is done again; null: the world lives */
  #again: Deed | null = null;
  /** wall ms of a world that does not live yet */
  #stands: number | null;
  #read = 0;
  /** wall ms of the deed that is being done: all of it at one moment, as when it is done again */
  #held: number | null = null;

  /** @throws Error for a file that is no such journal */
  constructor(file: string) {
    this.#file = file;
    const lines = existsSync(file) ? wholeLines(readFileSync(file, 'utf8')) : [];
    const [first, ...deeds] = lines.map((line) => JSON.parse(line) as unknown);
    if (first !== undefined && (first as Partial<Beginning>).version !== 1)
      throw new Error(`${file} is no world of this simulator`);
    this.beginning = (first as Beginning | undefined) ?? null;
    this.deeds = deeds as Deed[];
    this.#stands = this.beginning?.startedAt ?? Math.round(wallNow());
  }

  /** The wall as the world's clock reads it. */
  readonly now = (): number => {
    this.#read = this.#again?.wall ?? this.#stands ?? this.#held ?? wallNow();
    return this.#read;
  };

  get again(): Deed | null {
    return this.#again;
  }

  /** Has each deed done again, in order, at its moment. */
  async repeat(act: (deed: Deed) => Promise<unknown>): Promise<void> {
    for (const deed of this.deeds) {
      this.#again = deed;
      await act(deed);
      this.#stands = deed.wall;
    }
    this.#again = null;
  }

  /** From here on time runs, and what is asked is kept. */
  live(beginning: Omit<Beginning, 'version' | 'startedAt'>): void {
    if (this.beginning === null) {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      closeSync(openSync(this.#file, 'a', 0o600));
      this.#write({ version: 1, startedAt: this.#stands, ...beginning });
    }
    this.#stands = null;
  }

  /** The last look at the clock is the moment up to which the world has come, and stays it until the deed is done. */
  keep(deed: Omit<Deed, 'wall'>): void {
    if (this.#again !== null) return;
    this.#write({ wall: this.#read, ...deed });
    this.#held = this.#read;
    setImmediate(() => {
      this.#held = null;
    });
  }

  #write(line: unknown): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** The last one may have been cut by a kill; nothing had come of it. */
const wholeLines = (text: string): string[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);

/** How the world that a file keeps began; null: there is no such file. */
export const beginningOf = (file: string): Beginning | null => new Journal(file).beginning;
