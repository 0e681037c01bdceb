/** The report as one file that opens offline and prints: of a run or a drill, finished or not. Times are UTC. */
import { html } from 'ghtml';
import { alikeFailures, byUrgency } from '../../../client/urgency.js';
import { plural } from '../../../client/words.js';
import type { DrillResult, RunReport, VmReport } from '../../../contract/report.js';
import { isUnnamed } from '../../../contract/vm-identity.js';
import { listed } from '../../../contract/words.js';
import { placeOf, rpo, seconds } from '../../text/run-text.js';
import { notedAlike, warnedAlike } from '../alike.js';
import type { DocumentVm, ReportDocument } from '../document.js';
import {
  ACT_HEAD,
  actRows,
  evidenceRows,
  FINDING_HEAD,
  findingRows,
  metWord,
  objectivesOf,
  operationText,
  reportOf,
  STATES,
  scopeRows,
  summaryRows,
  utc,
  wholeTitle,
} from '../rows.js';
import { factsTable, list, PAGE_END, pageHead, plainTable, section, state, tableHead } from './page.js';
import { timelineSection } from './timeline-section.js';

export function* htmlReport(document: ReportDocument): Generator<string> {
  const report = reportOf(document);
  const parts = [
    { id: 'objectives', title: 'Objectives and measured', content: objectives(document) },
    { id: 'failures', title: 'Failures', content: failures(report) },
    { id: 'notes', title: 'Warnings and notes', content: notes(report) },
    { id: 'findings', title: 'Findings of persons', content: findings(document) },
    { id: 'acts', title: 'Acts of persons', content: acts(document) },
  ].filter(({ content }) => content !== '');
  yield pageHead(`${wholeTitle(document)} – Drover report`);
  yield header(document, [...parts, ...(document.vms.length === 0 ? [] : VM_PARTS), EVIDENCE]);
  yield `<div class="two">${section('summary', 'Summary', factsTable(summaryRows(document)))}`;
  yield `${section('scope', 'Scope and sites', factsTable(scopeRows(document)))}</div>\n`;
  for (const { id, title, content } of parts) yield section(id, title, content);
  if (document.vms.length > 0) {
    yield* timelineSection(document);
    yield* vmsSection(document);
  }
  yield section(EVIDENCE.id, EVIDENCE.title, evidence(document));
  yield PAGE_END;
}

interface Part {
  id: string;
  title: string;
}

const VM_PARTS: Part[] = [
  { id: 'timeline', title: 'Timeline' },
  { id: 'vms', title: 'VMs' },
];
const EVIDENCE: Part = { id: 'evidence', title: 'Evidence' };

function header(document: ReportDocument, parts: Part[]): string {
  const { totals } = document;
  const shown = STATES.filter((one) => totals[one] > 0);
  const tiles = [
    { count: totals.vms, name: 'VMs', className: '' },
    ...shown.map((one) => ({ count: totals[one], name: one, className: one })),
    ...(totals.warnings ? [{ count: totals.warnings, name: 'warnings', className: 'waiting' }] : []),
  ].map(({ count, name, className }) => html`<div><b class="${className}">${count}</b><span>${name}</span></div>`);
  const links = parts.map(({ id, title }) => html`<a href="#${id}">${title}</a>`);
  return html`<header><h1>${wholeTitle(document)} !${state(document.state)}</h1>
<p class="soft">What Drover did, and measured. Times are UTC.</p>
<div class="tiles">!${tiles}</div>
<nav>!${links}</nav></header>
`;
}

function objectives(document: ReportDocument): string {
  const { drill } = document;
  const rows = objectivesOf(document).map(
    (one) =>
      html`<tr><td>${one.name}</td><td>${one.wanted}</td><td>${one.measured}</td><td>!${state(metWord(one))}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ''
      : `<table>${tableHead(['objective', 'wanted', 'measured', 'result'])}<tbody>${rows.join('\n')}</tbody></table>\n`;
  return drill === null ? table : `${table}${drillParts(drill)}`;
}

function drillParts({ groups, missed, notSwept = [], swept }: DrillResult): string {
  const measured = groups.map(({ name, rtoSeconds, rpoSeconds }) => [name, seconds(rtoSeconds), seconds(rpoSeconds)]);
  const lines = [
    ...missed.map((text) => html`<b class="missed">missed:</b> ${text}`),
    ...notSwept.map(({ vm, run, reason }) => html`found and not removed: ${vm} (${run}): ${reason}`),
    ...swept.map(({ vm, run }) => html`removed, left by an earlier drill: ${vm} (${run})`),
  ];
  return [
    measured.length > 1 ? `<h3>Groups</h3>\n${plainTable(['group', 'RTO', 'RPO'], measured)}` : '',
    lines.length > 0 ? `<h3>Findings</h3>\n${list(lines)}` : '',
  ].join('');
}

/** Each once, for all VMs that failed alike. */
function failures({ vms }: RunReport): string {
  return list(
    alikeFailures(byUrgency(vms)).map(({ first: { error, step }, vms: alike }) => {
      const { code, message, advice } = error;
      const next = advice == null || message.includes(advice) ? '' : html`<br><b>Next:</b> ${advice}`;
      return html`<b class="failed">${code}</b> <span class="soft">${plural(alike.length, 'VM')}, ${[`step ${step}`, ...placeOf(error)].join(', ')}</span><br>${message}!${next}<br><span class="soft">${names(alike)}</span>`;
    }),
  );
}

function notes(report: RunReport): string {
  return list([
    ...warnedAlike(report).map(({ text, vms: its }) => html`${text} <span class="soft">${names(its)}</span>`),
    ...notedAlike(report.vms).map(({ text, vms: its }) => html`${text} <span class="soft">${names(its)}</span>`),
  ]);
}

const names = (vms: Pick<VmReport, 'name'>[]): string => listed(vms.map(({ name }) => name));

function findings(document: ReportDocument): string {
  const rows = findingRows(document);
  return rows.length === 0 ? '' : plainTable(FINDING_HEAD, rows);
}

function acts(document: ReportDocument): string {
  const rows = actRows(document);
  return rows.length === 0 ? '' : plainTable(ACT_HEAD, rows);
}

function* vmsSection(document: ReportDocument): Generator<string> {
  const { vms, drill } = document;
  const isDrill = drill !== null;
  const head = [
    'VM, id',
    isDrill ? 'group' : 'wave',
    'state',
    ...(isDrill ? ['replication'] : ['power before', 'replication, new id']),
    ...(isDrill ? ['RTO, RPO', 'checks'] : ['outage, at most']),
    'operations, with their tasks',
  ];
  yield `<section id="vms"><h2>VMs</h2>\n<table class="vms">${tableHead(head)}<tbody>\n`;
  const hasRoom = vms.reduce((sum, { operations }) => sum + operations.length, 0) <= MOST_TASKS;
  for (const vm of vms) yield `${vmRow(vm, isDrill, hasRoom)}\n`;
  yield '</tbody></table></section>\n';
}

/** Ends of cells and rows are left out, as HTML allows: of 10,000 VMs they are a tenth of the file. */
function vmRow(vm: DocumentVm, isDrill: boolean, hasRoom: boolean): string {
  const { id, name, wave, source, destination, replicationId } = vm;
  const label = isUnnamed(vm) ? '' : html`${name}`;
  const cells = [
    html`!${label}!${idOf(id)}`,
    html`${wave}`,
    stateOf(vm),
    ...(isDrill ? [] : [html`${source.before ?? ''}`]),
    `${idOf(replicationId)}${idOf(destination.vmId)}`,
    ...(isDrill ? [recoveredOf(vm), checksOf(vm)] : [html`${outageOf(vm)}`]),
    vm.operations.map((one) => operationOf(one, hasRoom)).join('<br>'),
  ];
  return `<tr>${cells.map((one) => `<td>${one}`).join('')}`;
}

const idOf = (id: string | null): string => (id === null ? '' : html`<i>${id}</i>`);

function stateOf({ state: now, step, waitingFor, error, retrying, asOf }: DocumentVm): string {
  const why = error?.code ?? retrying?.code;
  const doing = now === 'running' || now === 'waiting' ? html`<br>${waitingFor ?? step}` : '';
  const seen = asOf === undefined ? '' : html`<br>as of ${utc(asOf)}`;
  return `${html`<b class=${now}>${now}</b>`}${doing}${seen}${why === undefined ? '' : html`<br><span class=why>${why}</span>`}`;
}

const outageOf = (vm: DocumentVm): string =>
  vm.downSince == null ? seconds(vm.outageSeconds) : `down since ${utc(vm.downSince)}`;

const recoveredOf = (vm: DocumentVm): string => html`${seconds(vm.rtoSeconds)}<br>${rpo(vm)}`;

function checksOf({ checks }: DocumentVm): string {
  return checks
    .map(({ name, ok, detail }) =>
      ok ? html`<span class=met>passed</span> ${name}` : html`<span class=missed>failed</span> ${name}: ${detail}`,
    )
    .join('<br>');
}

/** Task ids of what went well are left to the JSON where there are more: the file is to stay below 10 MB. */
const MOST_TASKS = 60_000;

function operationOf(one: DocumentVm['operations'][number], hasRoom: boolean): string {
  const isTold = one.taskId !== null && (hasRoom || one.result !== 'succeeded');
  const task = isTold ? html` <i>${one.taskId}</i>` : '';
  const found = one.adopted ? ' found' : '';
  const warned = (one.warnings ?? []).map(({ code }) => html` <span class=why>${code}</span>`).join('');
  return html`${operationText(one)}!${found}!${task}!${warned}`;
}

function evidence(document: ReportDocument): string {
  const { vms } = document;
  const cut = vms.filter((vm) => vm.cut !== undefined).length;
  const incomplete =
    cut === 0
      ? ''
      : `<p>Of ${plural(cut, 'VM')} not all operations are in it: the store has them, and did not answer.</p>\n`;
  return `${incomplete}${factsTable(evidenceRows(document))}<p class="soft">The checksum is that of the run's JSON: <code>drover report ${html`${document.run}`} --format json</code>; the guide says how it is computed. Whatever else is known of an operation, its id too, stands there.</p>\n`;
}
