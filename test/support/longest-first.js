/**
 * Begins the longest test files first, so that none of them runs alone at the end: by what Jest remembers of the last run on
 * this machine, else by the weights beside this file. Jest loads it as it is, without its transform.
 */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/** Seconds that files take on two cores, the longest alone; all others take a few. */
const WEIGHTS = JSON.parse(readFileSync(new URL('weights.json', import.meta.url), 'utf8'));
const LIGHT = 2;

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return tests.toSorted((a, b) => this.#seconds(b) - this.#seconds(a));
  }

  #seconds(test) {
    const remembered = this.time(test);
    if (remembered !== undefined) return remembered / 1_000;
    const { path, context } = test;
    return WEIGHTS[relative(context.config.rootDir, path).split(sep).join('/')] ?? LIGHT;
  }
}
