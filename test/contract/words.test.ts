import { describe, expect, it } from '@jest/globals';
import { inWords } from '../../contract/words.js';

describe('a duration in words', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [0.8 * 3 * 1000, '2.4 s'],
    [12_400, '12.4 s'],
    [19_949, '19.9 s'],
    [19_950, '20 s'],
    [59_400, '59 s'],
    [59_500, '1 min 00 s'],
    [65_000, '1 min 05 s'],
    [3_599_499, '59 min 59 s'],
    [3_599_600, '1 h 00 min'],
    [3_720_000, '1 h 02 min'],
    [93_720_000, '26 h 02 min'],
    [null, '-'],
    [Number.NaN, '-'],
  ])('%p ms are %s', (ms, text) => {
    expect(inWords(ms)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [0.8 * 3 * 1000, '2.4 s'],
    [20_000, '20 s'],
    [200_000, '3.3 min'],
    [900_000, '15 min'],
    [3_600_000, '60 min'],
    [7_200_000, '2 h'],
    [null, '-'],
  ])('%p ms are %s in one unit', (ms, text) => {
    expect(inWords(ms, 'one unit')).toBe(text);
  });
});
