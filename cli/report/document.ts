/** The report as a document that stands for itself: what the run says, with by which plan, between which sites and how that is known. */

import { type CutoversCompared, cutoversCompared } from '../../client/forecast.js';
import type { RunFacts } from '../../client/run-facts.js';
import { plural } from '../../client/words.js';
import { actsBefore } from '../../contract/act.js';
import { isMovedBefore } from '../../contract/codes.js';
import { findingsOf, signOffOf } from '../../contract/drill-note.js';
import { isCutover } from '../../contract/operation.js';
import type { DrillResult, RunReport, RunTotals, VmReport } from '../../contract/report.js';
import { allVmsIn } from '../../contract/vapp.js';
import { bareId, DEFAULT_LOGIN, loginAt } from '../../plan/types.js';
import { checksumOf } from './checksum.js';

/** Grows when a member goes, or means something else; what is added changes nothing for who reads it. */
export const REPORT_VERSION = 2;

export interface ReportDocument extends Omit<RunReport, 'vms' | 'totals' | 'expected'> {
  version: typeof REPORT_VERSION;
  /** `sha256:` and hex, of what the plan or drill says; null: not known, as all that follows */
  planDigest: string | null;
  /** `login`: of the site's, by which the run works there; absent: by the default one */
  source: { site: string | null; login?: string };
  destination: { site: string | null; login?: string; vdc: string | null; storageProfile: string | null };
  /** moments between which a cutover may begin; null: at any time, or not known */
  window: { opens: string; closes: string } | null;
  approval: 'none' | 'run' | 'wave' | 'vm' | null;
  /** how long cutovers were expected to take, and have taken; null: neither is known, or a drill */
  cutovers: CutoversCompared | null;
  /** `movedBefore`: of the skipped, those that an earlier run has migrated */
  totals: RunTotals & { movedBefore: number };
  acts: NonNullable<RunReport['acts']>;
  /** of Drover: that of the worker that kept the evidence; of Temporal: its server's when this was written; of sites: as they said it */
  versions: { drover: string | null; temporal: string | null; sites: Record<string, string> };
  environment: { namespace: string; taskQueue: string } | null;
  writtenAt: string;
  /** of Drover, which has written the document */
  writtenBy: string;
  /** what of a run is not in it, since nobody told it when it was written; none: it is whole */
  missing: string[];
  /**
   * `sha256:` and hex, of the document without its own six members `versions`, `environment`, `writtenAt`, `writtenBy`,
   * `missing` and `checksum`, as JSON without white space: of a run that has ended it is always the same, and of a drill
   * until somebody notes something or signs. null: it is not whole
   */
  checksum: string | null;
  vms: DocumentVm[];
}

export interface DocumentVm extends Omit<VmReport, 'source' | 'vms'> {
  /** what the plan moves as one: a VM by itself is its own */
  unit: string;
  /** that it was moved with; absent: by itself */
  vapp?: { id: string; name: string };
  source: { site: string | null } & Partial<NonNullable<VmReport['source']>>;
  /** `vmId`: of the VM that it was recovered as by a migration or failover; null: it was not, or that is not known */
  destination: { site: string | null; vmId: string | null };
}

/** What the document tells of its own making: no part of what its checksum is of. */
const OWN = ['versions', 'environment', 'writtenAt', 'writtenBy', 'missing', 'checksum'] as const;

interface Making {
  /** null: nothing is known beside the report */
  facts: RunFacts | null;
  /** version of the Drover that writes it */
  by: string;
  at?: Date;
}

const utcOf = (moment: string): string => new Date(moment).toISOString();

/** The members that programs rely on, in the order in which a reader wants them, whatever else the value at hand carries. */
export function documentOf(report: RunReport, { facts, by, at = new Date() }: Making): ReportDocument {
  const { run, plan, kind, state, startedAt, finishedAt, totals, pausedBecause, pausedAdvice } = report;
  const { waitingFor, sitesAway, drill, acts = [], hooks } = report;
  const told = [...acts, ...(facts?.notes ?? [])];
  const { destination, cutover } = facts?.plan ?? {};
  const window = cutover?.window ?? null;
  const document = {
    version: REPORT_VERSION,
    run,
    plan,
    kind,
    state,
    startedAt,
    finishedAt,
    planDigest: facts?.planDigest ?? null,
    source: siteOf(facts?.source, facts),
    destination: {
      ...siteOf(facts?.destination, facts),
      vdc: destination?.vdc ?? null,
      storageProfile: destination?.storageProfile ?? null,
    },
    // A plan says it in any zone; all other times of the document are UTC.
    window: window === null ? null : { opens: utcOf(window.opens), closes: utcOf(window.closes) },
    approval: cutover?.approval ?? null,
    cutovers: cutoversCompared(report),
    totals: { ...totals, movedBefore: allVmsIn(report.vms.filter(isMovedBefore)) },
    pausedBecause,
    pausedAdvice,
    ...(waitingFor === undefined ? {} : { waitingFor }),
    sitesAway,
    drill: drill === null ? null : { ...drill, ...notesOf(facts) },
    acts: told,
    ...(hooks === undefined ? {} : { hooks }),
    versions: { drover: facts?.versions.drover ?? null, temporal: facts?.versions.temporal ?? null, sites: {} },
    environment: facts?.environment ?? null,
    writtenAt: at.toISOString(),
    writtenBy: by,
    missing: missingIn(report, facts),
    checksum: null,
    vms: report.vms.flatMap((unit) => documentVms(unit, kind, facts)),
  } satisfies ReportDocument;
  return document.missing.length > 0 ? document : { ...document, checksum: checksumOf(toldBy(document)) };
}

function missingIn({ vms, acts = [] }: RunReport, facts: RunFacts | null): string[] {
  const cut = vms.filter((vm) => vm.cut !== undefined).length;
  const before = actsBefore(acts);
  return [
    ...(facts?.isWhole === true ? [] : ['the plan, with VDC, storage profile, window and approval']),
    ...(cut === 0 ? [] : [`operations of ${plural(cut, 'VM')}`]),
    ...(before === 0 ? [] : [`${plural(before, 'act')} before those that are told`]),
  ];
}

/** What persons have added to a drill; nothing where that is not known. */
function notesOf(facts: RunFacts | null): Pick<DrillResult, 'findings' | 'signedBy'> {
  const notes = facts?.notes;
  return notes === undefined ? {} : { findings: findingsOf(notes), signedBy: signOffOf(notes) };
}

function siteOf(site: string | null | undefined, facts: RunFacts | null): ReportDocument['source'] {
  const login = loginAt(facts?.logins ?? {}, site ?? '');
  return { site: site ?? null, ...(login === DEFAULT_LOGIN ? {} : { login }) };
}

/** A vApp is each of its VMs: what was done was done to all of them. */
function documentVms({ vms, ...unit }: VmReport, kind: RunReport['kind'], facts: RunFacts | null): DocumentVm[] {
  if (vms === undefined) return [documentVm(unit, kind, facts)];
  const vapp = { id: bareId(unit.id), name: unit.name };
  return vms.map(({ id, name, replicationId, recoveredAs, power }) => {
    const { recoveredAs: _, ...rest } = unit;
    const own = {
      ...rest,
      id,
      name,
      replicationId,
      ...(recoveredAs === undefined ? {} : { recoveredAs: [recoveredAs] }),
    };
    const off = power === 'off' ? [`It is off, where the vApp was recovered.`] : [];
    const notes = [...(unit.notes ?? []), ...off];
    return { ...documentVm({ ...own, ...(notes.length === 0 ? {} : { notes }) }, kind, facts), unit: unit.id, vapp };
  });
}

function documentVm(vm: VmReport, kind: RunReport['kind'], facts: RunFacts | null): DocumentVm {
  const { id, source, vms: _, ...rest } = vm;
  const sites = [facts?.source ?? null, facts?.destination ?? null];
  const [from = null, to = null] = kind === 'failback' ? sites.reverse() : sites;
  return {
    id,
    unit: id,
    ...rest,
    source: { site: from, ...source },
    destination: { site: to, vmId: movedTo(vm, kind) },
  };
}

/** A drill brings home, or removes, what it has recovered. */
function movedTo({ recoveredAs = [], operations }: VmReport, kind: RunReport['kind']): string | null {
  if (kind === 'drill') return null;
  const isMoved = operations.some((one) => isCutover(one.kind) && one.result === 'succeeded');
  return isMoved ? (recoveredAs.at(-1) ?? null) : null;
}

/** What the checksum is of. In pieces: the texts of many VMs never stand in memory together. */
function* toldBy({ vms, ...head }: ReportDocument): Generator<string> {
  const own: readonly string[] = OWN;
  const told = Object.fromEntries(Object.entries(head).filter(([member]) => !own.includes(member)));
  yield `${JSON.stringify(told).slice(0, -1)},"vms":[`;
  for (const [at, vm] of vms.entries()) yield `${at === 0 ? '' : ','}${JSON.stringify(vm)}`;
  yield ']}';
}
