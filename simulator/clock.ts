/**
 * Two times. Simulated time runs `speed` times faster than the wall and drives everything that happens: transfers,
 * tasks, RPO, session expiry, retention of tasks. Timestamps that cross the API are wall time, in both directions, so a
 * client can compare them with its own clock at any speed; with speed 1 the two are the same.
 * Changing the speed starts a new segment: what happened before keeps the wall time at which it happened.
 */
export interface Clock {
  /** simulated ms */
  now(): number;
  /** wall ms of a simulated moment */
  wall(simulated: number): number;
  /** simulated ms of a wall moment */
  simulated(wall: number): number;
  readonly speed: number;
  setSpeed(speed: number): void;
}

interface Segment {
  wall: number;
  simulated: number;
  speed: number;
}

export const wallNow = (): number => performance.timeOrigin + performance.now();

export class ScaledClock implements Clock {
  readonly #segments: Segment[];
  readonly #source: () => number;

  constructor(speed: number, source: () => number = wallNow) {
    this.#source = source;
    const start = Math.round(source());
    this.#segments = [{ wall: start, simulated: start, speed }];
  }

  get speed(): number {
    return this.#last().speed;
  }

  now(): number {
    return this.simulated(this.#source());
  }

  setSpeed(speed: number): void {
    const wall = this.#source();
    this.#segments.push({ wall, simulated: this.simulated(wall), speed });
  }

  wall(simulated: number): number {
    const segment = this.#find((s) => s.simulated <= simulated);
    return Math.round(segment.wall + (simulated - segment.simulated) / segment.speed);
  }

  simulated(wall: number): number {
    const segment = this.#find((s) => s.wall <= wall);
    return segment.simulated + (wall - segment.wall) * segment.speed;
  }

  #last(): Segment {
    return this.#segments[this.#segments.length - 1] as Segment;
  }

  #find(holds: (segment: Segment) => boolean): Segment {
    for (let i = this.#segments.length - 1; i > 0; i--) {
      const segment = this.#segments[i] as Segment;
      if (holds(segment)) return segment;
    }
    return this.#segments[0] as Segment;
  }
}

/** Time that moves only when told; for tests of the state machine. */
export class ManualClock implements Clock {
  readonly speed = 1;
  #now: number;

  constructor(start = 1_750_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  wall(simulated: number): number {
    return Math.round(simulated);
  }

  simulated(wall: number): number {
    return wall;
  }

  setSpeed(): void {}
}
