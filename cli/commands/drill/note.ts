import { InvalidArgumentError } from 'commander';
import type { NewFinding } from '../../../client/drills/note-drill.js';
import { MOST_OF_FINDING } from '../../../contract/drill-note.js';
import { type AddCommand, examples } from '../../command.js';
import { day } from '../../parse.js';
import { steerWith } from '../../steer-command.js';

interface NoteOptions extends Omit<NewFinding, 'text'> {
  finding: string;
}

export const addDrillNote: AddCommand = (program, run) => {
  const command = program
    .command('note')
    .argument('<run>', 'id of a drill that is over')
    .requiredOption('--finding <text>', 'what is to be mended', finding)
    .option('--owner <who>', 'who mends it')
    .option('--due <date>', 'until when, such as 2026-12-31', day)
    .description('add a finding to the evidence of a drill; the same words are kept once')
    .addHelpText(
      'after',
      examples(
        'drover drill note crm-quarterly-20261205 --finding "the runbook names an old gateway" --owner ann --due 2026-12-31',
      ),
    )
    .action((id: string, { finding: text, ...of }: NoteOptions) =>
      steerWith(command, run, id, (handle) => handle.addFinding({ text, ...of })),
    );
};

function finding(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('A text is expected.');
  if (text.length > MOST_OF_FINDING) throw new InvalidArgumentError(`At most ${MOST_OF_FINDING} characters.`);
  return text;
}
