/** Statuses that wrong-server.test.ts leaves out: each runs every case. */
import { describe, it } from '../support/side-by-side.js';
import { expectNextToNothing } from './support/nonsense.js';

describe('a server that makes no sense', () => {
  it.concurrent.each([202, 404])('answers {} with %s, and conforms in next to nothing', expectNextToNothing);
});
