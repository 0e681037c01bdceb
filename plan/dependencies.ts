import { quote } from './check.js';
import { didYouMean } from './nearest.js';
import type { WaveEntry } from './plan-waves.js';
import type { Problem } from './problem.js';
import type { Reference, VmEntry } from './vm-entry.js';

interface Known {
  entries: VmEntry[];
  wave: Map<VmEntry, number>;
  byId: Map<string, VmEntry>;
  byName: Map<string, VmEntry[]>;
}

interface Edge {
  to: VmEntry;
  at: () => { line: number; column: number };
}

/**
 * Turns what stands in each VM's `after` into ids. Adds problems for VMs that are there twice, unknown or ambiguous
 * names, a VM of a later wave (which would never start: its wave waits for this one), and cycles.
 */
export function resolveDependencies(waves: WaveEntry[], problems: Problem[]): void {
  const known = index(waves, problems);
  const edges = new Map<VmEntry, Edge[]>();
  for (const entry of known.entries) {
    const found = entry.after.flatMap((reference) => resolve(entry, reference, known, problems));
    edges.set(entry, found);
    if (entry.vm) entry.vm.after = [...new Set(found.flatMap(({ to }) => to.id ?? []))];
  }
  reportCycles(edges, problems);
}

function index(waves: WaveEntry[], problems: Problem[]): Known {
  const known: Known = {
    entries: waves.flatMap(({ vms }) => vms),
    wave: new Map(),
    byId: new Map(),
    byName: new Map(),
  };
  for (const [number, { vms }] of waves.entries()) for (const entry of vms) known.wave.set(entry, number);
  for (const entry of known.entries) {
    const twin = entry.id === undefined ? undefined : known.byId.get(entry.id);
    if (twin) {
      const { line, column } = twin.at('id');
      const message = `the VM ${entry.id} is there twice, first at ${twin.file}:${line}:${column}`;
      problems.push({ file: entry.file, ...entry.at('id'), message });
      continue;
    }
    if (entry.id !== undefined) known.byId.set(entry.id, entry);
    if (entry.name !== undefined) known.byName.set(entry.name, [...(known.byName.get(entry.name) ?? []), entry]);
  }
  return known;
}

const lookup = (text: string, { byId, byName }: Known): VmEntry[] => {
  const byItsId = byId.get(text.toLowerCase());
  return byItsId ? [byItsId] : (byName.get(text) ?? []);
};

/** Names may hold blanks, so a text is split no further than it takes to find known VMs. */
function split(text: string, known: Known): string[] {
  const parts = text.split(';').flatMap((part) => part.trim() || []);
  return parts.flatMap((part) => (lookup(part, known).length > 0 ? [part] : part.split(/\s+/)));
}

function resolve(entry: VmEntry, reference: Reference, known: Known, problems: Problem[]): Edge[] {
  const texts = reference.several ? split(reference.text, known) : [reference.text.trim()];
  return texts.flatMap((text) => {
    const [to, ...others] = lookup(text, known);
    const report = (message: string, advice: Pick<Problem, 'expected' | 'hint'>) => {
      problems.push({ file: entry.file, ...reference.at(), message, ...advice });
      return [];
    };
    if (!to) {
      return report(`after names ${quote(text)}, which is no VM of this plan`, {
        expected: 'the id or name of a VM of this plan',
        ...didYouMean(text, [...known.byName.keys(), ...known.byId.keys()]),
      });
    }
    if (others.length > 0) {
      return report(`after names ${quote(text)}, and ${others.length + 1} VMs have that name`, {
        expected: 'the id of one',
      });
    }
    if ((known.wave.get(to) ?? 0) > (known.wave.get(entry) ?? 0)) {
      return report(`after names ${quote(text)}, a VM of a later wave`, {
        expected: 'a VM of the same wave or an earlier one',
        hint: 'a wave starts when the one before it has ended',
      });
    }
    return [{ to, at: reference.at }];
  });
}

const label = (entry: VmEntry): string => entry.name ?? entry.id ?? '?';

/** Reports each cycle once, from its first VM on, by walking what topological sorting leaves over. */
function reportCycles(edges: Map<VmEntry, Edge[]>, problems: Problem[]): void {
  const left = new Map(edges);
  const order = new Map([...edges.keys()].map((entry, index) => [entry, index]));
  for (;;) {
    dropFree(left);
    const [start] = left.keys();
    if (!start) return;
    const trail: VmEntry[] = [];
    let next: VmEntry = start;
    while (!trail.includes(next)) {
      trail.push(next);
      next = left.get(next)?.find(({ to }) => left.has(to))?.to ?? next;
    }
    const cycle = trail.slice(trail.indexOf(next));
    const first = cycle.reduce((a, b) => ((order.get(b) ?? 0) < (order.get(a) ?? 0) ? b : a));
    const ordered = [...cycle.slice(cycle.indexOf(first)), ...cycle.slice(0, cycle.indexOf(first)), first];
    const edge = edges.get(first)?.find(({ to }) => to === ordered[1]);
    const message = `VMs that wait for each other: ${ordered.map(label).join(' after ')}`;
    problems.push({ file: first.file, ...(edge ?? first).at('after'), message, expected: 'no cycle' });
    for (const entry of cycle) left.delete(entry);
  }
}

/** Removes, again and again, the VMs that wait for none of those that are left. */
function dropFree(left: Map<VmEntry, Edge[]>): void {
  const waiting = new Map([...left].map(([entry, edges]) => [entry, edges.filter(({ to }) => left.has(to)).length]));
  const followers = new Map<VmEntry, VmEntry[]>();
  for (const [entry, edges] of left) {
    for (const { to } of edges) if (left.has(to)) followers.set(to, [...(followers.get(to) ?? []), entry]);
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
