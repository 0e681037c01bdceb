/** Shards that have ended, and that Temporal has forgotten before their run: what they had the store has. */
import { bulkhead } from 'cockatiel';
import type { ReportHead } from '../contract/evidence.js';
import type { InWave } from '../contract/pieces.js';
import { isFinal, type VmReport } from '../contract/report.js';
import { MOST_IN_SHARD } from '../contract/shard.js';
import { askStore } from './ask-store.js';
import { StoreUnanswered } from './errors.js';
import { inTheirWaves, keptPlanVms, keptVms, type Part } from './kept-units.js';
import type { Session } from './session.js';

/** Shards. */
const READ_AT_ONCE = 4;

/** What it has read it knows from then on: what has ended stays as it is. */
export class ForgottenShards {
  readonly #session: Session;
  readonly #head: Pick<ReportHead, 'run' | 'startedAt'>;
  readonly #reading = bulkhead(READ_AT_ONCE, Number.POSITIVE_INFINITY);
  readonly #rows = new Map<number, Promise<VmReport[]>>();
  /** that a run has cut, as the store has them; by their ids */
  readonly #whole = new Map<string, VmReport>();
  #execution: Promise<string> | null = null;

  /** @param head of the run, as it says it itself */
  constructor(session: Session, head: Pick<ReportHead, 'run' | 'startedAt'>) {
    this.#session = session;
    this.#head = head;
  }

  /** Whether it is this very run, and not another that had the same id. */
  isOf({ run, startedAt }: Pick<ReportHead, 'run' | 'startedAt'>): boolean {
    return this.#head.run === run && this.#head.startedAt === startedAt;
  }

  /** Of a shard that has ended. @throws StoreUnanswered */
  rowsOf(shard: number): Promise<VmReport[]> {
    const known = this.#rows.get(shard);
    if (known !== undefined) return known;
    const asked = this.#read(partOf(shard));
    this.#rows.set(shard, asked);
    asked.catch(() => this.#rows.delete(shard));
    return asked;
  }

  /**
   * Rows with all that the run has left out of them; as they are while the store does not answer.
   * @param first place of the first of them in the plan, in which they follow each other
   */
  async whole(rows: VmReport[], first: number): Promise<VmReport[]> {
    const isMissing = ({ id, cut }: VmReport): boolean => cut !== undefined && !this.#whole.has(id);
    if (rows.some(isMissing)) {
      const part = { from: first + rows.findIndex(isMissing), until: first + rows.findLastIndex(isMissing) + 1 };
      try {
        for (const vm of await this.#read(part)) if (isFinal(vm.state)) this.#whole.set(vm.id, vm);
      } catch (error) {
        if (!(error instanceof StoreUnanswered)) throw error;
      }
    }
    return rows.map((vm) => (vm.cut === undefined ? vm : (this.#whole.get(vm.id) ?? vm)));
  }

  #read(part: Part): Promise<VmReport[]> {
    return this.#reading.execute(() => this.ask(part));
  }

  /** @throws StoreUnanswered */
  protected async ask(part: Part): Promise<VmReport[]> {
    return keptVms(this.#session, await this.#of(), part);
  }

  /** What the plan says of its VMs. @throws StoreUnanswered */
  async plannedOf(shard: number): Promise<InWave[]> {
    const { vms } = await keptPlanVms(this.#session, await this.#of(), partOf(shard));
    return inTheirWaves(vms, await this.rowsOf(shard));
  }

  async #of(): Promise<{ run: string; execution: string }> {
    this.#execution ??= this.#find().catch((error: unknown) => {
      this.#execution = null;
      throw error;
    });
    return { run: this.#head.run, execution: await this.#execution };
  }

  /** Not that of another run that had the same id. */
  async #find(): Promise<string> {
    const { run, startedAt } = this.#head;
    const { run: kept } = await askStore(this.#session, { ask: 'run', run });
    if (kept?.head.startedAt === startedAt) return kept.execution;
    throw new StoreUnanswered(
      `Temporal has forgotten shards of run ${run}, and the store has not got it`,
      'drover doctor',
    );
  }
}

const partOf = (shard: number): Part => ({ from: shard * MOST_IN_SHARD, until: (shard + 1) * MOST_IN_SHARD });
