import { createHash } from 'node:crypto';

/**
 * Draws are keyed, not taken from a stream: what happens to one VM depends on the seed, the VM and how often the same
 * thing was done to it, never on the order in which requests of other VMs happened to arrive.
 */
function digest(seed: number, key: readonly (string | number)[]): Buffer {
  return createHash('sha1')
    .update(`${seed}:${key.join(':')}`)
    .digest();
}

/** a number in [0, 1) */
export function draw(seed: number, ...key: (string | number)[]): number {
  return digest(seed, key).readUIntBE(0, 6) / 2 ** 48;
}

export function between(seed: number, low: number, high: number, ...key: (string | number)[]): number {
  return low + draw(seed, ...key) * (high - low);
}

export function uuid(seed: number, ...key: (string | number)[]): string {
  const bytes = digest(seed, key).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A small stream for decisions that belong to no VM (probability of a fault rule). */
export class RandomStream {
  readonly #seed: number;
  readonly #name: string;
  #drawn = 0;

  constructor(seed: number, name: string) {
    this.#seed = seed;
    this.#name = name;
  }

  /** The next number, in [0, 1). */
  next(): number {
    return draw(this.#seed, this.#name, this.#drawn++);
  }
}
