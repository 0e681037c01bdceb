/** What is said of many VMs alike, said once: shared by the formats that people read. Pure. */
import { causeOf } from '../../client/same-cause.js';
import type { HookRecord } from '../../contract/hook-record.js';
import type { RunReport, VmReport } from '../../contract/report.js';

/** A text, and the VMs of which it holds but for their own names and ids. */
export interface Alike {
  text: string;
  vms: VmReport[];
}

/** What tasks warned of, and hooks whose failure only warns; those of waves and of the run are of no VM. */
export function warnedAlike({ vms, hooks = [] }: Pick<RunReport, 'vms' | 'hooks'>): Alike[] {
  const said = vms.flatMap((vm) => [
    ...vm.operations.flatMap(({ kind, warnings = [] }) =>
      warnings.map(({ code, message }) => ({ vm, text: `The ${kind} warned: ${code}: ${message}` })),
    ),
    ...(vm.hooks ?? []).filter(isWarning).map((hook) => ({ vm, text: hookText(hook) })),
  ]);
  const ofRun = hooks.filter(isWarning).map((hook) => ({ text: hookText(hook), vms: [] }));
  return [...grouped(said, ({ text }) => text), ...ofRun];
}

/** Others hold or fail what they precede, and are told there. */
const isWarning = ({ result, rule }: HookRecord): boolean => result === 'failed' && rule === 'warn';

const hookText = ({ event, wave, url, error }: HookRecord): string =>
  `The hook ${event}${wave === undefined ? '' : ` of wave ${wave}`} failed (${url}): ${error}`;

/** What a person should know of a VM though nothing of it failed. */
export function notedAlike(vms: VmReport[]): Alike[] {
  const said = vms.flatMap((vm) => (vm.notes ?? []).map((text) => ({ vm, text })));
  return grouped(said, ({ vm, text }) => causeOf(text, vm));
}

interface Said {
  vm: VmReport;
  text: string;
}

function grouped(all: Said[], keyOf: (said: Said) => string): Alike[] {
  const groups = new Map<string, Alike>();
  for (const said of all) {
    const key = keyOf(said);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { text: said.text, vms: [said.vm] });
    else group.vms.push(said.vm);
  }
  return [...groups.values()];
}

/** VMs that were brought up at the other site, by their outages, the shortest first; and those that may be down still. */
export function outagesOf(vms: VmReport[]): { cut: VmReport[]; down: VmReport[] } {
  const cut = vms
    .filter((vm) => vm.outageSeconds !== null)
    .sort((a, b) => (a.outageSeconds ?? 0) - (b.outageSeconds ?? 0));
  return { cut, down: vms.filter(({ downSince }) => downSince != null) };
}

/** The shortest, median and longest of them; null: there is none. */
export function threeOf<T>(sorted: T[]): [shortest: T, median: T, longest: T] | null {
  const [shortest, middle, longest] = [sorted[0], sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return shortest === undefined || middle === undefined || longest === undefined ? null : [shortest, middle, longest];
}
