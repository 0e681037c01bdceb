import { requireKind } from '../client/file-kind.js';
import { loadDrill } from '../plan/drill/load-drill.js';
import { loadPlan } from '../plan/load-plan.js';
import { BadInput, type Problem } from '../plan/source/problem.js';
import type { Config, Drill, Plan } from '../plan/types.js';
import { type Cli, configWithSites } from './context.js';

export interface Loaded<T> {
  config: Config;
  loaded: T;
}

/**
 * The config and a plan for its sites.
 * @param begins as for `loadPlan`
 * @throws BadInput with the problems of both at once
 */
export function loadWithPlan(cli: Cli, file: string, begins?: Date): Loaded<Plan> {
  return loadWithConfig(cli, (sites) => planFor(file, sites, begins));
}

/** A plan for such sites. @throws BadInput also for a file that is surely no plan */
export function planFor(file: string, sites: string[] | null, begins?: Date): Plan {
  requireKind(file, 'plan');
  return loadPlan(file, { sites, ...(begins && { begins }) });
}

/** As {@link loadWithPlan}, with a drill. */
export function loadWithDrill(cli: Cli, file: string): Loaded<Drill> {
  return loadWithConfig(cli, (sites) => {
    requireKind(file, 'drill');
    return loadDrill(file, { sites });
  });
}

/** The config, and what `load` reads for its sites, with the problems of both at once. @throws BadInput */
export function loadWithConfig<T>(cli: Cli, load: (sites: string[] | null) => T): Loaded<T> {
  const inputs = new Inputs();
  const config = inputs.read(() => configWithSites(cli));
  const loaded = inputs.read(() => load(config === null ? null : Object.keys(config.value.sites)));
  if (config === null || loaded === null) {
    throw new BadInput(inputs.problems);
  }
  return { config: config.value, loaded: loaded.value };
}

/** Files that are read one after the other, whatever is wrong with those before. */
class Inputs {
  readonly #problems: Problem[] = [];

  get problems(): Problem[] {
    return [...this.#problems];
  }

  read<T>(load: () => T): { value: T } | null {
    try {
      return { value: load() };
    } catch (error) {
      if (!(error instanceof BadInput)) {
        throw error;
      }
      this.#problems.push(...error.problems);
      return null;
    }
  }
}
