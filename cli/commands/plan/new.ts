import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { NewPlan, NewPlanOptions } from '../../../client/new-plan.js';
import { plural } from '../../../client/words.js';
import { loadSheet, SHEET_KEYS, type SheetKey, type SheetMap } from '../../../plan/sheet.js';
import { BadInput } from '../../../plan/source/problem.js';
import type { Logins } from '../../../plan/types.js';
import { type AddCommand, examples } from '../../command.js';
import { type Cli, configWithSites, withDrover } from '../../context.js';
import { EXIT } from '../../exit-codes.js';
import { LOGIN_AT, loginAtIn } from '../../login-option.js';
import { newPlanText, vmsIn, vmsOf } from '../../new-plan-text.js';
import { writeReport } from '../../report/write-report.js';

interface NewOptions extends Omit<NewPlanOptions, 'sheet' | 'onProgress' | 'logins'> {
  login: Logins;
  name?: string;
  kind: 'migrate' | 'protect';
  from?: string;
  map?: SheetMap;
  out?: string;
}

export const addPlanNew: AddCommand = (program, run) => {
  const command = program
    .command('new')
    .description('write a plan of what a site has, or of a sheet of VMs that is looked up there')
    .requiredOption('--source <site>', 'site where the VMs are')
    .requiredOption('--destination <site>', 'site that they go to')
    .option(
      LOGIN_AT,
      'which login works there (default: its login); may be repeated, for the other site',
      loginAtIn,
      {},
    )
    .option('--vdc <name>', 'only VMs of this VDC of the source, by name or id')
    .option('--org <name>', 'only VMs of this organization')
    .option('--match <pattern>', "only VMs whose names are so, such as 'web*'")
    .option('--vapp <name>', 'only VMs of this vApp, by name or id')
    .option('--to-vdc <name>', 'VDC of the destination, by name or id (default: the only one)')
    .addOption(
      new Option('--waves-by <what>', 'a wave for each vApp, or for each beginning of the names').choices([
        'vapp',
        'name',
      ]),
    )
    .option(
      '--no-vapps',
      'list each VM by itself, also where its whole vApp is meant (default: a vApp is moved as one)',
    )
    .option('--from <sheet>', 'CSV of the VMs that are meant, such as an export of RVTools')
    .option('--map <columns>', 'what its columns are, such as name=VM,wave=Wave (also: id)', mapIn)
    .option('--name <name>', 'name of the plan (default: SOURCE-to-DESTINATION)')
    .addOption(new Option('--kind <kind>', 'kind of the plan').choices(['migrate', 'protect']).default('migrate'))
    .option('--out <file>', 'write it there, where there must be none yet (default: to the standard output)')
    .addHelpText(
      'after',
      examples(
        "drover plan new --source paris --destination lyon --match 'web*' --waves-by vapp --out web.yaml",
        'drover plan new --source paris --destination lyon --from rvtools.csv --map name=VM,wave=Wave --out exit.yaml',
      ),
    )
    .action((options: NewOptions) => run(command, (cli) => write(cli, options)));
};

async function write(cli: Cli, options: NewOptions): Promise<number> {
  const { from, map, out, kind: _kind, name: _name, login: logins, ...asked } = options;
  const config = configWithSites(cli);
  refuse(options, Object.keys(config.sites));
  const sheet = from === undefined ? {} : { sheet: loadSheet(from, map ?? {}) };
  const onProgress = (read: number): void => cli.out.note(`read ${plural(read, 'VM')}`);
  const found = await withDrover(cli, config, (drover) => drover.newPlan({ ...asked, logins, ...sheet, onProgress }));
  const text = textOf(found, options);
  if (out !== undefined) writeReport(out, text);
  for (const { row, what, why } of found.unmatched.slice(0, SAID))
    cli.out.alert(`${row}  ${what === '' ? '' : `${what}: `}${why}`);
  if (found.unmatched.length > SAID) cli.out.alert(`and ${found.unmatched.length - SAID} more rows; --json lists them`);
  const vms = vmsIn(found);
  const vapps = found.waves.reduce((sum, wave) => sum + wave.vapps.length, 0);
  const document = {
    file: out ?? null,
    vms,
    vapps,
    waves: found.waves.map((wave) => ({ name: wave.name, vms: vmsOf(wave), vapps: wave.vapps.length })),
    unmatched: found.unmatched,
    plan: out === undefined ? text : null,
  };
  const whole = vapps === 0 ? '' : `, ${plural(vapps, 'vApp')} as one each`;
  const wrote = `${plural(vms, 'VM')} in ${plural(found.waves.length, 'wave')}${whole}`;
  // The text has lines of its own, and nothing in it that a site could have made a line of.
  cli.out.result(document, (shown) => (out === undefined ? text : `${wrote}: ${shown.file}`));
  if (out !== undefined) cli.out.note(`Check it: drover plan check ${out}`);
  return found.unmatched.length === 0 ? EXIT.ok : EXIT.notAll;
}

/** Rows of a sheet that are told one by one. */
const SAID = 50;

function textOf(found: NewPlan, { name, kind, from, match, vdc, org, vapp, login: logins }: NewOptions): string {
  const of = [
    ...(from === undefined ? [] : [`of ${from}`]),
    ...(match === undefined ? [] : [`called ${match}`]),
    ...(vdc === undefined ? [] : [`of VDC ${vdc}`]),
    ...(org === undefined ? [] : [`of organization ${org}`]),
    ...(vapp === undefined ? [] : [`of vApp ${vapp}`]),
  ];
  return newPlanText(found, { name, kind, of, logins });
}

/** @throws BadInput */
function refuse({ source, destination, from, map, out, login }: NewOptions, sites: string[]): void {
  const problems = [
    ...[source, destination].flatMap((site) =>
      sites.includes(site)
        ? []
        : [
            {
              ...at(site === source ? '--source' : '--destination'),
              message: `the config has no site ${site}`,
              expected: `one of ${sites.join(', ')}`,
            },
          ],
    ),
    ...Object.keys(login).flatMap((site) =>
      site === source || site === destination
        ? []
        : [
            {
              ...at('--login'),
              message: `${site === '' ? 'no site is named' : `${site} is neither the source nor the destination`}`,
              expected: `${source}=NAME or ${destination}=NAME`,
            },
          ],
    ),
    ...(source === destination
      ? [{ ...at('--destination'), message: 'source and destination are the same site' }]
      : []),
    ...(from !== undefined && map?.name === undefined && map?.id === undefined
      ? [{ ...at('--map'), message: 'the columns of the sheet are not said', expected: 'name=COLUMN, or id=COLUMN' }]
      : []),
    ...(from === undefined && map !== undefined
      ? [{ ...at('--map'), message: 'there is no sheet', expected: '--from SHEET' }]
      : []),
    ...(out !== undefined && existsSync(out)
      ? [{ ...at(out), message: 'there is a file already', expected: 'the name of a new one' }]
      : []),
  ];
  if (problems.length > 0) throw new BadInput(problems);
}

const at = (file: string) => ({ file, line: null, column: null });

function mapIn(text: string): SheetMap {
  const map: SheetMap = {};
  for (const pair of text.split(',')) {
    const [key = '', ...rest] = pair.split('=');
    const column = rest.join('=').trim();
    if (!SHEET_KEYS.includes(key.trim() as SheetKey) || column === '')
      throw new InvalidArgumentError(`Expected are ${SHEET_KEYS.join(', ')}, such as name=VM,wave=Wave.`);
    map[key.trim() as SheetKey] = column;
  }
  return map;
}
