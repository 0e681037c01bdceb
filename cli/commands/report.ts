import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { whyUnwritable } from '../../client/file-trouble.js';
import { BadInput } from '../../plan/source/problem.js';
import { type AddCommand, examples } from '../command.js';
import { clientConfig, withDrover } from '../context.js';
import { exitCodeOfReport } from '../exit-codes.js';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../report/index.js';
import { reportDocument } from '../report/json.js';

interface ReportOptions {
  format?: ReportFormat;
  out?: string;
}

export const addReport: AddCommand = (program, run) => {
  const command = program
    .command('report')
    .argument('<run>', 'id of the run')
    .description('print the evidence of a run, finished or not')
    .addOption(new Option('--format <format>', 'default: text, or json with --json').choices(REPORT_FORMAT_NAMES))
    .option('--out <file>', 'write it there instead of printing it')
    .addHelpText(
      'after',
      examples(
        'drover report paris-exit-20261205',
        'drover report paris-exit-20261205 --format json --out evidence.json',
      ),
    )
    .action((id: string, { format, out }: ReportOptions) =>
      run(command, async (cli) => {
        const chosen = format ?? (cli.out.json ? 'json' : 'text');
        const report = await withDrover(cli, clientConfig(cli), (drover) => drover.run(id).report({ live: true }));
        const text = REPORT_FORMATS[chosen](report);
        if (out === undefined) {
          cli.out.result(text, reportDocument(report));
        } else {
          write(out, text);
          cli.out.note(`Report of run ${id} written to ${out}`);
          if (cli.out.json) {
            cli.out.result('', { run: id, format: chosen, file: out });
          }
        }
        return exitCodeOfReport(report);
      }),
    );
};

function write(file: string, text: string): void {
  try {
    writeFileSync(file, `${text.trimEnd()}\n`);
  } catch (error) {
    throw new BadInput([{ file, line: null, column: null, message: whyUnwritable(error) }]);
  }
}
