import { InvalidArgumentError } from 'commander';
import type { SetRun } from '../../contract/run-settings.js';
import { PRIORITIES, type Priority } from '../../contract/site.js';
import { readMoment } from '../../plan/source/schema-parts.js';
import { readStopAfter } from '../../plan/stop-after-schema.js';
import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

const KEYS = [
  'window.opens',
  'window.closes',
  'limits.syncs',
  'limits.cutovers',
  'stopAfter',
  'stopAfter.sameCode',
  'priority',
  'wave',
  'vm',
] as const;

/** Of one value each. */
const PLAIN = new Set<string>(['priority', 'vm', 'wave']);

export const addSet: AddCommand = (program, run) => {
  const command = withGrounds(program.command('set'))
    .argument('<run>', 'id of the run')
    .argument('<settings...>', `KEY=VALUE; KEY: ${KEYS.join(', ')}`, setting)
    .description(
      'change a run while it goes on: its window, share of the limits, priority, when it pauses itself, the wave of a VM',
    )
    .addHelpText(
      'after',
      `\nMoments have a time zone; window.opens may be now; limits and stopAfter may be none. What runs is never stopped by a smaller number.\n${examples(
        'drover set paris-exit-20261205 window.opens=now --note "the freeze is over"',
        'drover set paris-exit-20261205 window.closes=2026-12-06T07:00:00+01:00 --ref CHG0042',
        'drover set paris-exit-20261205 limits.syncs=5 stopAfter=10%',
        'drover set paris-exit-20261205 priority=high',
        'drover set paris-exit-20261205 wave=core vm=web1',
      )}`,
    )
    .action((id: string, { vm, wave, ...settings }: Settings, grounds: { note?: string; ref?: string }) => {
      const isMove = vm !== undefined || wave !== undefined;
      if (!isMove) return steerWith(command, run, id, (handle) => handle.set(settings, groundsOf(grounds)));
      if (vm === undefined || wave === undefined || Object.keys(settings).length > 0)
        return command.error(
          'error: wave=NAME and vm=VM belong together, and move that VM alone; say other settings by themselves.',
        );
      return steerWith(command, run, id, (handle) => handle.move(vm, wave, groundsOf(grounds)));
    });
};

interface Settings extends SetRun {
  /** by id or name */
  vm?: string;
  wave?: string;
}

/** `window.closes=…`, added to those before it. */
function setting(text: string, before: Settings = {}): Settings {
  const [, typed = '', value = ''] = /^([A-Za-z.]+)=(.+)$/s.exec(text) ?? [];
  const key = KEYS.find((one) => one === typed);
  if (key === undefined) throw new InvalidArgumentError(`KEY=VALUE is expected, KEY one of ${KEYS.join(', ')}.`);
  const [group, name = ''] = key.split('.') as [keyof Settings, string?];
  const known: unknown = before[group];
  const inGroup = typeof known === 'object' && known !== null ? known : {};
  if (PLAIN.has(group) ? known !== undefined : group === 'stopAfter' ? known === null : name in inGroup)
    throw new InvalidArgumentError(`${key} is given twice.`);
  switch (group) {
    case 'window':
      return {
        ...before,
        window: { ...inGroup, [name]: value === 'now' && name === 'opens' ? value : moment(key, value) },
      };
    case 'limits':
      return { ...before, limits: { ...inGroup, [name]: value === 'none' ? null : whole(key, value) } };
    case 'vm':
    case 'wave':
      return { ...before, [group]: value };
    case 'priority':
      return { ...before, priority: priority(value) };
    default:
      if (name === 'sameCode') return { ...before, stopAfter: { ...inGroup, sameCode: whole(key, value) } };
      return { ...before, stopAfter: value === 'none' ? null : { ...inGroup, ...failures(value) } };
  }
}

function moment(key: string, value: string): string {
  const at = readMoment(value);
  if (at !== undefined) return at;
  throw new InvalidArgumentError(`${key}: a moment with its time zone is expected, such as 2026-12-05T22:00:00+01:00.`);
}

function whole(key: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError(
    `${key}: a whole number from 1 is expected${key.startsWith('limits') ? ', or none' : ''}.`,
  );
}

function priority(value: string): Priority {
  const known = PRIORITIES.find((one) => one === value);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`priority: one of ${PRIORITIES.join(', ')} is expected.`);
}

function failures(value: string) {
  const read = readStopAfter(/^\d+$/.test(value) ? Number(value) : value);
  if (read !== undefined) return read;
  throw new InvalidArgumentError('stopAfter: a count of failures such as 5, a share such as 10%, or none is expected.');
}
