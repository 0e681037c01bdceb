/** For tickets and wikis: CommonMark with GFM's tables. Texts of others are escaped already. */
import { advised } from '../../client/advised.js';
import { alikeFailures, byUrgency } from '../../client/urgency.js';
import { plural } from '../../client/words.js';
import { listed } from '../../contract/words.js';
import { outage, placeOf, rpo, seconds } from '../text/run-text.js';
import { notedAlike, warnedAlike } from './alike.js';
import type { ReportDocument } from './document.js';
import {
  ACT_HEAD,
  actRows,
  evidenceRows,
  FINDING_HEAD,
  findingRows,
  metWord,
  objectivesOf,
  reportOf,
  STATES,
  scopeRows,
  summaryRows,
  utc,
  wholeTitle,
} from './rows.js';

export function* markdownReport(document: ReportDocument): Generator<string> {
  const report = reportOf(document);
  const { totals, drill, acts } = document;
  yield `# ${wholeTitle(document)}: ${document.state}\n\nTimes are UTC.\n`;
  yield section('Summary', [
    ...markdownTable(['', ''], summaryRows(document)),
    '',
    ...markdownTable(
      ['VMs', ...STATES, 'warnings'],
      [[totals.vms, ...STATES.map((state) => totals[state]), totals.warnings ?? 0].map(String)],
    ),
  ]);
  yield section('Scope', markdownTable(['', ''], scopeRows(document)));
  const objectives = objectivesOf(document).map((one) => [one.name, one.wanted, one.measured, metWord(one)]);
  if (objectives.length > 0) {
    const missed = (drill?.missed ?? []).map((text) => `- missed: ${text}`);
    const head = ['objective', 'wanted', 'measured', ''];
    yield section('Objectives', [...markdownTable(head, objectives), ...(missed.length > 0 ? ['', ...missed] : [])]);
  }
  const found = (drill?.notSwept ?? []).map(({ vm, run, reason }) => `- ${vm} (${run}): ${reason}`);
  if (found.length > 0) yield section('Found and not removed', found);
  const failures = alikeFailures(byUrgency(report.vms));
  if (failures.length > 0) {
    const entries = failures.map(({ first: { error, step }, vms }) => {
      const where = [`step ${step}`, ...placeOf(error)].join(', ');
      return `- **${error.code}** (${plural(vms.length, 'VM')}: ${names(vms)}; ${where}): ${advised(error)}`;
    });
    yield section('Failures', entries);
  }
  const warned = warnedAlike(report).map(({ text, vms }) => `- ${text}${vms.length === 0 ? '' : ` (${names(vms)})`}`);
  const toKnow = notedAlike(report.vms).map(({ text, vms }) => `- ${names(vms)}: ${text}`);
  if (warned.length + toKnow.length > 0) yield section('Warnings and notes', [...warned, ...toKnow]);
  const noted = findingRows(document);
  if (noted.length > 0) yield section('Findings of persons', markdownTable(FINDING_HEAD, noted));
  if (acts.length > 0) yield section('Acts of persons', markdownTable(ACT_HEAD, actRows(document)));
  yield `\n## VMs\n\n${tableHead(VM_HEAD)}\n`;
  for (const [at, vm] of report.vms.entries()) {
    const { id, destination } = document.vms[at] ?? { id: '', destination: { vmId: null } };
    const passed = vm.checks.filter(({ ok }) => ok).length;
    yield `${tableRow([
      vm.name,
      id,
      destination.vmId ?? '',
      vm.wave,
      vm.state,
      vm.waitingFor ?? vm.step,
      vm.downSince == null ? outage(vm) : `down since ${utc(vm.downSince)}`,
      seconds(vm.rtoSeconds),
      rpo(vm),
      vm.checks.length === 0 ? '' : `${passed}/${vm.checks.length}`,
      vm.error?.code ?? vm.retrying?.code ?? '',
    ])}\n`;
  }
  yield section('Evidence', markdownTable(['', ''], evidenceRows(document)));
}

const VM_HEAD = ['VM', 'id', 'new id', 'wave', 'state', 'step', 'outage', 'RTO', 'RPO', 'checks', 'why'];

const names = (vms: { name: string }[]): string => listed(vms.map(({ name }) => name));

const section = (title: string, lines: string[]): string => `\n## ${title}\n\n${lines.join('\n')}\n`;

export const markdownTable = (head: string[], rows: string[][]): string[] => [tableHead(head), ...rows.map(tableRow)];

const tableHead = (head: string[]): string => `${tableRow(head)}\n${tableRow(head.map(() => '---'))}`;

const tableRow = (cells: string[]): string => `| ${cells.join(' | ')} |`;
