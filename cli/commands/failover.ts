/** A failover with open eyes: what is about to happen is shown, and a person says yes to it. */
import { InvalidArgumentError, Option } from 'commander';
import { asKind, nameAsKind } from '../../client/as-kind.js';
import { partOf } from '../../client/part-of-plan.js';
import { planned, withInstances } from '../../client/recovery-choice.js';
import { shellWord } from '../../client/shell-word.js';
import { readMoment } from '../../plan/source/schema-parts.js';
import type { Plan } from '../../plan/types.js';
import { agreeToFailover, confirmOption } from '../agree-to-failover.js';
import { type AddCommand, examples } from '../command.js';
import { type StartOptions, startWords } from '../start-command.js';
import { recover, recoveryCommand } from './recover.js';

interface Instances {
  all?: { before: string };
  waves: Record<string, { before: string }>;
  typed: string[];
}

interface FailoverOptions extends StartOptions {
  vms?: string[];
  wave?: string;
  instance?: Instances;
  planned?: boolean;
  confirm?: boolean;
}

export const addFailover: AddCommand = (program, run) => {
  const command = recoveryCommand(program, 'failover')
    .option('--vms <names>', 'only these VMs of it, by name or id, such as db1,web1 (can be said again)', names)
    .option('--wave <name>', 'only the VMs of this wave')
    .option(
      '--instance <moment>',
      'recover the newest instance from then or before; WAVE=MOMENT: of that wave (can be said again)',
      instanceOf,
    )
    .addOption(
      new Option(
        '--planned',
        'while the source lives: switch its VMs off and send what has changed first, so that nothing is lost',
      ).conflicts('instance'),
    )
    .addOption(confirmOption())
    .description(
      'recover the VMs of a plan at its destination; their source need not be there any more. Shows what would happen, and asks',
    )
    .addHelpText(
      'after',
      examples(
        'drover failover crm.yaml --wait',
        'drover failover crm-20261205 --wave db --confirm',
        'drover failover crm.yaml --instance db=2026-12-05T21:00:00Z',
        'drover failover crm.yaml --planned',
      ),
    )
    .action((name: string, options: FailoverOptions) => {
      const { instance: _, ...latest } = options;
      return run(command, (cli) =>
        recover(cli, name, options, {
          next: (plan) => ({ name: nameOf(plan, options), next: failoverOf(plan, options) }),
          agree: (drover, plan, id, found) =>
            agreeToFailover(cli, drover, plan, {
              run: id,
              found,
              options,
              typed: typedOf(name, options),
              // It takes VMs as they are now.
              planned: `${typedOf(name, latest)} --planned`,
            }),
        }),
      );
    });
};

/** @throws NotInPlan, BadVapp */
function failoverOf(plan: Plan, { vms, wave, instance, planned: isPlanned = false }: FailoverOptions): Plan {
  const wanted = { ...(vms === undefined ? {} : { vms }), ...(wave === undefined ? {} : { wave }) };
  const part = partOf(asKind(plan, 'failover'), wanted);
  if (isPlanned) return planned(part);
  return instance === undefined ? part : withInstances(part, instance);
}

/** A part has an id of its own: the rest may follow on the same day. */
const nameOf = (plan: Plan, { vms = [], wave }: FailoverOptions): string =>
  [nameAsKind(plan, 'failover'), ...(wave === undefined ? [] : [wave]), ...vms].join('-');

/** The command as it was typed, as far as it says what is failed over. */
function typedOf(name: string, options: FailoverOptions): string {
  const { vms, wave, instance, planned: isPlanned } = options;
  const words = [
    'drover',
    'failover',
    name,
    ...(vms === undefined ? [] : ['--vms', vms.join(',')]),
    ...(wave === undefined ? [] : ['--wave', wave]),
    ...(instance?.typed ?? []).flatMap((one) => ['--instance', one]),
    ...(isPlanned === true ? ['--planned'] : []),
    ...startWords(options),
  ];
  return words.map(shellWord).join(' ');
}

/** `db1,web1`, added to those before it. */
function names(text: string, before: string[] = []): string[] {
  const all = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (all.length === 0) throw new InvalidArgumentError('Names or ids of VMs are expected, such as db1,web1.');
  return [...before, ...all];
}

/** `MOMENT` or `WAVE=MOMENT`, added to those before it. */
function instanceOf(text: string, known: Instances = { waves: {}, typed: [] }): Instances {
  const [, wave, written = ''] = /^(?:(.+)=)?([^=]*)$/s.exec(text) ?? [];
  const before = readMoment(written);
  if (before === undefined)
    throw new InvalidArgumentError('A moment with its time zone is expected, such as 2026-12-05T21:00:00Z or db=…');
  const typed = [...known.typed, text];
  return wave === undefined
    ? { ...known, all: { before }, typed }
    : { ...known, waves: { ...known.waves, [wave]: { before } }, typed };
}
