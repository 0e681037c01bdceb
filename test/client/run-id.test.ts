import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultRunId, isRunId } from '../../client/run-id.js';

const DAY = new Date(2026, 11, 5, 23, 59);

describe('the default id of a run', () => {
  it('is the plan and the local date', () => {
    expect(defaultRunId('paris-exit', DAY)).toBe('paris-exit-20261205');
  });

  it.each([
    ['Sortie de Paris (été)', 'Sortie-de-Paris-ete-20261205'],
    ['.hidden', 'hidden-20261205'],
    ['東京', 'run-20261205'],
    ['', 'run-20261205'],
  ])('of plan %j is %s', (name, id) => {
    expect(defaultRunId(name, DAY)).toBe(id);
  });

  it('is one that may be used, whatever the plan is called', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => isRunId(defaultRunId(name, DAY))));
  });
});
