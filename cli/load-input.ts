import { BadInput } from '../plan/source/problem.js';
import type { Config } from '../plan/types.js';
import { type Cli, configWithSites } from './context.js';

/** The config, and what `load` reads for its sites, with the problems of both at once. @throws BadInput */
export function loadWithConfig<T>(cli: Cli, load: (sites: string[] | null) => T): { config: Config; loaded: T } {
  const problems: BadInput['problems'] = [];
  const collect = <V>(read: () => V): { value: V } | null => {
    try {
      return { value: read() };
    } catch (error) {
      if (!(error instanceof BadInput)) {
        throw error;
      }
      problems.push(...error.problems);
      return null;
    }
  };
  const config = collect(() => configWithSites(cli));
  const loaded = collect(() => load(config === null ? null : Object.keys(config.value.sites)));
  if (config === null || loaded === null) {
    throw new BadInput(problems);
  }
  return { config: config.value, loaded: loaded.value };
}
