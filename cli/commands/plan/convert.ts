import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { requireKind } from '../../../client/file-kind.js';
import { convertPlan, PLAN_FORMATS, type PlanFormat } from '../../../plan/convert-plan.js';
import { BadInput } from '../../../plan/source/problem.js';
import { type AddCommand, examples } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { writeReport } from '../../report/write-report.js';

export const addPlanConvert: AddCommand = (program, run) => {
  const command = program
    .command('convert')
    .argument('<plan>', 'plan file, YAML or JSON')
    .addOption(
      new Option('--to <format>', 'csv: its VMs, what fits into a row')
        .choices([...PLAN_FORMATS])
        .makeOptionMandatory(),
    )
    .option('--out <file>', 'write it there, where there must be none yet (default: to the standard output)')
    .description('write a plan in another format; what does not fit into it is told')
    .addHelpText(
      'after',
      examples('drover plan convert paris-exit.yaml --to json', 'drover plan convert exit.json --to csv --out vms.csv'),
    )
    .action((file: string, { to, out }: { to: PlanFormat; out?: string }) =>
      run(command, async (cli) => {
        requireKind(file, 'plan');
        if (out !== undefined && existsSync(out)) {
          const message = 'there is a file already';
          throw new BadInput([{ file: out, line: null, column: null, message, expected: 'the name of a new one' }]);
        }
        const { text, left } = convertPlan(file, to);
        if (out !== undefined) writeReport(out, text);
        for (const what of left) cli.out.note(`not in it: ${what}`);
        const document = { file: out ?? null, text: out === undefined ? text : null, left };
        cli.out.result(document, (shown) => (out === undefined ? text : `${shown.file}`));
        return EXIT.ok;
      }),
    );
};
