import { isNamedVm } from './named-vm.js';
import type { WaveEntry } from './plan-waves.js';
import { quote } from './source/check.js';
import { type Fault, type Place, type Problem, placeText } from './source/problem.js';
import { bareId, isVappUnit } from './vapp.js';
import type { Reference, VmEntry } from './vm-entry.js';
import { oneVm, VmNames, type Whole } from './vm-names.js';

interface Known {
  /** what the VMs are part of, for messages */
  whole: Whole;
  names: VmNames<VmEntry>;
  wave: Map<VmEntry, number>;
}

interface Edge {
  to: VmEntry;
  at: () => Place;
}

/**
 * Turns what stands in each VM's `after` into ids. Adds problems for VMs that are there twice, unknown or ambiguous
 * names, a VM of a later wave (which would never start: its wave waits for this one), and cycles.
 */
export function resolveDependencies(waves: WaveEntry[], whole: Whole, problems: Problem[]): void {
  const entries = waves.flatMap(({ vms }) => vms);
  reportTwins(entries, problems);
  const wave = new Map(waves.flatMap(({ vms }, number) => vms.map((entry) => [entry, number] as const)));
  const known: Known = { whole, names: new VmNames(entries), wave };
  const edges = new Map<VmEntry, Edge[]>();
  for (const entry of entries) {
    const found = entry.after.flatMap((reference) => resolve(entry, reference, known, problems));
    edges.set(entry, found);
    if (entry.vm) entry.vm.after = [...new Set(found.flatMap(({ to }) => to.id ?? []))];
  }
  reportCycles(edges, problems);
}

/** No VM may be there twice, nor may two VMs name the same replication. */
function reportTwins(entries: VmEntry[], problems: Problem[]): void {
  for (const key of ['id', 'replicationId'] as const) {
    const first = new Map<string, VmEntry>();
    for (const entry of entries) {
      const id = key === 'id' ? entry.id : entry.vm?.replicationId;
      if (id === undefined) continue;
      const twin = first.get(id);
      if (!twin) {
        first.set(id, entry);
        continue;
      }
      const what = key === 'replicationId' ? 'replication' : isVappUnit(id) ? 'vApp' : 'VM';
      // A vApp may go by its name alone, and so may a VM.
      const isByName = isNamedVm(id) || (isVappUnit(id) && entry.name !== undefined);
      const at = key === 'id' && isByName ? 'name' : key;
      const called = isNamedVm(id) ? (entry.name ?? id) : bareId(id);
      const message = `the ${what} ${called} is there twice, first at ${placeText(twin.at(at))}`;
      problems.push({ ...entry.at(at), message });
    }
  }
}

/** Names may hold blanks, so a text is split no further than it takes to find known VMs. */
function split(text: string, names: VmNames<VmEntry>): string[] {
  const parts = text.split(/[;\r\n]/).flatMap((part) => part.trim() || []);
  return parts.flatMap((part) => (names.find(part).length > 0 ? [part] : part.split(/\s+/)));
}

function resolve(entry: VmEntry, reference: Reference, known: Known, problems: Problem[]): Edge[] {
  const texts = reference.several ? split(reference.text, known.names) : [reference.text.trim()];
  return texts.flatMap((text) => {
    function report(fault: Fault) {
      problems.push({ ...reference.at(), ...fault });
      return [];
    }
    const found = oneVm(text, known.names, { subject: 'after', whole: known.whole });
    if ('fault' in found) return report(found.fault);
    if ((known.wave.get(found.vm) ?? 0) > (known.wave.get(entry) ?? 0)) {
      return report({
        message: `after names ${quote(text)}, a VM of a later wave`,
        expected: 'a VM of the same wave or an earlier one',
        hint: 'a wave starts when the one before it has ended',
      });
    }
    return [{ to: found.vm, at: reference.at }];
  });
}

const label = (entry: VmEntry): string => entry.name ?? entry.id ?? '?';

/** Each costs a look at every VM; a file with more has another mistake. */
const MOST_CYCLES = 20;
/** VMs of a cycle that are named. */
const LISTED = 10;

/** Reports each cycle once, from its first VM on, by walking what topological sorting leaves over. */
function reportCycles(edges: Map<VmEntry, Edge[]>, problems: Problem[]): void {
  const left = new Map(edges);
  const order = new Map([...edges.keys()].map((entry, index) => [entry, index]));
  for (let found = 0; found < MOST_CYCLES; found += 1) {
    dropFree(left);
    const [start] = left.keys();
    if (!start) return;
    const passed = new Set<VmEntry>();
    let next: VmEntry = start;
    while (!passed.has(next)) {
      passed.add(next);
      next = left.get(next)?.find(({ to }) => left.has(to))?.to ?? next;
    }
    const trail = [...passed];
    const cycle = trail.slice(trail.indexOf(next));
    const first = cycle.reduce((a, b) => ((order.get(b) ?? 0) < (order.get(a) ?? 0) ? b : a));
    const ordered = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first)), first];
    const edge = edges.get(first)?.find(({ to }) => to === ordered[1]);
    const named = ordered.length > LISTED + 1 ? ordered.slice(0, LISTED) : ordered;
    const others = ordered.length - named.length;
    const more = others === 0 ? '' : ` and so on, over ${others} more`;
    const message = `VMs that wait for each other: ${named.map(label).join(' after ')}${more}`;
    problems.push({ ...(edge ?? first).at('after'), message, expected: 'no cycle' });
    for (const entry of cycle) left.delete(entry);
  }
}

/** Removes, again and again, the VMs that wait for none of those that are left. */
function dropFree(left: Map<VmEntry, Edge[]>): void {
  const waiting = new Map([...left].map(([entry, edges]) => [entry, edges.filter(({ to }) => left.has(to)).length]));
  const followers = new Map<VmEntry, VmEntry[]>();
  for (const [entry, edges] of left) {
    for (const { to } of edges) {
      if (!left.has(to)) continue;
      const waiters = followers.get(to) ?? [];
      waiters.push(entry);
      followers.set(to, waiters);
    }
  }
  const free = [...left.keys()].filter((entry) => waiting.get(entry) === 0);
  for (let entry = free.pop(); entry; entry = free.pop()) {
    left.delete(entry);
    for (const follower of followers.get(entry) ?? []) {
      const count = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, count);
      if (count === 0) free.push(follower);
    }
  }
}
