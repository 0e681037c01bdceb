import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { shellWord } from '../../client/shell-word.js';
import { VM_CHANGES, type VmChange } from '../../contract/amend.js';
import { agreeToFailover, confirmOption } from '../agree-to-failover.js';
import { checkOptions } from '../check-before.js';
import { type AddCommand, examples } from '../command.js';
import { groundsOf, steerWith, withGrounds } from '../steer-command.js';

export const addRetry: AddCommand = (program, run) => {
  const command = withGrounds(program.command('retry'))
    .argument('<run>', 'id of the run')
    .argument('[target]', 'a wave or a VM, as for approve; default: all that has failed', target)
    .argument('[changes...]', `of one VM: KEY=VALUE; KEY: ${VM_CHANGES.join(', ')}`, change)
    .addOption(confirmOption())
    .description('try again what has failed, with what was copied; of a run that is over, as a run of its own')
    .addHelpText(
      'after',
      `\nnetwork and address are of its first NIC, or of the primary one that the plan names.\n${examples(
        'drover retry paris-exit-20261205',
        'drover retry paris-exit-20261205 vm:web1 network=net-c address=10.0.3.7 --ref CHG0042',
        'drover retry paris-exit-20261205 vm:web1 powerOn=false',
      )}`,
    )
    .action(
      (
        id: string,
        typed: string | undefined,
        changed: VmChange | undefined,
        options: { note?: string; ref?: string; confirm?: boolean },
      ) =>
        steerWith(command, run, id, (handle, drover, cli) =>
          handle.retry(typed, {
            ...groundsOf(options),
            ...(isSome(changed) ? { change: changed } : {}),
            agree: async (plan, again) =>
              agreeToFailover(cli, drover, plan, {
                run: again,
                found: await drover.checkPlan(plan, checkOptions(cli, again)),
                options,
                typed: ['drover', 'retry', id, ...(typed === undefined ? [] : [typed])].map(shellWord).join(' '),
                planned: `drover failover ${shellWord(id)} --planned`,
              }),
          }),
        ),
    );
};

/** Commander gives an empty list where nothing was typed. */
const isSome = (changed: VmChange | undefined): changed is VmChange =>
  changed !== undefined && VM_CHANGES.some((key) => changed[key] !== undefined);

/** Whose setting it is must be said first. */
function target(text: string): string {
  if (VM_CHANGES.some((key) => text.startsWith(`${key}=`)))
    throw new InvalidArgumentError('the VM whose setting it is must come first, as in vm:web1 powerOn=false.');
  return text;
}

/** `network=…`, added to those before it. */
function change(text: string, before: VmChange | undefined): VmChange {
  const [, typed = '', value = ''] = /^([A-Za-z]+)=(.+)$/s.exec(text) ?? [];
  const key = VM_CHANGES.find((one) => one === typed);
  if (key === undefined) throw new InvalidArgumentError(`KEY=VALUE is expected, KEY one of ${VM_CHANGES.join(', ')}.`);
  if (before?.[key] !== undefined) throw new InvalidArgumentError(`${key} is given twice.`);
  return { ...before, [key]: key === 'powerOn' ? power(value) : key === 'address' ? address(value) : value };
}

function power(value: string): boolean | 'asSource' {
  if (value === 'asSource') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new InvalidArgumentError('powerOn: asSource, true or false is expected.');
}

function address(value: string): string {
  if (isIP(value) > 0) return value;
  throw new InvalidArgumentError('address: an IP address is expected, such as 10.0.0.5.');
}
