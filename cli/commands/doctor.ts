import { InvalidArgumentError } from 'commander';
import type { SitePair } from '../../client/index.js';
import { plural } from '../../client/words.js';
import { loginsAt } from '../../contract/logins.js';
import { BadInput } from '../../plan/source/problem.js';
import { type Logins, loginsOf, type Plan } from '../../plan/types.js';
import { type AddCommand, examples } from '../command.js';
import { configPath, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadWithConfig, planFor } from '../load-input.js';
import { LOGIN_AT, loginAtIn } from '../login-option.js';
import { type Diagnosis, diagnosisText, siteFailed } from '../text/doctor-text.js';

export const addDoctor: AddCommand = (program, run) => {
  const command = program
    .command('doctor')
    .argument('[plans...]', 'plan files: what --pair does, for the sites of each')
    .description('check the config, Temporal, the workers, the store and every site, and say what to fix')
    .option(
      '--pair <source:destination>',
      "try the session at the destination with the source's login, which it sees then; may be repeated",
      (text: string, before: SitePair[]) => [...before, pairIn(text)],
      [],
    )
    .option(LOGIN_AT, 'which login --pair means there (default: its login); may be repeated', loginAtIn, {})
    .addHelpText(
      'after',
      examples('drover doctor', 'drover doctor --pair paris:lyon', 'drover doctor paris-exit.yaml --json'),
    )
    .action((files: string[], { pair: named, login: logins }: { pair: SitePair[]; login: Logins }) =>
      run(command, async (cli) => {
        const pair = named.map((one) => ({ ...one, logins: loginsAt(logins, [one.source, one.destination]) }));
        requireNamed(Object.keys(logins), named);
        const { config, loaded: plans } = loadWithConfig(cli, (sites) => {
          requireKnown(pair, sites);
          return files.map((file) => planFor(file, sites));
        });
        const pairs = [...pair, ...plans.flatMap(pairsOf)];
        const names = Object.keys(config.sites);
        cli.out.note(`ok  config ${configPath(cli)}: ${plural(names.length, 'site')}: ${names.join(', ')}`);
        return withDrover(cli, config, async (drover) => {
          const temporal = { ...drover.temporal, serverVersion: await drover.serverVersion() };
          cli.out.note(
            `ok  Temporal ${temporal.address}, namespace ${temporal.namespace}, server ${temporal.serverVersion}`,
          );
          const sites = await drover.inspectSites(null, pairs);
          cli.out.note(`ok  a worker listens on task queue ${temporal.taskQueue}`);
          const isInspected = (name: string) => sites.some(({ site }) => site === name);
          // Workers may have configs of their own.
          const others = await drover.knownToWorkers(names.filter((name) => !isInspected(name)));
          if (others.length > 0) sites.push(...(await drover.inspectSites(others, pairs)));
          const store = await drover.store();
          const diagnosis: Diagnosis = {
            config: { file: configPath(cli), sites: names },
            temporal,
            store,
            sites,
            unknownToWorker: names.filter((name) => !isInspected(name)),
          };
          const failed = !store.ok || diagnosis.sites.some(siteFailed) || diagnosis.unknownToWorker.length > 0;
          cli.out.result({ ok: !failed, ...diagnosis }, (shown) => diagnosisText(shown, cli.out.colors));
          return failed ? EXIT.unreachable : EXIT.ok;
        });
      }),
    );
};

function pairIn(text: string): SitePair {
  const [source, destination, ...more] = text.split(':');
  if (!source || !destination || more.length > 0 || source === destination)
    throw new InvalidArgumentError('Two sites are expected, such as paris:lyon.');
  return { source, destination };
}

/** @throws BadInput */
function requireKnown(pairs: SitePair[], sites: string[] | null): void {
  const unknown = pairs
    .flatMap(({ source, destination }) => [source, destination])
    .filter((s) => sites?.includes(s) === false);
  if (unknown.length === 0) return;
  const expected = `one of ${sites?.join(', ')}`;
  throw new BadInput(
    unknown.map((site) => ({
      file: '--pair',
      line: null,
      column: null,
      message: `the config has no site ${site}`,
      expected,
    })),
  );
}

/** @throws BadInput for a login of a site in no pair, or of none: a default one would be tried in its place */
function requireNamed(withLogin: string[], pairs: SitePair[]): void {
  const named = pairs.flatMap(({ source, destination }) => [source, destination]);
  const others = withLogin.filter((site) => !named.includes(site));
  if (others.length === 0) return;
  throw new BadInput(
    others.map((site) => ({
      file: '--login',
      line: null,
      column: null,
      message: site === '' ? 'no site is named' : `${site} is in no --pair`,
      expected: 'SITE=NAME, for a site of a --pair',
    })),
  );
}

/** What a run of the plan extends: a replication that was turned around is worked at the other end. */
function pairsOf(plan: Plan): SitePair[] {
  const { kind, source, destination } = plan;
  const logins = loginsOf(plan);
  const there = { source: source.site, destination: destination.site, logins };
  const back = { source: destination.site, destination: source.site, logins };
  return kind === 'failover' || kind === 'reverse' ? [there, back] : [there];
}
