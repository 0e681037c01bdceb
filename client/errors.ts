/** What can go wrong between a person and a run, as types: each says what happened and what to do next. */
import type { SiteCheck } from '../contract/inspection.js';
import { shellWord } from './shell-word.js';

/** What became of something that was asked for and not done: it is kept for a worker, or may be, which cannot be told. */
export interface Effect {
  is: 'pending' | 'unknown';
  /** from which on it is refused; null: it does not lapse */
  until: Date | null;
}

/** An error that a caller may act on; `code` is stable, `next` is what a person does about it. */
export abstract class DroverError extends Error {
  abstract readonly code: string;
  readonly next: string | null;
  /** null: what was asked for is not kept anywhere */
  readonly effect: Effect | null;

  constructor(message: string, options: { next?: string | null; cause?: unknown; effect?: Effect } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.next = options.next ?? null;
    this.effect = options.effect ?? null;
  }
}

/** No run has this id; `nearest` are ids that exist and look alike, best first. */
export class RunNotFound extends DroverError {
  readonly code = 'RunNotFound';
  readonly run: string;
  readonly nearest: string[];

  /** @param unasked why the store, which remembers what Temporal has forgotten, could not be asked */
  constructor(run: string, nearest: string[], unasked: StoreUnanswered | null = null) {
    const known = unasked === null ? 'No run is named' : 'Temporal has no run named';
    const missing = unasked === null ? '' : ` ${unasked.message}`;
    super(`${known} ${run}.${didYouMean(nearest)}${missing}`, { next: unasked?.next ?? 'drover list --all' });
    this.run = run;
    this.nearest = nearest;
  }
}

/** The store, which remembers what Temporal has forgotten, could not be asked. */
export class StoreUnanswered extends DroverError {
  readonly code = 'StoreUnanswered';

  constructor(why: string, next: string, cause?: unknown) {
    super(`The store could not be asked for older runs: ${why}.`, { next, cause });
  }
}

/** No wave or VM of the run has this id or name. */
export class NotInRun extends DroverError {
  readonly code = 'NotInRun';
  readonly run: string;
  readonly wanted: string;
  readonly nearest: string[];

  constructor(run: string, wanted: string, nearest: string[], what: string) {
    super(`Run ${run} has no ${what} ${wanted}.${didYouMean(nearest)}`, { next: `drover show ${run}` });
    this.run = run;
    this.wanted = wanted;
    this.nearest = nearest;
  }
}

/** No wave or VM of the plan has this id or name, or several have. */
export class NotInPlan extends DroverError {
  readonly code = 'NotInPlan';
  readonly plan: string;
  readonly nearest: string[];

  constructor(plan: string, what: string, nearest: string[]) {
    super(`Plan ${plan} has ${what}.${didYouMean(nearest)} Nothing was started.`);
    this.plan = plan;
    this.nearest = nearest;
  }
}

/** Several VMs of the run have this name, or a wave and a VM; `ids` tells them apart. */
export class AmbiguousName extends DroverError {
  readonly code = 'AmbiguousName';
  readonly run: string;
  readonly wanted: string;
  readonly ids: string[];

  /** @param meant what to type instead, and what that is where the word alone does not say it @param what they are, counted */
  constructor(run: string, wanted: string, meant: { typed: string; is: string | null }[], what: string) {
    const words = meant.map(({ typed, is }) => `${shellWord(typed)}${is === null ? '' : ` (${is})`}`);
    super(`${what} of run ${run} can be meant by ${wanted}: say which, one of ${words.join(', ')}. Nothing was done.`);
    this.run = run;
    this.wanted = wanted;
    this.ids = meant.map(({ typed }) => typed);
  }
}

/** The workers cannot reach the site that a run would work at. */
export class SiteAway extends DroverError {
  readonly code = 'SiteAway';
  readonly site: string;

  /** @param check what of it failed */
  constructor(site: string, url: string, check: Pick<SiteCheck, 'name' | 'detail' | 'fix'>) {
    const { name, detail, fix: advice } = check;
    const what = name === 'login' ? 'does not let the workers in' : 'cannot be reached by the workers';
    super(`Site ${site} (${url}) ${what}: ${detail}. Nothing was started.`, {
      next: `${advice ?? ''} See why: drover doctor`.trim(),
    });
    this.site = site;
  }
}

/** By its own word a site does not tell what was asked for, or not to the login of the workers. */
export class NotTold extends DroverError {
  readonly code = 'NotTold';
  readonly site: string;

  constructor(site: string, what: string) {
    super(`Site ${site} does not tell ${what} to the login of the workers.`, {
      next: `give the workers a login of ${site} that may list them; see also: drover doctor`,
    });
    this.site = site;
  }
}

/** A site has nothing of what was asked for. */
export class NothingFound extends DroverError {
  readonly code = 'NothingFound';
  readonly site: string;

  constructor(site: string, what: string) {
    super(`Site ${site} has ${what}.`, { next: 'ask for other ones; names are those of the site' });
    this.site = site;
  }
}

/** A name, or none, that several things answer to: which is meant only a person knows. */
export class Ambiguous extends DroverError {
  readonly code = 'Ambiguous';
  /** in words, with their ids */
  readonly candidates: string[];

  /** @param wanted null: nothing was named @param next what says which one */
  constructor(what: string, wanted: string | null, candidates: string[], next: string) {
    const called = wanted === null ? '' : ` called ${wanted}`;
    super(`Several can be meant by ${what}${called}: ${candidates.slice(0, 20).join(', ')}.`, {
      next: `say which one: ${next}`,
    });
    this.candidates = candidates;
  }
}

/** Names of a plan, each of which stands for nothing, or for several things. */
export class BadNames extends DroverError {
  readonly code = 'BadNames';
  /** what is to be said of each */
  readonly names: string[];

  constructor(names: string[]) {
    const more = names.length > SAID ? ` And ${names.length - SAID} more.` : '';
    super(`${names.length} names of the plan are not clear: ${names.slice(0, SAID).join(' ')}${more}`, {
      next: 'correct them in the plan, or give the ids',
    });
    this.names = names;
  }
}

/** Names that are told one by one. */
const SAID = 20;

/** What a plan says of a vApp does not go together with what stands at its site. */
export class BadVapp extends DroverError {
  readonly code = 'BadVapp';

  /** @param next what to do instead */
  constructor(message: string, next: string) {
    super(message, { next });
  }
}

/** The id belongs to a run of another plan or drill; that run is left alone. */
export class RunExists extends DroverError {
  readonly code = 'RunExists';
  readonly run: string;
  readonly plan: string;

  /** @param existing name and kind of what runs under this id, as its memo has them */
  constructor(run: string, wanted: { name: string; kind: string }, existing: { name: string; kind: string }) {
    const what = existing.kind === 'drill' ? 'drill' : 'plan';
    const same = existing.name === wanted.name && (existing.kind === 'drill') === (wanted.kind === 'drill');
    const other = same ? `another version of ${what} ${wanted.name}` : `${what} ${existing.name}`;
    const kind = existing.kind === wanted.kind || what === 'drill' ? '' : `, kind ${existing.kind}`;
    super(`Run ${run} exists already, started with ${other}${kind}. Nothing was started.`, {
      next: `choose another id with --id, or look at it: drover show ${run}`,
    });
    this.run = run;
    this.plan = wanted.name;
  }
}

/** The run has not come so far in the time that was given; it goes on. */
export class WaitedTooLong extends DroverError {
  readonly code = 'WaitedTooLong';
  readonly run: string;

  constructor(run: string, what: string, time: string) {
    super(`Run ${run} is not ${what === 'gate' ? 'at its gate' : what} after ${time}; it goes on.`, {
      next: `drover show ${run}`,
    });
    this.run = run;
  }
}

/** A drill has no gates, and nothing to be synced. */
export class BadMilestone extends DroverError {
  readonly code = 'BadMilestone';
  readonly run: string;

  constructor(run: string, what: string) {
    super(`Run ${run} is of a drill, which is never ${what === 'gate' ? 'at a gate' : what}: it can be done.`, {
      next: `drover wait ${run} --for done`,
    });
    this.run = run;
  }
}

/** The run is over, so that it cannot be steered any more. */
export class RunEnded extends DroverError {
  readonly code = 'RunEnded';
  readonly run: string;

  constructor(run: string) {
    super(`Run ${run} has ended; it cannot be changed any more.`, { next: `drover report ${run}` });
    this.run = run;
  }
}

/** None of its VMs that are meant has failed without being moved. */
export class NothingToRetry extends DroverError {
  readonly code = 'NothingToRetry';
  readonly run: string;

  constructor(run: string) {
    super(`Run ${run} is over, and nothing of it that was asked for has failed without being cut over.`, {
      next: `drover report ${run}`,
    });
    this.run = run;
  }
}

/** The run understood the request and declined it. */
export class Refused extends DroverError {
  readonly code = 'Refused';
  readonly run: string;

  constructor(run: string, reason: string) {
    super(`Run ${run} declined: ${reason}`, { next: `drover show ${run}` });
    this.run = run;
  }
}

/** No worker's config has a site of this name, and no run or drill works there. */
export class SiteNotFound extends DroverError {
  readonly code = 'SiteNotFound';
  readonly site: string;

  constructor(site: string, nearest: string[]) {
    super(`No worker knows a site ${site}, and nothing works there.${didYouMean(nearest)}`, {
      next: 'drover site list',
    });
    this.site = site;
  }
}

/** The site's workflow understood the request and declined it. */
export class SiteRefused extends DroverError {
  readonly code = 'Refused';
  readonly site: string;

  constructor(site: string, reason: string) {
    super(`Site ${site} declined: ${reason}`, { next: `drover site show ${site}` });
    this.site = site;
  }
}

/** No worker has acted on it yet. One that comes before `validUntil` will; one that comes later refuses it. */
export class ActPending extends DroverError {
  readonly code = 'ActPending';
  readonly run: string;
  readonly act: string;
  readonly validUntil: Date;

  /**
   * @param why the workflow's own trouble, when it has any
   * @param lost Temporal's, when it has not said whether it has the act
   * @param of whom it was told, and what shows that
   */
  constructor(
    run: string,
    act: string,
    validUntil: Date,
    why: DroverError | null,
    lost: Error | null = null,
    of: { whom: string; look: string } = { whom: `run ${run}`, look: `drover show ${run}` },
  ) {
    const until = validUntil.toISOString();
    const what =
      lost === null
        ? `No worker has acted on ${act} of ${of.whom} yet: it will be applied if one does before ${until}, and refused after.`
        : `Whether ${act} of ${of.whom} has reached Temporal is not known: if it has, it is applied before ${until} or refused after. ${lost.message}`;
    super(what + (why === null ? '' : ` ${why.message}`), {
      next: why?.next ?? `${of.look} tells whether it was; until then the same command is the same act`,
      cause: why ?? lost ?? undefined,
      effect: { is: lost === null ? 'pending' : 'unknown', until: validUntil },
    });
    this.run = run;
    this.act = act;
    this.validUntil = validUntil;
  }
}

/** A run's id that cannot become part of workflow ids and HTTP headers. */
export class BadRunId extends DroverError {
  readonly code = 'BadRunId';
  readonly run: string;

  constructor(run: string) {
    super(
      `${JSON.stringify(run)} cannot be a run's id: letters, digits, '.', '_', ':' and '-', at most 110, a letter or digit first.`,
    );
    this.run = run;
  }
}

/** The plan's cutover window is over, so that its VMs would be copied and never cut over. */
export class WindowOver extends DroverError {
  readonly code = 'WindowOver';
  readonly plan: string;

  constructor(plan: string, closes: string) {
    super(`The cutover window of plan ${plan} closed at ${closes}. Nothing was started.`, {
      next: 'give cutover.window moments that are still to come, or leave it out',
    });
    this.plan = plan;
  }
}

/** What was asked for removes VMs at their original site, and nobody has said that they may go. */
export class NotConfirmed extends DroverError {
  readonly code = 'NotConfirmed';
  readonly kind: string;

  constructor(kind: string, plan: string, source: string) {
    super(
      `A ${kind} removes the original VMs of plan ${plan} at ${source}: VCDA replaces them by copies of the recovered ones. Nothing was started.`,
      {
        next: `if they may go, say so: drover ${kind} … --confirm removes-source, or confirm: removes-source in the plan`,
      },
    );
    this.kind = kind;
  }
}

/** The run is one of a drill, which has no plan that could be run as another kind. */
export class NoPlan extends DroverError {
  readonly code = 'NoPlan';
  readonly run: string;

  constructor(run: string) {
    super(`Run ${run} is a drill and has no plan. Nothing was started.`, { next: 'name a plan file instead' });
    this.run = run;
  }
}

/** Only a part of the plan is with the run: what started it was broken off. */
export class PlanNotLoaded extends DroverError {
  readonly code = 'PlanNotLoaded';
  readonly run: string;

  constructor(run: string) {
    super(`Run ${run} has not got all of its plan yet. None of its VMs is touched before it has.`, {
      next: 'type the drover run that started it once more',
    });
    this.run = run;
  }
}

/** Temporal has forgotten the run, and the store has not got all of its plan. */
export class PlanNotKept extends DroverError {
  readonly code = 'PlanNotKept';
  readonly run: string;

  constructor(run: string) {
    super(
      `Temporal has forgotten run ${run}, and the store has not got all of its plan: the run was terminated, or an ` +
        'earlier Drover kept it. Nothing was started.',
      { next: 'name a plan file instead' },
    );
    this.run = run;
  }
}

/** No drill has this name: none is scheduled, or none has run. */
export class DrillNotFound extends DroverError {
  readonly code = 'DrillNotFound';
  readonly drill: string;
  readonly nearest: string[];

  constructor(drill: string, nearest: string[], what: 'scheduled' | 'known' = 'scheduled') {
    super(`No drill named ${drill} is ${what}.${didYouMean(nearest)}`, {
      next: what === 'scheduled' ? 'drover drill list, or drover drill schedule DRILL' : 'drover drill list',
    });
    this.drill = drill;
    this.nearest = nearest;
  }
}

/** The drill runs already, and its schedule lets no second one begin beside it. */
export class DrillRunning extends DroverError {
  readonly code = 'DrillRunning';
  readonly drill: string;
  /** null: it ended while it was looked for */
  readonly run: string | null;

  constructor(drill: string, run: string | null) {
    super(`Drill ${drill} is running already${run === null ? '' : `, as run ${run}`}. Nothing was started.`, {
      next: run === null ? `drover drill list` : `drover watch ${run}`,
    });
    this.drill = drill;
    this.run = run;
  }
}

/** The schedule's id belongs to what Drover did not make, or to other drills than those that are applied. */
export class ScheduleTaken extends DroverError {
  readonly code = 'ScheduleTaken';
  readonly drill: string;

  constructor(drill: string, owner: string, next: string) {
    super(`The schedule of drill ${drill} belongs to ${owner}; it was not changed.`, { next });
    this.drill = drill;
  }
}

/** Temporal does not accept the times of a schedule, which Drover thought good. */
export class ScheduleRefused extends DroverError {
  readonly code = 'ScheduleRefused';
  readonly drill: string;

  constructor(drill: string, reason: string, cause: unknown) {
    super(`Temporal refuses the schedule of drill ${drill}: ${reason}. It was not changed.`, {
      next: "correct schedule.cron or schedule.timezone in the drill's file",
      cause,
    });
    this.drill = drill;
  }
}

/** What a person does when no worker listens. */
export const START_WORKER = 'start one with: drover worker';

/** Nobody polls the task queue, or whoever polls it gives no answer in time. Nothing that runs is lost by it. */
export class NoWorker extends DroverError {
  readonly code = 'NoWorker';
  readonly taskQueue: string;

  constructor(
    taskQueue: string,
    what: string = `No worker listens on task queue ${taskQueue}.`,
    next: string = START_WORKER,
    cause?: unknown,
  ) {
    super(what, { next, cause });
    this.taskQueue = taskQueue;
  }
}

/** Temporal keeps a sweep for the first worker that comes, whenever that is. */
export class SweepPending extends DroverError {
  readonly code = 'SweepPending';
  readonly site: string;

  constructor(site: string) {
    super(
      `No worker has begun with the sweep of site ${site} yet: Temporal keeps it, and it will be done when a worker comes.`,
      {
        next: `start a worker with: drover worker; drover drill sweep ${site} then waits for the same sweep`,
        effect: { is: 'pending', until: null },
      },
    );
    this.site = site;
  }
}

/** Temporal keeps the removal of a run's replications for the first worker that comes. */
export class TidyPending extends DroverError {
  readonly code = 'TidyPending';
  readonly run: string;

  constructor(run: string) {
    super(`No worker has begun to remove the replications of run ${run} yet: Temporal keeps it for one that comes.`, {
      next: `start a worker with: drover worker; drover show ${run} tells what came of it`,
      effect: { is: 'pending', until: null },
    });
    this.run = run;
  }
}

/** Findings and a sign-off are added to a drill once it is over. */
export class DrillNotOver extends DroverError {
  readonly code = 'DrillNotOver';
  readonly run: string;

  constructor(run: string, why: string) {
    super(`Run ${run} ${why}: findings and a sign-off are of drills that are over. Nothing was kept.`, {
      next: `drover show ${run}`,
    });
    this.run = run;
  }
}

/** The workers meet an unexpected error in Drover's own code, over and over; the workflow waits for corrected code. */
export class WorkflowFailing extends DroverError {
  readonly code = 'WorkflowFailing';
  readonly workflowId: string;
  readonly attempt: number;
  readonly lastFailure: string | null;

  constructor(workflowId: string, attempt: number, lastFailure: string | null) {
    super(
      `Drover's own code fails on workflow ${workflowId}, attempt ${attempt}${lastFailure === null ? '' : `: ${lastFailure}`}.`,
      { next: "see the worker's log, fix and redeploy the worker; the workflow then goes on where it was" },
    );
    this.workflowId = workflowId;
    this.attempt = attempt;
    this.lastFailure = lastFailure;
  }
}

/** A person stopped watching; what was watched goes on unless the message says otherwise. */
export class Interrupted extends DroverError {
  readonly code = 'Interrupted';

  constructor(message: string, next: string | null) {
    super(message, { next });
  }
}

/** ` Nearest: a, b.`, to end a message with; nothing when no name is near. */
export function didYouMean(nearest: string[]): string {
  return nearest.length === 0 ? '' : ` Nearest: ${nearest.join(', ')}.`;
}
