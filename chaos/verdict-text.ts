/** The verdict for a person's eyes. */

import { plural } from '../client/words.js';
import { inWords } from '../contract/words.js';
import type { RequestCount } from '../simulator/index.js';
import { type Evidence, ITEMS, type Item } from './evidence.js';
import type { EventKind } from './journal.js';
import { isOperation } from './ledger-tail.js';
import type { ChaosResult } from './run.js';
import { timelineOf } from './timeline.js';

/** violations that are shown with the timeline of their VM; all are counted */
const SHOWN = 10;

export function verdictText(result: ChaosResult): string {
  const { verdict, command, took } = result;
  const { clean, violations } = verdict;
  return [
    ...measuredText(result),
    '',
    'Judged by the ledger and the world of the simulator:',
    ...Object.entries(ITEMS).map(([item, words]) => `  ${words.padEnd(36)}${verdict.counts[item as Item]}`),
    ...heldText(result),
    ...violationsText(result),
    '',
    `Repeat with: ${command}`,
    `Verdict: ${clean ? 'CLEAN, nothing lost, nothing twice' : `NOT CLEAN, ${plural(violations.length, 'violation')}`} (${inWords(took)}).`,
  ].join('\n');
}

function measuredText({ evidence, verdict, carried, cost, took, struck }: ChaosResult): string[] {
  const { recovery } = verdict;
  const totals = evidence.report?.totals;
  const adopted = (evidence.report?.vms ?? []).flatMap((vm) => vm.operations).filter((op) => op.adopted).length;
  const requests = evidence.requests.reduce((sum, { count }) => sum + count, 0);
  const count = (kind: EventKind) => evidence.events.filter((event) => event.kind === kind).length;
  return [
    '',
    `VMs             ${
      totals
        ? Object.entries(totals)
            .map(([state, count]) => `${state} ${count}`)
            .join(', ')
        : 'no report'
    }`,
    `killed          ${plural(carried.strikes, 'strike')} on workers (${carried.processesKilled} processes killed), ${plural(carried.serverStrikes, 'server kill')}`,
    `ended alone     ${plural(count('worker-ended'), 'worker')}${count('server-wedged') === 0 ? '' : `, Temporal wedged ${count('server-wedged')} times`}`,
    `faults struck   ${
      Object.entries(struck)
        .map(([id, count]) => `${id} ${count}`)
        .join(', ') || 'none'
    }`,
    `operations      ${evidence.ledger.filter(isOperation).length} accepted, ${adopted} adopted instead of sent again`,
    `recovery        after ${plural(recovery.times.length, 'death')} of all workers: median ${inWords(recovery.median)}, most ${inWords(recovery.max)}`,
    `wall time       ${inWords(took)}`,
    `history         ${
      cost === null
        ? 'not read'
        : `${cost.events} events in ${cost.executions} executions (${Object.entries(cost.byType)
            .map(([type, count]) => `${type} ${count}`)
            .join(', ')})`
    }`,
    `requests        ${requests}`,
    ...requestsText(evidence.requests),
  ];
}

function requestsText(requests: RequestCount[]): string[] {
  const byRoute = new Map<string, Map<string, number>>();
  for (const { method, route, status, count } of requests) {
    const key = `${method} ${route}`;
    const statuses = byRoute.get(key) ?? new Map<string, number>();
    const name = status === 0 ? 'cut' : String(status);
    statuses.set(name, (statuses.get(name) ?? 0) + count);
    byRoute.set(key, statuses);
  }
  const total = (statuses: Map<string, number>): number => [...statuses.values()].reduce((sum, one) => sum + one, 0);
  return [...byRoute]
    .sort(([, a], [, b]) => total(b) - total(a))
    .map(([route, statuses]) => {
      const detail = [...statuses]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([status, count]) => `${status}: ${count}`);
      return `  ${String(total(statuses)).padStart(7)}  ${route.padEnd(44)} ${detail.join(', ')}`;
    });
}

function heldText({ verdict, evidence }: ChaosResult): string[] {
  const name = (vmId: string): string => evidence.vms.find(({ id }) => id === vmId)?.name ?? vmId;
  return [
    `  ${'held for a person (no violation)'.padEnd(36)}${verdict.held.length}`,
    ...verdict.held.map(({ vmId, code }) => `    ${name(vmId)}: ${code}; the driver looked, and said resume`),
    ...verdict.decided.map(({ message }) => `    after that decision: ${message}`),
  ];
}

function violationsText({ verdict, evidence, began }: ChaosResult): string[] {
  const { violations } = verdict;
  const shownVms = new Set<string>();
  const lines = violations.slice(0, 200).map(({ item, message }) => `  ${ITEMS[item]}: ${message}`);
  const timelines = violations.flatMap(({ vmId }) => {
    if (vmId === null || shownVms.has(vmId) || shownVms.size >= SHOWN) return [];
    shownVms.add(vmId);
    return ['', ...timelineText(vmId, evidence, began)];
  });
  return lines.length === 0 ? [] : ['', 'Violations:', ...lines, ...timelines];
}

function timelineText(vmId: string, evidence: Evidence, began: number): string[] {
  const name = evidence.vms.find(({ id }) => id === vmId)?.name ?? vmId;
  return [`Timeline of ${name} (${vmId}):`, ...timelineOf(vmId, evidence, began).map((line) => `  ${line}`)];
}
