/** Which sites of a run no worker knows, for those who look at it again and again. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { loginsIn } from '../contract/logins.js';
import { runPlanQuery } from '../contract/messages.js';
import { runWorkflowId } from '../contract/names.js';
import { type Logins, loginsOf } from '../plan/types.js';
import { type Unknown, unknownBetween } from './known-sites.js';
import { ANSWER_WITHIN, type Session, within } from './session.js';

/** ms */
const KNOWN_FOR = 5_000;

type Meant = [one: string, other: string, logins: Logins];

export class UnknownSites {
  readonly #session: Session;
  readonly #run: string;
  #meant: Meant | null = null;
  #unknown: Unknown[] = [];
  /** when that was found out: epoch ms */
  #at = Number.NEGATIVE_INFINITY;

  constructor(session: Session, run: string) {
    this.#session = session;
    this.#run = run;
  }

  /** Asked anew after a while; none where it cannot be found out which sites are meant. */
  async now({ memo }: WorkflowExecutionDescription): Promise<Unknown[]> {
    if (Date.now() - this.#at < KNOWN_FOR) return this.#unknown;
    this.#meant ??= meantIn(memo) ?? (await this.#ask());
    if (this.#meant === null) return [];
    this.#unknown = await unknownBetween(this.#session, ...this.#meant);
    this.#at = Date.now();
    return this.#unknown;
  }

  /** An earlier Drover's memo has but one of them. */
  async #ask(): Promise<Meant | null> {
    const handle = this.#session.client.workflow.getHandle(runWorkflowId(this.#run));
    try {
      const plan = await within(this.#session, ANSWER_WITHIN, () => handle.query(runPlanQuery));
      return [plan.source.site, plan.destination.site, loginsOf(plan)];
    } catch {
      return null;
    }
  }
}

function meantIn(memo: Record<string, unknown> | undefined): Meant | null {
  const { site, peer } = memo ?? {};
  return typeof site === 'string' && typeof peer === 'string' ? [peer, site, loginsIn(memo)] : null;
}
