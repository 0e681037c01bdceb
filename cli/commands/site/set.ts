import { InvalidArgumentError } from 'commander';
import type { SiteLimits } from '../../../contract/site.js';
import { type AddCommand, examples } from '../../command.js';
import { groundsOf, tellSite, withGrounds } from '../../steer-command.js';

const NAMES = ['syncs', 'cutovers', 'requestsPerSecond'] as const;

export const addSiteSet: AddCommand = (program, run) => {
  const command = withGrounds(program.command('set'))
    .argument('<site>', 'name of the site')
    .argument('<limits...>', `${NAMES.join('=N, ')}=N; N as config: the config holds again`, limit)
    .description('set limits of a site over all runs, drills and workers, until they are set again')
    .addHelpText(
      'after',
      `\nWhat runs is never stopped by a smaller number.\n${examples(
        'drover site set lyon syncs=20 cutovers=5 --note "storage is slow" --ref CHG0042',
        'drover site set lyon syncs=config',
      )}`,
    )
    .action((site: string, limits: Partial<SiteLimits>, grounds: { note?: string; ref?: string }) =>
      tellSite(command, run, site, (handle) => handle.set(limits, groundsOf(grounds))),
    );
};

/** `syncs=20`, added to those before it. */
function limit(text: string, before: Partial<SiteLimits> = {}): Partial<SiteLimits> {
  const [, key = '', given = ''] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
  const name = NAMES.find((one) => one === key);
  if (name === undefined) throw new InvalidArgumentError(`KEY=VALUE is expected, KEY one of ${NAMES.join(', ')}.`);
  if (name in before) throw new InvalidArgumentError(`${name} is given twice.`);
  if (given === 'config') return { ...before, [name]: null };
  const value = Number(given);
  const isWhole = name !== 'requestsPerSecond';
  if (given.trim() === '' || !Number.isFinite(value) || value <= 0 || (isWhole && !Number.isInteger(value))) {
    throw new InvalidArgumentError(
      `${name}: ${isWhole ? 'a whole number from 1' : 'a number above 0'}, or config, is expected.`,
    );
  }
  return { ...before, [name]: value };
}
