/** What can go wrong on the command line alone, beside what its library throws. */
import { DroverError, didYouMean, NoWorker } from '../client/errors.js';

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
    super(`The cancellation of run ${run} is recorded with Temporal and takes effect later. ${why.message}`, {
      next: why instanceof NoWorker ? 'start a worker with: drover worker; if one runs, see its log' : why.next,
      cause: why,
    });
    this.run = run;
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
