/** The mark in a description: 32 characters decide, whatever a site or a person leaves of the rest. */
import { describe, expect, it } from '@jest/globals';
import { describe as describeAs, markOf, ownerOf, readMark, textOf } from '../../activities/mark.js';

const RUN = {
  run: 'paris-exit',
  unit: '441a891a-5294-4dff-b02d-c605d335be1b',
  operationId: 'drover/paris-exit/441a/start/1',
};
const written = describeAs('acme', RUN, 'moved by Ann');

const owner = (description: string | null | undefined, installation = 'acme', run = RUN.run, ...units: string[]) =>
  ownerOf(readMark(description), installation, { run, units: units.length > 0 ? units : [RUN.unit] });

describe('a mark', () => {
  it('is 32 characters that decide alone', () => {
    const mark = markOf('acme', RUN.run, RUN.unit);
    expect(mark).toMatch(/^drover1:[\w-]{24}$/);
    expect(mark).toHaveLength(32);
    expect(written.slice(0, 32)).toBe(mark);
    expect(owner(mark)).toBe('mine');
  });

  it('stands before readable words and the person’s own text, which is found again', () => {
    expect(written).toContain(`[run paris-exit, vm ${RUN.unit}, ${RUN.operationId}] moved by Ann`);
    expect(readMark(written)?.runName).toBe('paris-exit');
    expect(textOf(written)).toBe('moved by Ann');
    expect(textOf('a text of a person')).toBe('a text of a person');
  });

  it('tells this run, another one of the installation, and others apart', () => {
    expect(owner(written)).toBe('mine');
    expect(owner(written, 'acme', 'other-run')).toBe('other-run');
    expect(owner(written, 'other-installation')).toBe('not-ours');
    expect(owner(written, 'acme', RUN.run, 'another-vm')).toBe('not-ours');
    expect(owner(written, 'acme', RUN.run, 'id-after-a-reverse', RUN.unit)).toBe('mine');
  });

  it.each([
    ['cut at 20', written.slice(0, 20)],
    ['dropped', ''],
    ['absent', undefined],
    ['null', null],
    ['of another form', 'drover2:AAAAAAAAAAAABBBBBBBBBBBB'],
    ['put behind what a person wrote', `mine! ${written}`],
  ])('%s is no mark', (_, description) => {
    expect(readMark(description)).toBeNull();
    expect(owner(description)).toBeNull();
  });

  it('holds when a person edits what follows', () => {
    expect(owner(`${written.slice(0, 32)}: do not touch`)).toBe('mine');
    expect(owner(`${written.slice(0, 32)}X`)).toBe('mine');
    expect(owner(`${written.slice(0, 32)} do not touch`)).toBe('mine');
    expect(readMark(`${written.slice(0, 32)} do not touch`)?.runName).toBeNull();
  });
});
