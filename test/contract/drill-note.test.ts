/** What persons add to a drill that is over, as a workflow takes it from anybody. */
import { describe, expect, it } from '@jest/globals';
import { isDrillNote, noteId } from '../../contract/drill-note.js';

const act = {
  id: noteId('execution', 'key'),
  at: '2026-11-30T12:00:00.000Z',
  actor: 'ada',
  command: null,
  proof: 'claimed',
  act: 'finding',
  target: null,
  note: 'DNS was not switched',
  reference: null,
  before: null,
  after: { message: 'noted' },
  refused: null,
};

describe('a note of a drill', () => {
  it('is a finding or a sign-off', () => {
    expect(isDrillNote({ run: 'd1', act })).toBe(true);
    expect(isDrillNote({ run: 'd1', act: { ...act, act: 'sign', note: null } })).toBe(true);
  });

  it.each([
    { act: 'cancel' },
    { id: 'no-execution' },
    { note: {} },
    { note: undefined },
    { reference: 7 },
    { proof: null },
    { refused: [] },
  ])('is none with %j', (change) => {
    expect(isDrillNote({ run: 'd1', act: { ...act, ...change } })).toBe(false);
  });
});
