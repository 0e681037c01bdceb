/** A bar per VM on one axis of time, drawn by SVG: no script, and no style of its own. */
import { html } from 'ghtml';
import type { DocumentVm, ReportDocument } from '../document.js';
import { utc } from '../rows.js';
import { type Doing, spansOf, timeOf } from '../timeline.js';

/** Units across the bar; what is shorter than two of them is drawn as two. */
const WIDTH = 1000;
const SHORTEST = 2;

interface Look {
  /** class of the style */
  name: string;
  /** middle of its line */
  y: number;
  says: string;
}

/** In the order in which they are drawn: what is short stands above what is long. */
const LOOKS: Record<Doing, Look> = {
  wait: { name: 'w', y: 5, says: 'waits' },
  copying: { name: 'y', y: 5, says: 'copy, then waits (its end was not recorded)' },
  copy: { name: 'c', y: 5, says: 'copy or sync' },
  up: { name: 'u', y: 5, says: 'recovered copy is up' },
  other: { name: 'r', y: 5, says: 'other operation' },
  cutover: { name: 'x', y: 5, says: 'cutover or recovery' },
  outage: { name: 'o', y: 12, says: 'outage, at most' },
};
const ORDER = Object.keys(LOOKS) as Doing[];

export function* timelineSection(document: ReportDocument): Generator<string> {
  const time = timeOf(document);
  const now = Date.parse(document.finishedAt ?? document.writtenAt);
  const used = new Set<Doing>();
  const bars = document.vms.map((vm) => {
    const spans = spansOf(vm, now);
    for (const { doing } of spans) used.add(doing);
    return { vm, spans };
  });
  yield `<section id="timeline"><h2>Timeline</h2>\n${legend(used)}<table class="line"><thead><tr><th scope="col">VM</th><th scope="col">${axis(time)}</th></tr></thead><tbody>\n`;
  for (const { vm, spans } of bars) yield `${bar(vm, spans, time)}\n`;
  yield '</tbody></table></section>\n';
}

function legend(used: Set<Doing>): string {
  const entries = ORDER.filter((doing) => used.has(doing)).map((doing) => {
    const { name, says } = LOOKS[doing];
    return html`<span><svg viewBox="0 0 22 10" aria-hidden="true"><path class="${name}" d="M0 5h22"/></svg>${says}</span>`;
  });
  return `<div class="legend">${entries.join('')}</div>\n`;
}

/** Five moments at equal distances, four of them where a line begins; the day only where it changes. */
function axis({ from, to }: { from: number; to: number }): string {
  const moments = [0, 1, 2, 3, 4].map((n) => utc(new Date(from + ((to - from) * n) / 4).toISOString()));
  const labels = moments.map((moment, n) =>
    moment.slice(0, 10) === moments[n - 1]?.slice(0, 10) ? moment.slice(11) : moment,
  );
  const [end = '', ...others] = labels.reverse();
  const last = `<b><span>${others.shift() ?? ''}</span><span>${end}</span></b>`;
  return `<div class="axis">${others
    .reverse()
    .map((label) => `<span>${label}</span>`)
    .join('')}${last}</div>`;
}

function bar(vm: DocumentVm, spans: ReturnType<typeof spansOf>, { from, to }: { from: number; to: number }): string {
  const at = (moment: number): number => Math.round(Math.min(1, Math.max(0, (moment - from) / (to - from))) * WIDTH);
  const paths = ORDER.flatMap((doing) => {
    const its = spans.filter((span) => span.doing === doing);
    const { name, y } = LOOKS[doing];
    const lines = its.map((span) => {
      const width = Math.max(SHORTEST, at(span.to) - at(span.from));
      return `M${Math.min(at(span.from), WIDTH - width)} ${y}h${width}`;
    });
    return lines.length === 0 ? [] : [`<path class=${name} d="${lines.join('')}"/>`];
  });
  return html`<tr><td>${vm.name}<td><svg viewBox="0 0 ${WIDTH} 14" preserveAspectRatio=none aria-hidden=true>!${paths}</svg>`;
}
