import { askTemporal, type Session } from '../session.js';
import { type DrillEvidence, drillEvidence } from './drill-evidence.js';
import { type DrillHistory, drillHistory } from './drill-history.js';
import { type DrillSummary, summarizeDrill } from './list-drills.js';
import { requireSchedule, scheduleHandle } from './schedules.js';
import { type Triggered, triggerDrill } from './trigger-drill.js';

/** One drill by its name: its schedule, and its past. What concerns the schedule throws DrillNotFound when there is none. */
export class DrillHandle {
  readonly drill: string;
  readonly #session: Session;

  constructor(session: Session, drill: string) {
    this.drill = drill;
    this.#session = session;
  }

  /**
   * The schedule as it is now.
   * @example
   * ```ts
   * const { nextTimes, paused } = await drill.show();
   * ```
   */
  async show(): Promise<DrillSummary> {
    return summarizeDrill(this.#session, await requireSchedule(this.#session, this.drill));
  }

  /**
   * No drill begins by itself any more; one that runs goes on. `note` is shown to whoever looks.
   * @example
   * ```ts
   * await drill.pause('storage at lyon is full');
   * ```
   */
  async pause(note: string): Promise<void> {
    await requireSchedule(this.#session, this.drill);
    await askTemporal(this.#session, () => scheduleHandle(this.#session, this.drill).pause(note));
  }

  /**
   * Drills begin again from the next time on; what was missed in between is not made up for.
   * @example
   * ```ts
   * await drill.resume('there is room again');
   * ```
   */
  async resume(note = 'resumed by a person'): Promise<void> {
    await requireSchedule(this.#session, this.drill);
    await askTemporal(this.#session, () => scheduleHandle(this.#session, this.drill).unpause(note));
  }

  /**
   * Starts the drill now, as its schedule has it. @throws DrillRunning, NoWorker
   * @example
   * ```ts
   * const { run: id } = await drill.trigger();
   * if (id !== null) await drover.run(id).wait();
   * ```
   */
  trigger(): Promise<Triggered> {
    return triggerDrill(this.#session, this.drill);
  }

  /**
   * Removes the schedule; a drill that runs goes on, and the runs of the past stay. Returns what was removed.
   * @example
   * ```ts
   * await drill.unschedule();
   * ```
   */
  async unschedule(): Promise<DrillSummary> {
    const removed = await this.show();
    await askTemporal(this.#session, () => scheduleHandle(this.#session, this.drill).delete());
    return removed;
  }

  /**
   * The drills of this name that Temporal still knows, newest first; default: the newest 10. @throws DrillNotFound
   * @example
   * ```ts
   * const { runs, more } = await drill.history({ limit: 4 });
   * ```
   */
  history(options: { limit?: number | null } = {}): Promise<DrillHistory> {
    return drillHistory(this.#session, this.drill, options.limit === undefined ? 10 : options.limit);
  }

  /**
   * What its drills since a moment were to prove, and did, oldest first; those that Temporal has forgotten as well.
   * @param since ISO 8601 in UTC @throws DrillNotFound
   * @example
   * ```ts
   * const { drills } = await drill.evidence('2026-01-01T00:00:00Z');
   * ```
   */
  evidence(since: string): Promise<DrillEvidence> {
    return drillEvidence(this.#session, this.drill, since);
  }
}
