/** How a drill is steered by persons, and by sites that refuse. */
import { ApplicationFailure, CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { isSiteAway, isSiteHeld } from '../../contract/guards.js';
import {
  cancelUpdate,
  pauseUpdate,
  resumeUpdate,
  type Scope,
  type Steered,
  siteAwaySignal,
  siteHeldSignal,
  siteResumeSignal,
} from '../../contract/messages.js';
import { siteWorkflowId } from '../../contract/names.js';
import type { Hold } from '../../contract/report.js';
import type { Pause } from '../../contract/shard.js';
import { hear } from '../hear.js';
import { answerActs, cancelled, handleAct, PAUSED, refuseWithoutReason } from '../run/acts.js';
import type { Herd } from '../run/herd.js';
import { groupOfAll } from '../run/named.js';
import type { RunProgress } from '../run/run-state.js';
import { signalIfOpen } from '../vm/steps/signal-if-open.js';

export class DrillSteering {
  readonly #state: RunProgress;
  readonly #herd: Herd;
  readonly #sites: string[];

  constructor(state: RunProgress, herd: Herd, sites: string[]) {
    this.#state = state;
    this.#herd = herd;
    this.#sites = sites;
    this.#listen();
  }

  #listen(): void {
    const state = this.#state;
    hear(siteHeldSignal, isSiteHeld, (hold) => {
      if (!this.#isHeld(hold.askedAt, hold)) this.#tellSites([hold.site]);
    });
    hear(siteAwaySignal, isSiteAway, ({ site, since, message }) =>
      state.reach(site, message === null ? null : { since, message }),
    );
    handleAct(state, pauseUpdate, {
      refuse: refuseWithoutReason,
      perform: ({ reason }) => {
        this.pause({ message: reason, advice: null });
        return { affected: state.unfinished.length, message: PAUSED };
      },
    });
    handleAct(state, resumeUpdate, { perform: () => this.#resume() });
    handleAct(state, cancelUpdate, {
      refuse: (scope) => refuseUnknown(state, scope),
      perform: (scope) => this.#cancel(scope),
    });
    answerActs(state);
    CancellationScope.current().cancelRequested.catch(() => this.#cancel({}));
  }

  pause(reason: Pause): void {
    if (this.#state.paused !== null) return;
    this.#state.pause(reason);
    this.#herd.order(this.#state.open);
  }

  /** A VM met a refusal: it is told when a person has said `resume` since. */
  held(unit: string, hold: Hold, askedAt: number): void {
    if (!this.#isHeld(askedAt, hold)) this.#herd.order([unit]);
  }

  /** Pauses the drill, unless that was refused before the last `resume`: whoever tells it has not heard of that, and is told. */
  #isHeld(askedAt: number, { message, advice = null }: Pick<Hold, 'message'> & Partial<Hold>): boolean {
    const isNew = askedAt >= this.#state.resumedAt;
    if (isNew) this.pause({ message, advice });
    return isNew;
  }

  /** What was refused before the last `resume` is no longer, at these sites. */
  #tellSites(names: string[]): void {
    const { resumedAt: at } = this.#state;
    this.#herd.errand(async () => {
      const sites = names.map((name) => getExternalWorkflowHandle(siteWorkflowId(name)));
      await Promise.all(sites.map((site) => signalIfOpen(site, siteResumeSignal, { at })));
    });
  }

  #resume(): Steered {
    const state = this.#state;
    state.resume(Date.now());
    this.#herd.order(state.open);
    this.#tellSites(this.#sites);
    this.#herd.wake();
    return { affected: state.unfinished.length, message: 'the run goes on' };
  }

  #cancel(scope: Scope): Steered {
    const { stopped, ended } = this.#state.cancel(scope, Date.now());
    this.#herd.order(stopped.map(({ id }) => id));
    this.#herd.wake();
    return cancelled({ done: groupOfAll(ended), asked: groupOfAll(stopped) });
  }
}

function refuseUnknown(state: RunProgress, { vm, wave }: Scope): void {
  const choice = vm === undefined ? null : state.named(vm);
  if (choice?.found === 'none') {
    throw ApplicationFailure.nonRetryable(`the run has no VM ${vm}`, 'UnknownVm');
  }
  if (choice?.found === 'many') {
    const ids = choice.vms.map(({ id }) => id).join(', ');
    throw ApplicationFailure.nonRetryable(
      `${choice.vms.length} VMs are named ${vm}: use an id, one of ${ids}`,
      'AmbiguousVm',
    );
  }
  if (wave !== undefined && !state.hasWave(wave)) {
    throw ApplicationFailure.nonRetryable(`the run has no wave ${wave}`, 'UnknownWave');
  }
}
