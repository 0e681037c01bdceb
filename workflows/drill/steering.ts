/** How a drill is steered by persons, and by sites that refuse. */
import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { Scope } from '../../contract/act.js';
import {
  addUpdate,
  approveUpdate,
  cancelUpdate,
  finishUpdate,
  moveUpdate,
  pauseUpdate,
  removeUpdate,
  resumeUpdate,
  retryUpdate,
  type Steered,
  setRunUpdate,
  skipUpdate,
  undoUpdate,
} from '../../contract/messages.js';
import type { DrillResult, Hold } from '../../contract/report.js';
import type { Pause } from '../../contract/shard.js';
import type { Drill } from '../../plan/types.js';
import {
  answerActs,
  cancelled,
  handleAct,
  onlyOne,
  PAUSED,
  refuseActs,
  refuseUnknownWave,
  refuseWithoutReason,
} from '../run/acts.js';
import { Audit } from '../run/audit.js';
import { hearSites, reasonOf, tellResumed } from '../run/hear-sites.js';
import type { Herd } from '../run/herd.js';
import { groupOfAll } from '../run/named.js';
import type { RunProgress } from '../run/run-state.js';

const UNDONE_FIRST = 'what was recovered is undone first, which only its time ends';

export class DrillSteering {
  readonly #state: RunProgress;
  readonly #herd: Herd;
  readonly #sites: string[];
  readonly #groups: Drill['groups'];
  readonly #endHold: () => DrillResult['phase'];

  /** @param endHold ends the drill's hold, and says in which phase it is */
  constructor(
    run: string,
    state: RunProgress,
    herd: Herd,
    { source, destination, groups }: Drill,
    endHold: () => DrillResult['phase'],
  ) {
    this.#state = state;
    this.#herd = herd;
    this.#sites = [source.site, destination.site];
    this.#groups = groups;
    this.#endHold = endHold;
    this.#listen(run, new Audit({ run, kind: 'drill' }, state));
  }

  #listen(run: string, audit: Audit): void {
    const state = this.#state;
    hearSites({
      away: state.away,
      held: (askedAt, reason) => this.#isHeld(askedAt, reason),
      tellSites: (names) => this.#tellSites(names),
    });
    handleAct(audit, pauseUpdate, {
      malformed: refuseWithoutReason,
      perform: ({ reason }) => {
        this.pause({ message: reason, advice: null });
        return { affected: state.unfinished.length, message: PAUSED };
      },
    });
    handleAct(audit, resumeUpdate, { perform: () => this.#resume() });
    handleAct(audit, cancelUpdate, {
      refuse: (scope) => {
        if (scope.vm !== undefined) onlyOne(scope.vm, state.meant(scope.vm));
        refuseUnknownWave(this.#groups, scope);
      },
      perform: (scope) => this.#cancel(scope),
    });
    handleAct(audit, finishUpdate, { perform: () => this.#finish(run) });
    const why = `${run} is a drill: what it does is undone, so that nothing of it is approved, set, left out or tried again`;
    refuseActs(
      audit,
      [addUpdate, approveUpdate, moveUpdate, removeUpdate, retryUpdate, setRunUpdate, skipUpdate, undoUpdate],
      why,
    );
    answerActs(state);
    CancellationScope.current().cancelRequested.catch(() => {
      const heard = audit.hear('cancel');
      audit.tell(heard, this.#cancel({}));
    });
  }

  pause(reason: Pause): void {
    if (this.#state.paused !== null) return;
    this.#state.pause(reason);
    this.#herd.order(this.#state.open);
  }

  /** A VM met a refusal: it is told when a person has said `resume` since. */
  held(unit: string, hold: Hold, askedAt: number): void {
    if (!this.#isHeld(askedAt, reasonOf(hold))) this.#herd.order([unit]);
  }

  /** Pauses the drill, unless that was refused before the last `resume`: whoever tells it has not heard of that, and is told. */
  #isHeld(askedAt: number, reason: Pause): boolean {
    const isNew = askedAt >= this.#state.resumedAt;
    if (isNew) this.pause(reason);
    return isNew;
  }

  /** What was refused before the last `resume` is no longer, at these sites. */
  #tellSites(names: string[]): void {
    const { resumedAt: at } = this.#state;
    this.#herd.errand(() => tellResumed(names, at));
  }

  #resume(): Steered {
    const state = this.#state;
    state.resume(Date.now());
    this.#herd.order(state.open);
    this.#tellSites(this.#sites);
    this.#herd.wake();
    return { affected: state.unfinished.length, message: 'The run goes on' };
  }

  #finish(run: string): Steered {
    const phase = this.#endHold();
    if (phase === 'claim' || phase === 'recover') {
      throw ApplicationFailure.nonRetryable(
        `not all its VMs are up and checked, so that it has proved nothing yet; drover show ${run} tells how far it is, drover cancel ${run} undoes what it has begun`,
        'NotInHold',
      );
    }
    if (phase !== 'hold') return { affected: 0, message: 'It is cleaning up already, and what it has proved counts' };
    this.#herd.wake();
    const held = this.#state.open.length;
    const what = `${held} ${held === 1 ? 'VM is' : 'VMs are'} checked once more and cleaned up now`;
    return { affected: held, message: `The hold is over: ${what}; what the drill has proved counts` };
  }

  #cancel(scope: Scope): Steered {
    const { stopped, ended } = this.#state.cancel(scope, Date.now());
    this.#herd.order(stopped.map(({ id }) => id));
    this.#herd.wake();
    return cancelled({ done: groupOfAll(ended), asked: groupOfAll(stopped) }, UNDONE_FIRST);
  }
}
