import type { Process, Wait } from '../engine/process.js';
import { remoteAuthenticationFailure, siteUnreachable, TaskFailure } from '../errors.js';
import { between } from '../random.js';
import type { Task } from '../world/tasks.js';
import type { World } from '../world/world.js';
import type { Caller, PlantedFailure } from './caller.js';

/** What a running operation knows: its task, whose call it was, how long its next stage takes. */
export class Operation {
  readonly world: World;
  readonly task: Task;
  readonly caller: Caller;
  readonly #key: string;
  readonly #planted: PlantedFailure | undefined;
  /** a part of a vApp operation: the task's progress is not its own */
  readonly #part: boolean;
  #draws = 0;

  constructor(world: World, task: Task, caller: Caller, key: string, planted?: PlantedFailure, part = false) {
    this.world = world;
    this.task = task;
    this.caller = caller;
    this.#key = key;
    this.#planted = planted;
    this.#part = part;
  }

  /** The same operation on one VM of a vApp. */
  part(key: string): Operation {
    return new Operation(this.world, this.task, this.caller, `${this.#key}:${key}`, this.#planted, true);
  }

  /** a duration between two figures, in ms */
  seconds(low: number, high: number): number {
    return between(this.world.seed, low, high, this.#key, this.#draws++) * 1000;
  }

  /** Lets time pass while the task's progress runs up to `progress`. */
  *stage(name: string, progress: number, ms: number): Process {
    this.#pace(progress, ms);
    yield { ms };
    this.#strike(name);
  }

  /** Waits for something whose end is only estimated. */
  *awaiting(name: string, progress: number, estimate: number, wait: Wait): Process {
    this.#pace(progress, estimate);
    yield wait;
    this.#strike(name);
  }

  requireUp(...sites: string[]): void {
    for (const site of sites) if (!this.world.site(site).up) throw siteUnreachable(site);
  }

  /** The caller's extended session can end while the task runs (vcda-api.md §5, last row). */
  requireAuthenticated(site: string): void {
    if (this.caller.authenticated(site)) return;
    const { code, message, args } = remoteAuthenticationFailure(site);
    throw new TaskFailure(code, message, args);
  }

  #pace(to: number, ms: number): void {
    if (this.#part) return;
    const { now } = this.world;
    this.task.pace = { from: this.task.pace.to, to, start: now, end: now + ms };
  }

  #strike(stage: string): void {
    const planted = this.#planted;
    if (planted === undefined || (planted.stage !== undefined && planted.stage !== stage)) return;
    throw new TaskFailure(planted.error.code, planted.error.msg, planted.error.args);
  }
}
