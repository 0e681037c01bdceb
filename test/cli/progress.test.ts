import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { JsonProgress } from '../../cli/progress/progress-json.js';
import { PlainProgress } from '../../cli/progress/progress-plain.js';
import { liveLines } from '../../cli/text/live-lines.js';
import { Output } from '../../cli/text/output.js';
import { NoWorker } from '../../client/errors.js';
import type { LiveReport } from '../../client/live-report.js';
import { report, vm } from '../support/reports.js';
import { Kept } from './support/sink.js';

function plainProgress() {
  const stderr = new Kept();
  let now = 0;
  const progress = new PlainProgress(new Output({ json: false, quiet: false, stderr }), () => now);
  return {
    stderr,
    progress,
    /** lines that an update `seconds` later adds, without their clock times */
    update(next: LiveReport, seconds = 0): string[] {
      now += seconds * 1000;
      const before = stderr.lines.length;
      progress.update(next);
      return stderr.lines.slice(before).map((line) => line.replace(/^\d\d:\d\d:\d\d \S+ /, ''));
    },
  };
}

const none = { operation: null, taskId: null, site: null, advice: null };

describe('progress in plain lines', () => {
  it('has one line for each change of a state, and the totals every five seconds', () => {
    const { update } = plainProgress();
    const running = vm('a', { state: 'running', step: 'start' });
    expect(update(report([running, vm('b')]))).toEqual([
      'a (pilot) running',
      'exit-1 running - 2 VMs: 1 running, 1 waiting; now 1 start',
    ]);
    expect(update(report([{ ...running, step: 'migrate' }, vm('b')]), 1)).toEqual([]);
    const done = vm('a', { state: 'succeeded', step: 'done', outageSeconds: 3 });
    expect(update(report([done, vm('b')]), 1)).toEqual(['a (pilot) succeeded, outage 3 s']);
    expect(update(report([done, vm('b')]), 3)).toEqual(['exit-1 running - 2 VMs: 1 succeeded, 1 waiting']);
  });

  it('tells what is left, in lines and on a screen, where that is known', () => {
    const estimate = {
      each: { count: 20, p50: 60_000, p95: 90_000 },
      atOnce: 5,
      waves: [],
      p50: 120_000,
      p95: 180_000,
    };
    const forecast = {
      cutovers: { vms: 9, site: 'lyon', estimate },
      copies: { vms: 3, unknown: 1, left: 600_000 },
    };
    const left = 'left: copies 10 min 00 s; cutovers 2 min 00 s, at most 3 min 00 s';
    const run = report([vm('a')], { forecast });
    expect(plainProgress().update(run).at(-1)).toBe(`exit-1 running - 1 VM: 1 waiting; ${left}`);
    const screen = { columns: 120, rows: 24, colors: pc.createColors(false) };
    expect(liveLines(run, null, screen)[2]).toBe(left);
    const unknown = { cutovers: { vms: 9, site: null, estimate: null }, copies: null };
    expect(
      plainProgress()
        .update({ ...run, forecast: unknown })
        .at(-1),
    ).toBe('exit-1 running - 1 VM: 1 waiting');
  });

  it('is silent on a VM that waits its turn, and loud on one that waits for a person', () => {
    const { update } = plainProgress();
    update(report([vm('a', { state: 'running' })]));
    expect(update(report([vm('a', { waitingFor: 'capacity' })]))).toEqual([]);
    expect(update(report([vm('a', { state: 'running' })]))).toEqual([]);
    expect(update(report([vm('a', { waitingFor: 'approval' })]))).toEqual(['a (pilot) waiting for approval']);
  });

  it('spares a late watcher what went well before', () => {
    const { update } = plainProgress();
    const error = { ...none, code: 'Forbidden', message: 'no' };
    const lines = update(report([vm('a', { state: 'succeeded' }), vm('b', { state: 'failed', error })]));
    expect(lines).toEqual(['b (pilot) failed: Forbidden: no', 'exit-1 running - 2 VMs: 1 succeeded, 1 failed']);
  });

  it('says once what needs attention, and that nobody answers', () => {
    const { update, progress, stderr } = plainProgress();
    const paused = report([], {
      attention: [{ kind: 'paused', message: 'Paused: coffee', next: 'drover resume exit-1' }],
    });
    expect(update(paused)).toContain('! Paused: coffee. Next: drover resume exit-1');
    expect(update(paused)).toEqual([]);
    progress.trouble(new NoWorker('drover'));
    progress.trouble(new NoWorker('drover'));
    progress.trouble(null);
    expect(stderr.text.match(/No worker listens/g)).toHaveLength(1);
    expect(stderr.lines.at(-1)).toMatch(/answers again$/);
  });

  it('is nothing with --quiet', () => {
    const stderr = new Kept();
    new Output({ json: false, quiet: true, stderr }).note('hello');
    expect(stderr.text).toBe('');
  });
});

describe('progress on a terminal', () => {
  const screen = { columns: 60, rows: 12, colors: pc.createColors(false) };

  it('fits the screen, however many waves, failures and notices there are', () => {
    const error = { ...none, code: 'Forbidden', message: 'x'.repeat(200) };
    const vms = Array.from({ length: 400 }, (_, n) => vm(`vm${n}`, { wave: `wave${n % 40}`, state: 'failed', error }));
    const attention = [
      { kind: 'paused' as const, message: `Paused: ${'y'.repeat(300)}`, next: 'drover resume exit-1' },
    ];
    const lines = liveLines(report(vms, { attention }), 'No worker answers', screen);
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.join('\n')).toContain('drover resume exit-1');
  });

  it('shows the trouble when nothing else is known', () => {
    expect(liveLines(null, 'No worker answers', screen)).toEqual(['! No worker answers']);
    expect(liveLines(null, null, screen)).toEqual([]);
  });
});

describe('progress for programs', () => {
  it('is one event a line, for each change alone', () => {
    const stderr = new Kept();
    const progress = new JsonProgress(new Output({ json: true, quiet: false, stderr }), () => 0);
    let seenLines = 0;
    function events(): Record<string, unknown>[] {
      const lines = stderr.lines.slice(seenLines);
      seenLines += lines.length;
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    }
    const running = vm('a\n', { state: 'running', step: 'start' });
    const seen = report([running]);
    progress.update(seen);
    expect(events()).toMatchObject([
      {
        at: '1970-01-01T00:00:00.000Z',
        run: seen.run,
        event: 'vm',
        vm: { name: 'a\n', state: 'running', step: 'start' },
      },
      { event: 'run', state: 'running', totals: { running: 1 } },
    ]);
    progress.update(seen);
    expect(events()).toEqual([]);
    const attention = [{ kind: 'approval' as const, message: 'one waits', next: 'drover approve exit-1' }];
    progress.update({ ...seen, attention });
    progress.update({ ...seen, attention });
    progress.trouble(new NoWorker('drover'));
    expect(events().map(({ event, next }) => [event, next])).toEqual([
      ['attention', 'drover approve exit-1'],
      ['trouble', undefined],
    ]);
    progress.trouble(null);
    progress.update(report([{ ...running, state: 'succeeded', step: 'done' }]));
    expect(events().map(({ event }) => event)).toEqual(['trouble', 'vm', 'run']);
  });
});
