/** What was done to whom and when, beside the ledger: for the schedule, the recovery times and the timelines. */

export type EventKind =
  | 'worker-started'
  | 'worker-killed'
  | 'worker-ended'
  | 'server-killed'
  | 'server-started'
  | 'server-wedged'
  | 'database-killed'
  | 'database-started'
  | 'sessions-lost'
  | 'steered'
  | 'held'
  | 'run';

export interface ChaosEvent {
  /** epoch ms */
  at: number;
  kind: EventKind;
  text: string;
  /** workers that run after it, where it concerns workers */
  alive?: number;
  vmId?: string;
}

export class Journal {
  readonly events: ChaosEvent[] = [];
  readonly #say: (line: string) => void;
  readonly #began: number;

  constructor(say: (line: string) => void, began = Date.now()) {
    this.#say = say;
    this.#began = began;
  }

  add(kind: EventKind, text: string, more: { alive?: number; vmId?: string; at?: number } = {}): void {
    const event = { at: Date.now(), kind, text, ...more };
    this.events.push(event);
    this.#say(`${sinceText(event.at - this.#began)}  ${text}`);
  }

  get began(): number {
    return this.#began;
  }

  count(kind: EventKind): number {
    return this.events.filter((event) => event.kind === kind).length;
  }
}

/** `+0:12.345` */
export function sinceText(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  const rest = (seconds % 60).toFixed(3).padStart(6, '0');
  return `${ms < 0 ? '-' : '+'}${Math.floor(seconds / 60)}:${rest}`;
}
