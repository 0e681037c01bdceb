/** The folder of `drover up --simulator`: a world of two simulated sites, a config for them, a first plan. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Drover } from '../../client/drover.js';
import { DroverError } from '../../client/errors.js';
import { BadInput } from '../../plan/source/problem.js';
import { beginningOf, type SimulatorOptions } from '../../simulator/index.js';
import { freePorts, whyTaken } from '../../temporal/free-ports.js';
import { EXAMPLE_SITES } from '../demo/plan.js';
import { SIMULATED_PASSWORD, simulatedSites } from '../embedded/config.js';
import { newPlanText } from '../new-plan-text.js';
import type { UpState } from './state.js';

export interface PlaygroundOptions {
  /** path of the config, which need not exist yet */
  config: string;
  state: UpState;
  vms: number | undefined;
  /** simulated seconds per second; absent: as before */
  speed: number | undefined;
  say: (line: string) => void;
}

export const DEFAULTS = { vms: 40, speed: 60 };
const PLAN = 'paris-exit.yaml';
const WORLD = 'simulator.jsonl';
const PASSWORD = 'simulator-password';

export const hasPlayground = (state: UpState): boolean => existsSync(state.path(WORLD));

/** @returns what the simulator is to be started with; its world is the one of before, if there was one */
export async function playgroundWorld({
  config,
  state,
  vms,
  speed,
  say,
}: PlaygroundOptions): Promise<SimulatorOptions> {
  const keep = state.path(WORLD);
  const before = beginningOf(keep);
  if (before === null && existsSync(config)) throw notOurs(config);
  if (before === null) {
    const ports = await freePorts(2);
    const sites = Object.values(EXAMPLE_SITES).map((name, index) => ({ name, port: ports[index] ?? 0 }));
    return { keep, sites, vms: vms ?? DEFAULTS.vms, speed: speed ?? DEFAULTS.speed };
  }
  for (const { port } of before.sites) if (await whyTaken(port)) throw new PlaygroundPortTaken(port, keep);
  if (vms !== undefined && vms !== before.vms)
    say(`The world of ${keep} began with ${before.vms} VMs, and keeps them; remove that file for another one.`);
  return { keep, ...(speed === undefined ? {} : { speed }) };
}

/** Writes what is not there yet; what a person has changed stays. */
export function furnish({ config, state, say }: PlaygroundOptions, urls: Record<string, string>): void {
  const password = state.path(PASSWORD);
  writeOnce(password, `${SIMULATED_PASSWORD}\n`);
  const told = writeOnce(
    config,
    [
      '# The playground of `drover up --simulator`: two simulated sites on this machine, and nothing real.',
      ...simulatedSites(urls, `passwordFile: ${JSON.stringify(relative(dirname(config), password))}`),
      '',
    ].join('\n'),
  );
  if (told) say(`Written: ${config}, the config of the two simulated sites`);
}

/** As `drover plan new` makes it of what the two sites have, once both can be asked. */
export async function writeFirstPlan(
  { config, say }: Pick<PlaygroundOptions, 'config' | 'say'>,
  drover: Pick<Drover, 'newPlan'>,
): Promise<void> {
  const plan = join(dirname(config), PLAN);
  if (existsSync(plan)) return;
  const found = await drover.newPlan(EXAMPLE_SITES);
  const text = newPlanText(found, { name: 'paris-exit', kind: 'migrate', approval: 'none', of: [] });
  if (writeOnce(plan, text)) say(`Written: ${plan}, a first plan, made by drover plan new`);
}

function writeOnce(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const notOurs = (config: string): BadInput =>
  new BadInput([
    {
      file: config,
      line: null,
      column: null,
      message: 'this config is not that of a playground',
      expected: 'an empty folder, or one that `drover up --simulator` has made',
      hint: '`drover up` alone works with the sites of this config',
    },
  ]);

class PlaygroundPortTaken extends DroverError {
  readonly code = 'PortTaken';

  constructor(port: number, world: string) {
    super(`Port ${port} is in use, at which a site of the playground listens.`, {
      next: `end what listens there, or remove ${world} and the config, which name it`,
    });
  }
}
