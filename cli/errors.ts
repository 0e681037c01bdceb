/** What can go wrong on the command line alone, beside what its library throws. */

import type { PlanCheck } from '../client/check-plan.js';
import { ActPending, DroverError, didYouMean, NoWorker } from '../client/errors.js';
import { whyUnwritable } from '../client/file-trouble.js';
import type { TemporalUnreachable } from '../temporal/unreachable.js';

/** The check before a run has found what the run would fail or wait over; nothing was started. */
export class PlanUnfit extends DroverError {
  readonly code = 'PlanUnfit';
  readonly check: PlanCheck;

  /** @param what it was checked for */
  constructor(check: PlanCheck, what: 'start' | 'add' = 'start') {
    const { plan, errors } = check;
    const undone = what === 'start' ? 'Nothing was started.' : 'Nothing was added.';
    super(`Plan ${plan} has ${errors.length === 1 ? '1 error' : `${errors.length} errors`}. ${undone}`, {
      next: `mend the plan, or say --no-check to ${what} it as it is`,
    });
    this.check = check;
  }
}

/** A failover that nobody has agreed to; nothing was started. */
export class NotAgreed extends DroverError {
  readonly code = 'NotConfirmed';
  /** `--no-input` was said, so that nobody was asked */
  readonly isUnasked: boolean;

  /** @param next what to type */
  constructor(run: string, next: string, isUnasked = false) {
    super(`Run ${run} fails VMs over, and nobody has said yes to it. Nothing was started.`, { next });
    this.isUnasked = isUnasked;
  }
}

/** The config names no such site. */
export class SiteUnknown extends DroverError {
  readonly code = 'SiteUnknown';
  readonly site: string;

  constructor(site: string, nearest: string[]) {
    super(`The config has no site ${site}.${didYouMean(nearest)}`, { next: 'drover doctor' });
    this.site = site;
  }
}

/** A whole run's cancellation that nobody could act on yet: Temporal keeps it for the first worker that can. */
export class CancelPending extends DroverError {
  readonly code = 'CancelPending';
  readonly run: string;

  constructor(run: string, why: DroverError) {
    const { because, next } = laterSince(run, why);
    super(`The cancellation of run ${run} is recorded with Temporal and takes effect later. ${because}`, {
      next,
      cause: why,
      effect: { is: 'pending', until: null },
    });
    this.run = run;
  }
}

/** A whole run's cancellation that Temporal was told of without an answer. */
export class CancelUnknown extends DroverError {
  readonly code = 'CancelUnknown';
  readonly run: string;

  constructor(run: string, why: TemporalUnreachable) {
    super(`Whether the cancellation of run ${run} has reached Temporal is not known. ${why.message}`, {
      next: `type the command again: it is the same cancellation however often it is said`,
      cause: why,
      effect: { is: 'unknown', until: null },
    });
    this.run = run;
  }
}

/** Around what kept an act of a person from being applied, now and later; `cause` is what is told. */
export class NotApplied extends Error {
  override readonly name = 'NotApplied';
  declare readonly cause: unknown;

  constructor(cause: unknown) {
    super('not applied', { cause });
  }
}

/** What holds of an act alone, that nothing was sent or that it lapses, does not hold of what Temporal keeps. */
function laterSince(run: string, why: DroverError): { because: string; next: string | null } {
  if (why instanceof NoWorker)
    return { because: why.message, next: 'start a worker with: drover worker; if one runs, see its log' };
  if (!(why instanceof ActPending)) return { because: why.message, next: why.next };
  const { cause } = why;
  return cause instanceof DroverError
    ? { because: cause.message, next: cause.next }
    : {
        because: 'No worker has acted on it yet.',
        next: `drover show ${run} tells when one has; see the log of the workers`,
      };
}

/** What a command has to say could not be written; what it has done is done. */
export class OutputLost extends DroverError {
  readonly code = 'OutputLost';

  constructor(cause: unknown) {
    super(`The standard output ${whyUnwritable(cause)}. What was written of it is not whole.`, {
      next: 'make room or name another file, then ask again; what the command was to do is not undone: drover list',
      cause,
    });
  }
}

/** Something else listens on the port that was asked for, or on the one after it. */
export class PortTaken extends DroverError {
  readonly code = 'PortTaken';

  constructor(port: number) {
    super(`Port ${port} or ${port + 1} is in use.`, { next: 'choose another with --port, or leave it out' });
  }
}

/** A setting of the environment that cannot be used on this machine; nothing was begun. */
export class BadSetting extends DroverError {
  readonly code = 'BadSetting';
  readonly setting: string;

  /** @param setting name of the variable */
  constructor(setting: string, value: string, reason: string, next: string) {
    super(`${setting}=${value}: ${reason}.`, { next });
    this.setting = setting;
  }
}
