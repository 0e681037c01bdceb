/**
 * Answers of a site, read up to a limit: one gone wrong, or hostile, must neither fill the worker's memory nor keep it from
 * what it does for other sites. Sizes are those of what is unpacked: a megabyte of gzip may hold gigabytes.
 */
import { Lane, type Turn } from './lane.js';

/** Far above a page of 100 replications, about half a megabyte. */
export const MOST_BYTES = 16 * 2 ** 20;
/** Above it, bodies of a site are read one at a time. */
const LARGE = 2 ** 20;
/** Bytes of large bodies in a ms, over time: more would leave a core no time for other sites. */
const PACE = (8 * 2 ** 20) / 1_000;
/** Values in a body: two bytes of `[],[],` become forty. */
const MOST_VALUES = 1_000_000;

export class Bodies {
  readonly #large = new Lane();

  /**
   * Reads a body and hands its text to `use`, which is done with it when it returns.
   * @param use is told instead what is too much in a body that was not read to its end
   */
  async read<T>(
    response: Response,
    signal: AbortSignal,
    use: (body: { text: string; bytes: number } | { tooMuch: string }) => T,
  ): Promise<T> {
    const decoder = new TextDecoder();
    const parts: string[] = [];
    let bytes = 0;
    let turn: Turn | null = null;
    try {
      // Leaving the loop cancels the stream and with it the connection.
      for await (const chunk of response.body ?? []) {
        bytes += chunk.byteLength;
        if (bytes > MOST_BYTES) return use({ tooMuch: `the body is larger than ${MOST_BYTES} bytes` });
        if (bytes > LARGE) turn ??= await this.#large.enter(signal);
        parts.push(decoder.decode(chunk, { stream: true }));
      }
      parts.push(decoder.decode());
      const text = parts.join('');
      if (bytes > LARGE && valuesIn(text) > MOST_VALUES)
        return use({ tooMuch: `the body holds more than ${MOST_VALUES} values` });
      return use({ text, bytes });
    } finally {
      turn?.end(bytes / PACE);
    }
  }
}

const [COMMA, ARRAY, OBJECT] = [0x2c, 0x5b, 0x7b];

/** At most so many, as JSON. */
function valuesIn(text: string): number {
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === COMMA || unit === ARRAY || unit === OBJECT) values += 1;
  }
  return values;
}
