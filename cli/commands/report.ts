import { type Command, Option } from 'commander';
import { type AddCommand, examples } from '../command.js';
import { type Cli, clientConfig, withDrover } from '../context.js';
import { EXIT, type ExitCode, exitCodeOfReport } from '../exit-codes.js';
import { moment } from '../parse.js';
import { documentOf } from '../report/document.js';
import { drillsDocument } from '../report/drills/document.js';
import { DRILLS_FORMATS, isDrillsFormat } from '../report/drills/index.js';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../report/index.js';
import { withMark } from '../report/mark.js';
import { writeReport } from '../report/write-report.js';
import { version } from '../version.js';

interface ReportOptions {
  format?: ReportFormat;
  out?: string;
  drill?: string;
  since?: Date;
}

export const addReport: AddCommand = (program, run) => {
  const command = program
    .command('report')
    .argument('[run]', 'id of the run')
    .description('print the evidence of a run or drill, finished or not, or of the drills of a year')
    .addOption(new Option('--format <format>', 'default: text, or json with --json').choices(REPORT_FORMAT_NAMES))
    .option('--out <file>', 'write it there instead of printing it, readable by you alone')
    .option('--drill <name>', 'all drills of this name instead of a run: text, json, csv, md or html')
    .option(
      '--since <date>',
      'with --drill: from this day on, such as 2026-01-01, in UTC (default: a year ago)',
      moment,
    )
    .addHelpText(
      'after',
      examples(
        'drover report paris-exit-20261205',
        'drover report paris-exit-20261205 --format json --out evidence.json        # schema/report.schema.json',
        'drover report paris-exit-20261205 --format csv --out evidence.csv          # a row for each VM',
        'drover report paris-exit-20261205 --format md                              # for a ticket',
        'drover report paris-exit-20261205 --format html --out evidence.html        # opens offline, prints',
        'drover report paris-exit-20261205 --format junit --out report.xml          # for CI',
        'drover report paris-exit-20261205 --format terraform --out import.tf       # old ids to new ones',
        'drover report --drill crm-quarterly --since 2026-01-01 --format html --out 2026.html',
      ),
    )
    .action((id: string | undefined, options: ReportOptions) => run(command, reporter(command, id, options)));
};

/** Which report is wanted. @throws CommanderError */
function reporter(command: Command, id: string | undefined, options: ReportOptions): (cli: Cli) => Promise<ExitCode> {
  const { drill, since, format, out } = options;
  if (id === undefined && drill === undefined) {
    command.error("missing required argument 'run', or --drill NAME", { code: 'commander.missingArgument' });
  }
  if (id !== undefined && (drill !== undefined || since !== undefined)) {
    command.error('a run goes without --drill and --since', { code: 'commander.conflictingOption' });
  }
  if (drill !== undefined && format !== undefined && !isDrillsFormat(format)) {
    const choices = Object.keys(DRILLS_FORMATS).join(', ');
    command.error(`--format ${format} is for one run; with --drill there are ${choices}`, {
      code: 'commander.conflictingOption',
    });
  }
  if (command.optsWithGlobals<{ json?: boolean }>().json && out === undefined && (format ?? 'json') !== 'json') {
    command.error(`--json prints JSON alone; --format ${format} goes into a file then: --out FILE`, {
      code: 'commander.conflictingOption',
    });
  }
  return drill === undefined ? (cli) => reportRun(cli, id ?? '', options) : (cli) => reportDrills(cli, drill, options);
}

async function reportRun(cli: Cli, id: string, { format, out }: ReportOptions): Promise<ExitCode> {
  const chosen = format ?? (cli.out.json ? 'json' : 'text');
  const report = await withDrover(cli, clientConfig(cli), async (drover) => {
    const handle = drover.run(id);
    const [read, facts] = await Promise.all([handle.report({ live: true }), handle.facts()]);
    return documentOf(read, { facts, by: version() });
  });
  if (report.missing.length > 0) {
    cli.out.alert(`Not in it, and so it has no checksum: ${report.missing.join('; ')}. Next: drover doctor.`);
  }
  await write(cli, REPORT_FORMATS[chosen](report), { what: `Report of run ${id}`, run: id, format: chosen, out });
  return exitCodeOfReport(report);
}

async function reportDrills(cli: Cli, drill: string, { format, out, since }: ReportOptions): Promise<ExitCode> {
  const wanted = format ?? 'text';
  const chosen = isDrillsFormat(wanted) && !(format === undefined && cli.out.json) ? wanted : 'json';
  const from = (since ?? aYearAgo()).toISOString();
  const evidence = await withDrover(cli, clientConfig(cli), (drover) => drover.drill(drill).evidence(from));
  const document = drillsDocument(evidence, version());
  if (document.missing !== null) {
    cli.out.alert(`Drills that Temporal has forgotten may be missing: ${document.missing}. Next: drover doctor.`);
  }
  await write(cli, DRILLS_FORMATS[chosen](document), { what: `Report of drill ${drill}`, drill, format: chosen, out });
  return EXIT.ok;
}

interface Written {
  what: string;
  run?: string;
  drill?: string;
  format: ReportFormat;
  out: string | undefined;
}

async function write(cli: Cli, pieces: Iterable<string>, { what, out, format, ...of }: Written): Promise<void> {
  if (out === undefined) {
    await cli.out.pieces(pieces);
    return;
  }
  writeReport(out, withMark(pieces, format));
  cli.out.note(`${what} written to ${out}`);
  if (cli.out.json) cli.out.result({ ...of, format, file: out }, () => '');
}

function aYearAgo(): Date {
  const at = new Date();
  at.setUTCFullYear(at.getUTCFullYear() - 1);
  return at;
}
