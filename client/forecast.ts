/** What is left of a run, and how long that is expected to take: pure. What nobody has measured is not known, rather than guessed. */
import { isMovedBefore } from '../contract/codes.js';
import { type Estimate, type Expected, lengthsOf, type Span } from '../contract/lengths.js';
import { isCutover } from '../contract/operation.js';
import { isFinal, type RunReport, type VmReport } from '../contract/report.js';
import { allVmsIn, vmsIn } from '../contract/vapp.js';

/** Of an open run. */
export interface Forecast {
  /** null: none is to come */
  cutovers: {
    /** that are to come, or go on */
    vms: number;
    /** where they are made; null: too few were measured there, so that nothing is said of how long they take */
    site: string | null;
    /** from when the first may begin, with nothing to wait for but places; ms. null: not known, as above */
    estimate: Estimate | null;
  } | null;
  /** null: none is to come */
  copies: {
    /** that are not complete */
    vms: number;
    /** of those, which have not begun, or of which the site does not tell how much there is */
    unknown: number;
    /** until the last of the others is complete: ms; null: none is known */
    left: number | null;
  } | null;
}

/** Steps after a cutover. */
const OVER = new Set<VmReport['step']>(['verify', 'delete-replication', 'done']);
const COPYING = new Set<VmReport['step']>(['initial-sync', 'resync']);
const BEFORE_COPY = new Set<VmReport['step']>(['queued', 'look', 'start', 'reverse']);

/** Of a way home, before its cutover and after it as well. */
const TURNING = new Set<VmReport['step']>(['reverse', 'resync']);

/** Its cutover is not over. */
export const isAhead = (vm: VmReport): boolean => !OVER.has(vm.step) && !(TURNING.has(vm.step) && isBack(vm));

/** While a run goes on its VMs are without operations that went well. */
const isBack = ({ operations, outageSeconds, downSince = null }: VmReport): boolean =>
  (outageSeconds !== null && downSince === null) ||
  operations.some(({ kind, result }) => isCutover(kind) && result === 'succeeded');

/** @param atOnce cutovers that the site lets run at once, as it is now; null: as it was when the run began @returns null: it is over, or a drill */
export function forecastOf(report: RunReport, atOnce: number | null = null): Forecast | null {
  const { kind, finishedAt, vms } = report;
  if (finishedAt !== null || kind === 'drill') return null;
  const open = vms.filter(({ state }) => !isFinal(state));
  const isCut = kind !== 'protect' && kind !== 'reverse';
  const ahead = isCut ? open.filter(isAhead) : [];
  return {
    cutovers: ahead.length === 0 ? null : cutoversAhead(report, ahead, atOnce),
    copies: copiesAhead(report, open),
  };
}

function cutoversAhead({ expected }: RunReport, ahead: VmReport[], atOnce: number | null): Forecast['cutovers'] {
  const estimate = expected === undefined ? null : estimateIn(expected, ahead, atOnce);
  return { vms: allVmsIn(ahead), site: expected?.site ?? null, estimate };
}

/** A failover takes what was copied before. */
function copiesAhead({ kind }: RunReport, open: VmReport[]): Forecast['copies'] {
  const isMeant = ({ step }: VmReport): boolean => COPYING.has(step) || (kind !== 'failover' && BEFORE_COPY.has(step));
  const copying = open.filter(isMeant);
  const etaOf = ({ step, progress }: VmReport): number | null =>
    COPYING.has(step) ? (progress?.etaSeconds ?? null) : null;
  const left = copying.flatMap((vm) => etaOf(vm) ?? []);
  return copying.length === 0
    ? null
    : {
        vms: allVmsIn(copying),
        unknown: allVmsIn(copying.filter((vm) => etaOf(vm) === null)),
        left: left.length === 0 ? null : Math.max(...left) * 1_000,
      };
}

/** Wave by wave, as many at once as the site and the run allow. null: how many that are is not known */
function estimateIn(
  expected: Expected,
  vms: Pick<VmReport, 'wave' | 'copy' | 'vms'>[],
  now: number | null = null,
): Estimate | null {
  const { count, p50Seconds, p95Seconds, share } = expected;
  const site = now ?? expected.atOnce;
  if (site === null) return null;
  const atOnce = Math.min(share ?? site, site);
  const each = { count, p50: p50Seconds * 1_000, p95: p95Seconds * 1_000 };
  const waves = new Map<string, typeof vms>();
  for (const vm of vms) waves.set(vm.wave, [...(waves.get(vm.wave) ?? []), vm]);
  const all = [...waves].map(([name, its]) => ({ name, vms: allVmsIn(its), ...ofWave(its, each, atOnce) }));
  const sum = (of: keyof Span): number => all.reduce((total, wave) => total + wave[of], 0);
  return { each, atOnce, waves: all, p50: sum('p50'), p95: sum('p95') };
}

/** Rounds of as many as run at once, each as long as its VMs take in the mean; no shorter than the longest of them. */
function ofWave(vms: Pick<VmReport, 'copy' | 'vms'>[], each: Span, atOnce: number): Span {
  const count = allVmsIn(vms);
  const rounds = Math.ceil(count / Math.max(1, atOnce));
  function of(share: keyof Span): number {
    const spans = vms.map((vm) => ({ ms: cutoverOf(vm, each)[share], weight: vmsIn(vm) }));
    const mean = spans.reduce((sum, { ms, weight }) => sum + ms * weight, 0) / count;
    return Math.round(Math.max(rounds * mean, ...spans.map(({ ms }) => ms)));
  }
  return { p50: of('p50'), p95: of('p95') };
}

/** A VM that was sent more last time than most takes longer: its cutover sends as much once more. Older copies have more to send. */
export function cutoverOf({ copy }: Pick<VmReport, 'copy'>, { p50, p95 }: Span): Span {
  const delta = (copy?.delta?.seconds ?? 0) * 1_000;
  return { p50: Math.max(p50, delta), p95: delta <= p50 ? p95 : p95 + delta - p50 };
}

/** What the cutovers of a run have taken. */
interface CutoversMeasured {
  /** that have succeeded, and that the run itself has sent */
  count: number;
  p50Seconds: number;
  p95Seconds: number;
  /** for so long some cutover was under way */
  underWaySeconds: number;
}

export interface CutoversCompared {
  /** when the run began, by those that were measured where it makes them; null: too few were, or nobody could say */
  expected: (Omit<Expected, 'share'> & { all: { p50Seconds: number; p95Seconds: number } | null }) | null;
  /** null: none has succeeded */
  measured: CutoversMeasured | null;
}

/** What was expected of a run's cutovers beside what came; null: neither is known, or it is a drill */
export function cutoversCompared({ kind, expected, vms }: RunReport): CutoversCompared | null {
  if (kind === 'drill') return null;
  const measured = measuredCutovers(vms);
  if (expected === undefined) return measured === null ? null : { expected: null, measured };
  const { share, ...told } = expected;
  const atOnce = told.atOnce === null ? null : Math.min(share ?? told.atOnce, told.atOnce);
  const moved = vms.filter((vm) => !isMovedBefore(vm));
  const all = estimateIn(expected, moved);
  const whole = all === null ? null : { p50Seconds: all.p50 / 1_000, p95Seconds: all.p95 / 1_000 };
  return { expected: { ...told, atOnce, all: whole }, measured };
}

/** Of one that was sent for a vApp all of its VMs tell. */
function measuredCutovers(units: Pick<VmReport, 'operations'>[]): CutoversMeasured | null {
  const byId = new Map(
    units.flatMap(({ operations }) =>
      operations.flatMap(({ operationId, kind, result, adopted, submittedAt, finishedAt }) =>
        isCutover(kind) && result === 'succeeded' && !adopted && finishedAt !== null
          ? [[operationId, { from: Date.parse(submittedAt), to: Date.parse(finishedAt) }] as const]
          : [],
      ),
    ),
  );
  const spans = [...byId.values()].sort((a, b) => a.from - b.from);
  const took = lengthsOf(
    spans.map(({ from, to }) => (to - from) / 1_000),
    1,
  );
  if (took === null) return null;
  let [underWay, end] = [0, 0];
  for (const { from, to } of spans) {
    underWay += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return {
    count: took.count,
    p50Seconds: took.p50 / 1_000,
    p95Seconds: took.p95 / 1_000,
    underWaySeconds: underWay / 1_000,
  };
}
