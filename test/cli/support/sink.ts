import type { Sink } from '../../../cli/text/output.js';

/** A stream that keeps what is written. */
export class Kept implements Sink {
  text = '';

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').filter(Boolean);
  }
}
