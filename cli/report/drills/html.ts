/** The drills of one name over time as one file that opens offline and prints. */
import { html } from 'ghtml';
import type { DrillRecord } from '../../../client/drills/drill-evidence.js';
import { seconds } from '../../text/run-text.js';
import { factsTable, list, PAGE_END, pageHead, section, state, tableHead } from '../html/page.js';
import type { DrillsDocument } from './document.js';
import { countOf, DRILL_HEAD, DRILL_STATES, drillCells, drillsEvidence, drillsSummary } from './rows.js';

export function* drillsHtml(document: DrillsDocument): Generator<string> {
  const { drill, drills } = document;
  const tiles = DRILL_STATES.map((name) => ({ name, count: countOf(drills, name) })).filter(({ count }) => count > 0);
  yield pageHead(`Drills ${drill} – Drover report`);
  yield html`<header><h1>Drills ${drill}</h1>
<p class="soft">What each was to prove, and did. Times are UTC.</p>
<div class="tiles"><div><b>${drills.length}</b><span>drills</span></div>!${tiles.map(({ name, count }) => html`<div><b class="${name}">${count}</b><span>${name}</span></div>`)}</div></header>
`;
  yield section('summary', 'Summary', factsTable(drillsSummary(document)));
  if (drills.some(({ rtoSeconds }) => rtoSeconds !== null)) yield section('rto', 'RTO over time', rtoBars(drills));
  yield section('drills', 'Drills', drillsTable(drills));
  yield section('evidence', 'Evidence', factsTable(drillsEvidence(document)));
  yield PAGE_END;
}

function drillsTable(drills: DrillRecord[]): string {
  const rows = drills.map((one) => {
    const [run, began, took, , ...rest] = drillCells(one);
    const cells = [run, began, took].map((text) => html`<td>${text}</td>`).join('');
    const measured = rest.slice(0, -1).map((text) => html`<td>${text}</td>`);
    const found = list(one.findings.map((text) => html`${text}`)) || 'none';
    return `<tr>${cells}<td>${state(one.state ?? 'not known')}</td>${measured.join('')}<td>${found}</td></tr>`;
  });
  return `<table class="drills">${tableHead(DRILL_HEAD)}<tbody>${rows.join('\n')}</tbody></table>\n`;
}

/** Of 1000 units across, the longest time, wanted or measured, has 980. */
const LONGEST = 980;

/** Each RTO as a bar, with a mark where it was wanted. */
function rtoBars(drills: DrillRecord[]): string {
  const times = drills.flatMap(({ rtoSeconds, objectives }) => [rtoSeconds ?? 0, objectives.rtoSeconds ?? 0]);
  const most = times.reduce((longest, time) => Math.max(longest, time), 1);
  const at = (time: number): number => Math.round((time / most) * LONGEST);
  const rows = drills.map(({ run, rtoSeconds, objectives: { rtoSeconds: wanted } }) => {
    const isMissed = wanted !== null && (rtoSeconds === null || rtoSeconds > wanted);
    const bar =
      rtoSeconds === null ? '' : `<path class=${isMissed ? 'o8' : 'u'} d="M0 7h${Math.max(2, at(rtoSeconds))}"/>`;
    const mark = wanted === null ? '' : `<path class=m d="M${at(wanted)} 0v14"/>`;
    const text = rtoSeconds === null ? 'not reached, or not known' : seconds(rtoSeconds);
    return html`<tr><td>${run}<td>${text}<td><svg viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">!${bar}!${mark}</svg>`;
  });
  return `<p class="soft">The line marks what was wanted; a bar in red has missed it.</p>\n<table class="line three">${tableHead(['run', 'RTO', ''])}<tbody>${rows.join('\n')}</tbody></table>\n`;
}
