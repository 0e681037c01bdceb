/**
 * Who works with which VM between two sites, and who waits for it. A claim is granted as a whole, in the order of arrival, and
 * holds nothing while it waits: so no two can wait for each other. Pure, and what is said may come twice, late or out of order.
 */
import type {
  Claimant,
  ClaimOver,
  ClaimRequest,
  ClaimsOver,
  ClaimsWord,
  HeldClaims,
  Holder,
  MoreNames,
  Standing,
  Standings,
  UnitClaim,
} from '../../contract/claims.js';
import type { CarriedClaims } from '../../contract/inputs.js';

type Held = Claimant & UnitClaim;
/** `hasWaited`: its claimant must be told when it is free */
type Group = Claimant & { claims: UnitClaim[]; hasWaited?: true };

/** A claim by whose it is; ids of runs have no space. */
const subjectOf = (run: string, unit: string): string => `${run} ${unit}`;

const namesOf = ({ unit, also }: UnitClaim): string[] => [unit, ...also];

export class ClaimsState {
  readonly #held = new Map<string, Held>();
  /** by each name of a VM, whose claims have it: several only where a site has shown a name too late */
  readonly #owners = new Map<string, Set<string>>();
  #queue: Group[] = [];
  /** what is in the queue */
  readonly #queued = new Map<string, UnitClaim>();
  /** whom each unit that waits was said to wait for */
  #said = new Map<string, string>();
  /** holders that somebody waits for, and that were told */
  #awaited = new Set<string>();
  readonly #news = new Map<string, ClaimsWord>();
  /** said before it was known what is held; null: it is known */
  #early: (() => void)[] | null;
  #isToBeChecked = false;

  constructor(carried?: CarriedClaims) {
    this.#early = carried === undefined ? [] : null;
    for (const { claims, ...claimant } of carried?.held ?? [])
      for (const claim of claims) this.#hold({ ...claimant, ...claim });
    this.#queue = (carried?.queue ?? []).map((group) => ({ ...group, hasWaited: true }));
    this.#settle();
  }

  get carried(): CarriedClaims {
    const held = new Map<string, Group>();
    for (const { unit, revision, also, ...claimant } of this.#held.values()) {
      const its = held.get(claimant.parent) ?? { ...claimant, claims: [] };
      its.claims.push({ unit, revision, also });
      held.set(claimant.parent, its);
    }
    return { held: [...held.values()], queue: this.#queue };
  }

  /** What is held already, as those say who hold it; what was said meanwhile comes after it. */
  rebuilt(all: HeldClaims[]): void {
    for (const { claims, run, parent, source } of all)
      for (const claim of claims) this.#hold({ run, parent, source, ...claim });
    const early = this.#early ?? [];
    this.#early = null;
    for (const say of early) say();
    this.#settle();
  }

  ask(request: ClaimRequest): void {
    this.#whenReady(() => {
      const { run, parent, source, groups, over } = request;
      for (const one of over) this.#end(run, one);
      for (const group of groups) this.#enqueue({ run, parent, source, claims: group });
    });
  }

  /** A VM is known by more names. What has sent nothing gives all that it holds back where others have one, and waits. */
  more({ run, unit, also, unsent }: MoreNames): void {
    this.#whenReady(() => {
      const held = this.#held.get(subjectOf(run, unit));
      const queued = this.#queued.get(subjectOf(run, unit));
      if (held === undefined && unsent === null) return;
      const before = held ?? { ...(unsent as Claimant & { revision: number }), unit, also: queued?.also ?? [] };
      if (unsent !== null && before.revision > unsent.revision) return;
      const names = new Set([...before.also, ...also]);
      names.delete(unit);
      const claim: Held = { ...before, run, also: [...names] };
      if (unsent === null || (held !== undefined && this.#othersOf(claim).length === 0)) return this.#hold(claim);
      const { parent, source, revision } = claim;
      this.#drop(subjectOf(run, unit));
      this.#enqueue({ run, parent, source, claims: [{ unit, revision, also: claim.also }] });
    });
  }

  over({ run, parent, over }: ClaimsOver): void {
    this.#whenReady(() => {
      if (over !== 'all') {
        for (const one of over) this.#end(run, one);
        return;
      }
      const its = [...this.#held].filter(([, held]) => held.run === run && held.parent === parent);
      for (const [subject] of its) this.#drop(subject);
      this.#leave(parent);
    });
  }

  /** Nobody is there who could be told: what it waits for is not wanted any more. What its units do goes on. */
  gone(parent: string): void {
    this.#whenReady(() => this.#leave(parent));
  }

  standings({ run, units }: { run: string; units: string[] }): Standings {
    const of = (unit: string): Standing => {
      const subject = subjectOf(run, unit);
      if (this.#held.has(subject)) return { unit, is: 'held', by: null };
      if (this.#queued.has(subject)) return { unit, is: 'waits', by: this.#said.get(subject) ?? null };
      return { unit, is: 'unknown', by: null };
    };
    return { isReady: this.#early === null, units: units.map(of) };
  }

  get hasNews(): boolean {
    return this.#news.size > 0;
  }

  /** What claimants must be told, each once. */
  takeNews(): { parent: string; word: ClaimsWord }[] {
    const all = [...this.#news].map(([parent, word]) => ({ parent, word }));
    this.#news.clear();
    return all;
  }

  /** Somebody waits for a claim that was not asked about: its workflows may have been terminated. */
  get isToBeChecked(): boolean {
    return this.#isToBeChecked;
  }

  /** Claims that somebody waits for. */
  takeSuspects(): Holder[] {
    this.#isToBeChecked = false;
    return [...this.#awaited].flatMap((subject) => {
      const held = this.#held.get(subject);
      if (held === undefined) return [];
      const { also: _, ...holder } = held;
      return [holder];
    });
  }

  get suspects(): number {
    return this.#awaited.size;
  }

  /** @param ended nobody is left of these @param idle the claimant of these runs, and may not have heard that they are awaited */
  checked({ ended, idle }: { ended: Holder[]; idle: Holder[] }): void {
    for (const { run, unit, revision } of ended) this.#end(run, { unit, revision });
    for (const { run, parent, unit, revision } of idle) {
      if (this.#awaited.has(subjectOf(run, unit))) this.#tell(run, parent).awaited.push({ unit, revision });
    }
    this.#settle();
  }

  #whenReady(say: () => void): void {
    if (this.#early !== null) {
      this.#early.push(say);
      return;
    }
    say();
    this.#settle();
  }

  #enqueue(group: Group): void {
    const { run } = group;
    const revisionIn = (all: Map<string, UnitClaim>, unit: string) => all.get(subjectOf(run, unit))?.revision ?? 0;
    const claims = group.claims.filter(
      ({ unit, revision }) => revisionIn(this.#held, unit) < revision && revisionIn(this.#queued, unit) <= revision,
    );
    if (claims.length === 0) return;
    // What an earlier workflow of a unit had is over with it.
    for (const { unit } of claims) this.#drop(subjectOf(run, unit));
    this.#putIn({ ...group, claims });
    for (const claim of claims) this.#queued.set(subjectOf(run, claim.unit), claim);
  }

  /** One that comes again stays where it is. */
  #putIn(group: Group): void {
    const units = new Set(group.claims.map(({ unit }) => unit));
    if (![...units].some((unit) => this.#queued.has(subjectOf(group.run, unit)))) {
      this.#queue.push(group);
      return;
    }
    const isSame = (one: Group) => one.run === group.run && one.claims.some(({ unit }) => units.has(unit));
    const at = this.#queue.findIndex(isSame);
    const rest = this.#queue.filter((one) => !isSame(one));
    rest.splice(at < 0 ? rest.length : at, 0, group);
    this.#queue = rest;
  }

  #end(run: string, { unit, revision }: ClaimOver): void {
    const held = this.#held.get(subjectOf(run, unit));
    if (held !== undefined && held.revision <= revision) this.#drop(subjectOf(run, unit));
    if ((this.#queued.get(subjectOf(run, unit))?.revision ?? Infinity) > revision) return;
    const isOver = (claim: UnitClaim) => claim.unit === unit && claim.revision <= revision;
    this.#queue = this.#queue.flatMap((group) => {
      if (group.run !== run || !group.claims.some(isOver)) return [group];
      const claims = group.claims.filter((claim) => !isOver(claim));
      return claims.length === 0 ? [] : [{ ...group, claims }];
    });
  }

  #leave(parent: string): void {
    this.#queue = this.#queue.filter((group) => group.parent !== parent);
    this.#news.delete(parent);
  }

  #hold(held: Held): void {
    const subject = subjectOf(held.run, held.unit);
    this.#drop(subject);
    this.#held.set(subject, held);
    for (const name of namesOf(held)) {
      const owners = this.#owners.get(name) ?? new Set();
      this.#owners.set(name, owners.add(subject));
    }
  }

  #drop(subject: string): void {
    const held = this.#held.get(subject);
    if (held === undefined) return;
    this.#held.delete(subject);
    for (const name of namesOf(held)) {
      const owners = this.#owners.get(name);
      owners?.delete(subject);
      if (owners?.size === 0) this.#owners.delete(name);
    }
  }

  /** Those that have one of its names. */
  #othersOf(claim: UnitClaim & { run: string }, own?: ReadonlySet<string>): Held[] {
    const itself = subjectOf(claim.run, claim.unit);
    return namesOf(claim)
      .flatMap((name) => [...(this.#owners.get(name) ?? [])])
      .filter((subject) => subject !== itself && own?.has(subject) !== true)
      .flatMap((subject) => this.#held.get(subject) ?? []);
  }

  /** Grants what is free, in the order of arrival: what is wanted by one that came earlier is not free. */
  #settle(): void {
    /** name → the run that waits for it first */
    const wanted = new Map<string, string>();
    const awaited = new Map<string, Held>();
    const said = new Map<string, string>();
    const all = this.#queue;
    this.#queue = [];
    this.#queued.clear();
    for (const group of all) {
      const { run, parent, claims } = group;
      const own = new Set(claims.map(({ unit }) => subjectOf(run, unit)));
      let isFree = true;
      for (const claim of claims) {
        const others = this.#othersOf({ ...claim, run }, own);
        for (const other of others) awaited.set(subjectOf(other.run, other.unit), other);
        const earlier = namesOf(claim).flatMap((name) => wanted.get(name) ?? []);
        const by = others[0]?.run ?? earlier[0];
        if (by === undefined) continue;
        isFree = false;
        const subject = subjectOf(run, claim.unit);
        said.set(subject, by);
        const before = this.#said.get(subject);
        // Who asks hears it with the answer.
        if (before !== undefined && before !== by) this.#tell(run, parent).waiting.push({ unit: claim.unit, by });
      }
      if (isFree) {
        for (const claim of claims) {
          this.#hold({ run, parent, source: group.source, ...claim });
          if (group.hasWaited) this.#tell(run, parent).granted.push({ unit: claim.unit, revision: claim.revision });
        }
      } else {
        this.#queue.push({ ...group, hasWaited: true });
        for (const claim of claims) this.#queued.set(subjectOf(run, claim.unit), claim);
        for (const name of claims.flatMap(namesOf)) if (!wanted.has(name)) wanted.set(name, run);
      }
    }
    this.#said = said;
    for (const [subject, { run, parent, unit, revision }] of awaited) {
      if (this.#awaited.has(subject)) continue;
      this.#tell(run, parent).awaited.push({ unit, revision });
      this.#isToBeChecked = true;
    }
    this.#awaited = new Set(awaited.keys());
  }

  #tell(run: string, parent: string): ClaimsWord {
    const word = this.#news.get(parent) ?? { run, granted: [], waiting: [], awaited: [] };
    this.#news.set(parent, word);
    return word;
  }
}
