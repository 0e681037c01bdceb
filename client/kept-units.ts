/** Units of runs as the store remembers them, or what their plans say of them: read in pages. */
import type { EvidenceOf, PageStart, UnitsAsked } from '../contract/evidence.js';
import type { InWave } from '../contract/pieces.js';
import type { VmReport } from '../contract/report.js';
import { MOST_IN_SHARD, type PlanHead, shardsOf } from '../contract/shard.js';
import type { PlanVm } from '../plan/types.js';
import { askStore } from './ask-store.js';
import type { Session } from './session.js';

/** No plan has so many places, and no database less in a column of numbers. */
const BEYOND = 2 ** 31 - 1;

/** Places in the plan, `until` being the first that is not meant any more. */
export interface Part {
  from: number;
  until: number;
}

/** All places of a run of so many VMs, in parts that may be read side by side; the last has whatever else there is. */
export function partsOf(vms: number): Part[] {
  const count = shardsOf(vms);
  const placeOf = (n: number): number => n * MOST_IN_SHARD;
  return Array.from({ length: count }, (_, n) => ({
    from: placeOf(n),
    until: n === count - 1 ? BEYOND : placeOf(n + 1),
  }));
}

/** @param part absent: all of them @throws StoreUnanswered */
export async function keptVms(session: Session, of: EvidenceOf, part?: Part): Promise<VmReport[]> {
  const pages = await allPages(part, async (asked) => (await askStore(session, { ask: 'vms', of, ...asked })).vms);
  return pages.flatMap(({ vms }) => vms);
}

/** As {@link keptVms}, what the plan says of them; null: it was not kept. */
export async function keptPlanVms(
  session: Session,
  of: EvidenceOf,
  part?: Part,
): Promise<{ head: PlanHead | null; vms: PlanVm[] }> {
  const pages = await allPages(part, async (asked) => (await askStore(session, { ask: 'plan', of, ...asked })).plan);
  return { head: pages[0]?.head ?? null, vms: pages.flatMap(({ vms }) => vms) };
}

/** @param rows what is known of these VMs: a person may have moved one to another wave */
export function inTheirWaves(vms: PlanVm[], rows: Pick<VmReport, 'id' | 'wave'>[]): InWave[] {
  const waves = new Map(rows.map(({ id, wave }) => [id, wave]));
  return vms.map((vm) => ({ wave: waves.get(vm.id) ?? '', vm }));
}

async function allPages<Page extends { next: PageStart | null }>(
  part: Part | undefined,
  ask: (asked: Pick<UnitsAsked, 'from' | 'until'>) => Promise<Page | undefined>,
): Promise<Page[]> {
  const pages: Page[] = [];
  let from: PageStart | null = part === undefined ? null : { position: part.from, unit: '' };
  do {
    const page: Page | undefined = await ask({ from, ...(part === undefined ? {} : { until: part.until }) });
    if (page !== undefined) pages.push(page);
    from = page?.next ?? null;
  } while (from !== null);
  return pages;
}
