/**
 * For CI systems: a suite for each wave or group with a case for each VM and each check, and one for the run itself. What is not
 * over is skipped, so that no pipeline takes it for done. The library escapes for XML, too.
 */
import { html as xml } from 'ghtml';
import { advised } from '../../client/advised.js';
import { between } from '../../client/words.js';
import type { CheckResult } from '../../contract/report.js';
import { placeOf } from '../text/run-text.js';
import type { DocumentVm, ReportDocument } from './document.js';
import { metWord, objectivesOf } from './rows.js';

interface Case {
  name: string;
  seconds: string;
  /** what it ended with, if it has not passed: in short, and whole */
  failure?: { type: string; message: string; details: string };
  skipped?: string;
}

interface Suite {
  name: string;
  cases: Case[];
}

export function* junitReport(document: ReportDocument): Generator<string> {
  const { run, startedAt, finishedAt, writtenAt, vms } = document;
  const waves = new Map<string, DocumentVm[]>();
  for (const vm of vms) waves.set(vm.wave, [...(waves.get(vm.wave) ?? []), vm]);
  const suites: Suite[] = [
    { name: run, cases: runCases(document) },
    ...[...waves].map(([wave, members]) => ({ name: `${run}.${wave}`, cases: members.flatMap(vmCases) })),
  ];
  const counts = countsOf(suites.flatMap(({ cases }) => cases));
  const took = secondsOf(startedAt, finishedAt ?? writtenAt);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `${xml`<testsuites name="drover ${run}" !${counts} time="${took}">`}\n`;
  for (const { name, cases } of suites) {
    const its = countsOf(cases);
    yield `${xml`<testsuite name="${name}" !${its} timestamp="${startedAt.slice(0, 19)}" time="${took}">`}\n`;
    for (const one of cases) yield `${caseText(name, one)}\n`;
    yield '</testsuite>\n';
  }
  yield '</testsuites>\n';
}

function countsOf(cases: Case[]): string {
  const failed = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return `tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

function caseText(suite: string, { name, seconds, failure, skipped }: Case): string {
  const open = xml`<testcase classname="${suite}" name="${name}" time="${seconds}"`;
  if (failure !== undefined) {
    const { type, message, details } = failure;
    return xml`!${open}><failure type="${type}" message="${message}">${details}</failure></testcase>`;
  }
  return skipped === undefined ? `${open}/>` : xml`!${open}><skipped message="${skipped}"/></testcase>`;
}

/** Of the run: whether it succeeded, as the exit code says it, what it was to hold, and what it was to leave as it was. */
function runCases(document: ReportDocument): Case[] {
  const { run, state, startedAt, finishedAt, drill, pausedBecause } = document;
  const seconds = secondsOf(startedAt, finishedAt);
  const isOpen = finishedAt === null;
  const ended: Case = {
    name: `${run} succeeds`,
    seconds,
    ...(isOpen ? { skipped: pausedBecause === null ? state : `paused: ${pausedBecause}` } : {}),
    ...(isOpen || state === 'succeeded' ? {} : { failure: failed(state, `Its state is ${state}.`) }),
  };
  const objectives = objectivesOf(document).map((one): Case => {
    const { name, wanted, measured, met } = one;
    const said = `${measured}, wanted: ${wanted}`;
    return {
      name: `${name}: ${wanted}`,
      seconds,
      ...(met === null ? { skipped: metWord(one) } : {}),
      ...(met === false ? { failure: failed('missed', said, [said, ...(drill?.missed ?? [])]) } : {}),
    };
  });
  return [ended, ...objectives];
}

const failed = (type: string, message: string, lines: string[] = [message]): NonNullable<Case['failure']> => ({
  type,
  message,
  details: lines.join('\n'),
});

function vmCases(vm: DocumentVm): Case[] {
  const { name, id, startedAt, finishedAt } = vm;
  const label = name === id ? id : `${name} (${id})`;
  const own: Case = { name: label, seconds: secondsOf(startedAt, finishedAt), ...outcomeOf(vm) };
  return [own, ...vm.checks.map((check) => checkCase(label, check))];
}

function outcomeOf({ state, step, waitingFor, error, downSince }: DocumentVm): Pick<Case, 'failure' | 'skipped'> {
  const why = error === null ? null : `${error.code}: ${advised(error)}`;
  if (state === 'failed') {
    const lines = [
      why ?? 'It failed.',
      `step ${step}`,
      ...(error === null ? [] : placeOf(error)),
      ...(downSince == null ? [] : [`may be down since ${downSince}`]),
    ];
    return { failure: failed(error?.code ?? 'failed', error?.message ?? 'It failed.', lines) };
  }
  if (state === 'succeeded') return {};
  if (state === 'running' || state === 'waiting') {
    return { skipped: `not over: ${state}, ${waitingFor === null ? step : `waiting for ${waitingFor}`}` };
  }
  return { skipped: why ?? state };
}

function checkCase(label: string, { name, ok, detail, advice, attempts, startedAt, finishedAt }: CheckResult): Case {
  const said = advised({ message: detail, advice: advice ?? null });
  return {
    name: `${label}: ${name}`,
    seconds: secondsOf(startedAt, finishedAt),
    ...(ok ? {} : { failure: failed('check', said, [said, `${attempts} attempts`]) }),
  };
}

/** Until now where the second has not come; 0 where the first has not. */
const secondsOf = (from: string | null, to: string | null): string => ((between(from, to) ?? 0) / 1000).toFixed(3);
