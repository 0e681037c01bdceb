/** What a drill remembers of VMs that others hold, that speak on their way, or that were not begun in time. */
import { describe, expect, it } from '@jest/globals';
import type { VmReport } from '../../../contract/report.js';
import { RunBook } from '../../../workflows/run/run-state.js';
import { madeUpDrill } from '../support/made-up.js';

const NOW = 1_000_000;
const { name, destination, groups } = madeUpDrill([['a'], ['b', 'c']]);
const bookOf = () =>
  new RunBook({ run: 'r1', plan: { name, kind: 'drill', destination, stopAfter: null, waves: groups } }, NOW);
const idsOf = (vms: { id: string }[]) => vms.map(({ id }) => id);
const vmOf = (book: RunBook, id: string) => book.report().vms.find((vm) => vm.id === id) as VmReport;
const ended = (book: RunBook, id: string): VmReport => ({ ...vmOf(book, id), state: 'succeeded', step: 'done' });

describe('VMs that are not begun', () => {
  it('are those of every group, since a drill takes them all before it recovers one', () => {
    const book = bookOf();
    expect(idsOf(book.unstarted())).toEqual(['a', 'b', 'c']);
    book.started('b', NOW);
    expect(idsOf(book.unstarted())).toEqual(['a', 'c']);
    book.ended(ended(book, 'b'));
    expect(idsOf(book.unstarted())).toEqual(['a', 'c']);
  });

  it('are again those that others turned out to have', () => {
    const book = bookOf();
    book.started('a', NOW);
    book.blocked('a', 'run other');
    expect(idsOf(book.unstarted())).toEqual(['a', 'b', 'c']);
    expect(book.open).toEqual([]);
  });

  it('are none while the drill is paused, or is being cancelled', () => {
    const book = bookOf();
    book.pause({ message: 'freeze', advice: null });
    expect(book.unstarted()).toEqual([]);
    book.resume(NOW);
    expect(book.unstarted()).toHaveLength(3);
    book.cancel(undefined, NOW);
    expect(book.unstarted()).toEqual([]);
  });
});

describe('VMs that others do not let go', () => {
  it('are skipped, with the holder and what to do', () => {
    const book = bookOf();
    book.started('a', NOW);
    book.blocked('a', 'run other');
    book.skipBlocked(['a'], NOW + 1_000);
    const vm = vmOf(book, 'a');
    expect(vm).toMatchObject({ state: 'skipped', step: 'done', waitingFor: null, error: { code: 'VmInUse' } });
    expect(vm.finishedAt).toBe(new Date(NOW + 1_000).toISOString());
    expect(vm.error?.message).toMatch(/^vm-a \(a\) was skipped: .*run other/);
    expect(vm.error?.advice).toMatch(/^Run the drill again/);
    expect(idsOf(book.unstarted())).toEqual(['b', 'c']);
  });

  it('make a drill that proved less than it was for', () => {
    const book = bookOf();
    book.blocked('a', 'run other');
    book.skipBlocked(['a'], NOW);
    for (const id of ['b', 'c']) {
      book.started(id, NOW);
      book.ended(ended(book, id));
    }
    expect(book.isDone).toBe(true);
    expect(book.report()).toMatchObject({ state: 'failed', totals: { succeeded: 2, skipped: 1 } });
  });
});

describe('what an open VM says on its way', () => {
  it('is taken, and the VM stays open', () => {
    const book = bookOf();
    book.started('a', NOW);
    book.heard({ ...vmOf(book, 'a'), step: 'ready', replicationId: 'C4-77' });
    expect(vmOf(book, 'a')).toMatchObject({ state: 'running', step: 'ready', replicationId: 'C4-77' });
    expect(book.open).toEqual(['a']);
  });

  it('does not undo its end when it comes late', () => {
    const book = bookOf();
    book.started('a', NOW);
    const late: VmReport = { ...vmOf(book, 'a'), step: 'hold' };
    expect(book.ended(ended(book, 'a'))).toBe(true);
    book.heard(late);
    expect(vmOf(book, 'a')).toMatchObject({ state: 'succeeded', step: 'done' });
  });

  it('of a VM that the drill does not have is not taken', () => {
    const book = bookOf();
    book.heard({ ...vmOf(book, 'a'), id: 'stranger', step: 'hold' });
    expect(idsOf(book.report().vms)).toEqual(['a', 'b', 'c']);
  });

  it('is handed over by a continue-as-new', () => {
    const book = bookOf();
    book.started('a', NOW);
    book.heard({ ...vmOf(book, 'a'), step: 'hold' });
    const plan = { name, kind: 'drill', destination, stopAfter: null, waves: groups } as const;
    const later = new RunBook({ run: 'r1', plan, carried: book.carried }, NOW + 5_000);
    expect(vmOf(later, 'a').step).toBe('hold');
    expect(later.open).toEqual(['a']);
    expect(later.startedAt).toBe(NOW);
  });
});

describe('giving up', () => {
  it('ends what was not begun, leaves what has ended, and names the open VMs, which must be told', () => {
    const book = bookOf();
    book.started('a', NOW);
    book.ended(ended(book, 'a'));
    book.started('b', NOW);
    expect(book.giveUp(NOW + 1_000)).toEqual(['b']);
    expect(vmOf(book, 'a').state).toBe('succeeded');
    expect(vmOf(book, 'b').state).toBe('running');
    expect(vmOf(book, 'c')).toMatchObject({
      state: 'failed',
      finishedAt: new Date(NOW + 1_000).toISOString(),
      error: {
        code: 'TimedOut',
        message: expect.stringMatching(/^vm-c \(c\) was not recovered: /),
        advice: expect.stringMatching(/timeout/),
      },
    });
    expect(book.isDone).toBe(false);
    expect(book.unstarted()).toEqual([]);
  });
});
