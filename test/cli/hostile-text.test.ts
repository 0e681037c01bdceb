/** Names and messages that would draw on a terminal, turn its writing, hide in a name, or begin a line of their own. */
import { describe, expect, it } from '@jest/globals';
import { PlainProgress } from '../../cli/progress/progress-plain.js';
import { REPORT_FORMATS, type ReportFormat } from '../../cli/report/index.js';
import { harmless } from '../../cli/text/harmless.js';
import { Output } from '../../cli/text/output.js';
import { errorLines } from '../../cli/text/render-error.js';
import { showText } from '../../cli/text/show-text.js';
import { vmText } from '../../cli/text/vm-text.js';
import { attentionFor } from '../../client/attention.js';
import { NotInRun } from '../../client/errors.js';
import type { LiveReport } from '../../client/live-report.js';
import { visible, visibleLayout, visibleLines } from '../../plan/source/visible.js';
import { drillResult, formatted, report, vm } from '../support/reports.js';
import { Kept } from './support/sink.js';

const FORGED = 'web9 (pilot) succeeded, outage 3 s';
const HOSTILE: Record<string, string> = {
  'a line': `\n${FORGED}\n`,
  'a line of Windows': `\r\n${FORGED}`,
  'a line over its own': `\r${FORGED}`,
  'line ends of Unicode': `\u2028${FORGED}\u2029\u0085`,
  'colours and a moved cursor': '\u001b[2J\u001b[1;1H\u001b[32msucceeded\u001b[0m',
  'a link': '\u001b]8;;https://evil.example/\u0007web1\u001b]8;;\u0007',
  'a title and a bell': '\u001b]0;done\u0007\u0007',
  'controls of one character': '\u009b2J\u009d8;;x\u009c\u0090q\u007f\b\b\b',
  'turned writing': 'web1\u202egnp.live\u202c\u2066x\u2069\u200f\u061c',
  'nothing to be seen': 'we\u200bb\u200c1\u200d\u2060\ufeff\u00ad\u180e\u3164\u{e0041}\ufe0f',
  'half a character': 'web\ud83d',
};
const UNSEEN = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cs}]/u;

const FINDINGS = {
  runFailing: null,
  failing: [],
  endedOutside: null,
  loading: null,
  unknown: [],
  approval: 'vm' as const,
  brakes: [],
};

/** A run in which every text is hostile. */
function hostileRun(text: string): LiveReport {
  const error = { code: 'Forbidden', message: text, operation: text, taskId: text, site: text, advice: text };
  const one = vm(`web1${text}`, {
    id: 'id-1',
    state: 'failed',
    wave: text,
    error: error as never,
    notes: [text],
    checks: [
      {
        name: text,
        ok: false,
        detail: text,
        advice: text,
        attempts: 1,
        startedAt: '2026-12-05T21:00:00Z',
        finishedAt: '2026-12-05T21:00:01Z',
      },
    ],
    operations: [
      {
        kind: 'migrate',
        operationId: text,
        taskId: text,
        adopted: false,
        submittedAt: '2026-12-05T21:00:00Z',
        finishedAt: null,
        result: 'failed',
        warnings: [{ code: text, message: text }],
      } as never,
    ],
  });
  const waiting = vm(`web2${text}`, { id: 'id-2', wave: text, waitingFor: 'approval' });
  const drill = drillResult({
    left: [text],
    missed: [text],
    notSwept: [{ vm: text, run: text, reason: text }] as never,
  });
  const made = report([one, waiting], { state: 'paused', pausedBecause: text, pausedAdvice: text, drill });
  return { ...made, attention: attentionFor(made, FINDINGS) };
}

/** As a person sees it: lines of the layout, which no text of others has begun. */
function expectHarmless(shown: string): void {
  expect(shown).not.toMatch(UNSEEN);
  expect(shown).not.toMatch(new RegExp(`^${FORGED.slice(0, 20).replaceAll(/[()]/g, '\\$&')}`, 'm'));
}

describe.each(Object.entries(HOSTILE))('%s, in names and messages', (_, text) => {
  const run = hostileRun(text);

  it.each(Object.keys(REPORT_FORMATS) as ReportFormat[])('draws nothing by a report as %s', (format) => {
    expectHarmless(formatted(format, run));
  });

  it('draws nothing by what is shown of a run and of a VM', () => {
    const stdout = new Kept();
    const out = new Output({ json: false, quiet: false, stdout });
    out.result(run, (shown) => showText(shown, out.colors));
    out.result(run, (shown) => vmText(shown, shown.vms[0] ?? vm('x'), out.colors));
    expectHarmless(stdout.text);
    expect(stdout.text).toContain('web1');
  });

  it('is the same text for a program that reads the JSON', () => {
    const stdout = new Kept();
    const out = new Output({ json: true, quiet: false, stdout });
    out.result(run, () => '');
    expect(stdout.text).not.toMatch(UNSEEN);
    expect(JSON.parse(stdout.text)).toEqual(JSON.parse(JSON.stringify(run)));
  });

  it('draws nothing by progress, notes, warnings and errors', () => {
    const stderr = new Kept();
    const out = new Output({ json: false, quiet: false, stderr });
    const progress = new PlainProgress(out, () => 0);
    progress.update(run);
    progress.trouble(new Error(text));
    out.note(text);
    out.alert(...errorLines(new NotInRun('exit-1', text, [text], 'VM')), ...errorLines(new Error(`x ${text}`)));
    expectHarmless(stderr.text);
  });

  it('draws nothing by way of a layout that forgot where its text is from', () => {
    const stdout = new Kept();
    new Output({ json: false, quiet: false, stdout }).result(null, () => `web1 ${text}`);
    expect(stdout.text).not.toMatch(UNSEEN);
    expect(visibleLayout(text).replaceAll(/\p{Cc}\[\d{1,2}m/gu, '')).not.toMatch(UNSEEN);
  });
});

describe('what is harmless already', () => {
  it('is left as it is', () => {
    const run = report([vm('Größe 10 µm – 漢字 🙂')]);
    expect(harmless(run)).toBe(run);
    expect(visible('a b\u00a0c')).toBe('a b\u00a0c');
  });

  it('is a layout, with its lines and colours', () => {
    expect(visibleLines('a\n  b')).toBe('a\n  b');
    expect(visibleLayout('\u001b[32mgreen\u001b[39m\nnext\u001b[2J\u0007[31m')).toBe(
      '\u001b[32mgreen\u001b[39m\nnext\\u001b[2J\\u0007[31m',
    );
  });
});

it('no command that a person is told to type has a name in it that cannot be typed', () => {
  const run = hostileRun('\u001b[2J');
  const told = run.attention.flatMap(({ next }) => (next?.startsWith('drover ') ? [next] : []));
  expect(told.length).toBeGreaterThan(0);
  for (const next of told) expect(next).toBe(visible(next));
});
