/** Takes logins that have changed up without a restart: when a file with one is written, on SIGHUP, and when one is refused. */
import { statSync } from 'node:fs';
import { secretFiles } from '../plan/config/exposed-files.js';
import { reloadConfig } from '../plan/config/load-config.js';
import type { Config } from '../plan/types.js';
import type { Env } from '../temporal/connection.js';
import type { Sites } from '../vcda/index.js';
import type { Logger } from './logger.js';

/** ms between two looks at a file: mounts tell of no change, and where a link leads is only seen by looking */
const LOOK_EVERY = 5_000;
/** ms; a program that prints a password is not run for each call that is refused */
const REFUSED_AGAIN_AFTER = 60_000;

/** What a config and its files with secrets are, by path: of one that is written or replaced it is another. */
export type Seen = ReadonlyMap<string, string>;

/** To be taken before they are read, so that what comes in between is not missed. */
export const seenOf = (configPath: string, env: Env): Seen =>
  new Map([configPath, ...secretFiles(configPath, env)].map((file) => [file, stampOf(file)]));

/** Of what a link leads to; none: `''`. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return '';
  }
}

interface Watched {
  configPath: string;
  env: Env;
  sites: Pick<Sites, 'renew'>;
  log: Logger;
  /** is told of each config that was read anew, before it is used */
  read?: (config: Config) => void;
  /** as they were before the config was read; default: as they are */
  seen?: Seen;
  /** ms; default 5 s */
  every?: number;
}

export class Credentials {
  readonly #of: Watched;
  readonly #looking: NodeJS.Timeout;
  #seen: Seen;
  #reading: Promise<void> = Promise.resolve();
  #isDue = false;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(of: Watched) {
    this.#of = of;
    this.#seen = of.seen ?? seenOf(of.configPath, of.env);
    process.on('SIGHUP', this.#changed);
    this.#looking = setInterval(() => this.#look(), of.every ?? LOOK_EVERY).unref();
  }

  /** A site refuses its login: what a program prints, which no file tells of, may be another by now. */
  readonly refused = (): void => {
    if (performance.now() - this.#refusedAt < REFUSED_AGAIN_AFTER) return;
    this.#refusedAt = performance.now();
    this.#changed();
  };

  /** What is being read is read to its end. */
  async close(): Promise<void> {
    process.off('SIGHUP', this.#changed);
    clearInterval(this.#looking);
    await this.#reading;
  }

  #look(): void {
    if ([...this.#seen].some(([file, stamp]) => stampOf(file) !== stamp)) this.#changed();
  }

  readonly #changed = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#reading = this.#reading.then(() => this.#read());
  };

  async #read(): Promise<void> {
    this.#isDue = false;
    const { configPath, env, sites, log, read } = this.#of;
    this.#seen = seenOf(configPath, env);
    try {
      // A pipe has been read to its end.
      if ([...this.#seen.keys()].some(isPipe)) throw new Error('a pipe cannot be read again');
      const config = await reloadConfig(configPath, { env, need: 'worker' });
      read?.(config);
      const { taken, moved } = sites.renew(config);
      if (moved.length > 0)
        log.warn(
          { sites: moved, advice: 'Restart this worker.' },
          'logins from before are kept: the address, trust or proxy of the site is another as well',
        );
      if (taken.length > 0) log.info({ sites: taken }, 'logins renewed');
      else log.info('config read anew: no login is another');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ problem }, 'the config cannot be used as it is now: the logins from before are kept');
    }
  }
}

function isPipe(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
