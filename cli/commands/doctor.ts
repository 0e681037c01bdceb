import { plural } from '../../client/words.js';
import { type AddCommand, examples } from '../command.js';
import { configPath, configWithSites, withDrover } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { type Diagnosis, diagnosisText, siteFailed } from '../text/doctor-text.js';

export const addDoctor: AddCommand = (program, run) => {
  const command = program
    .command('doctor')
    .description('check the config, Temporal, the workers, the store and every site, and say what to fix')
    .addHelpText('after', examples('drover doctor', 'drover doctor --config drover.yaml --json'))
    .action(() =>
      run(command, async (cli) => {
        const config = configWithSites(cli);
        const names = Object.keys(config.sites);
        cli.out.note(`ok  config ${configPath(cli)}: ${plural(names.length, 'site')}: ${names.join(', ')}`);
        return withDrover(cli, config, async (drover) => {
          const temporal = { ...drover.temporal, serverVersion: await drover.serverVersion() };
          cli.out.note(
            `ok  Temporal ${temporal.address}, namespace ${temporal.namespace}, server ${temporal.serverVersion}`,
          );
          const sites = await drover.inspectSites();
          cli.out.note(`ok  a worker listens on task queue ${temporal.taskQueue}`);
          const store = await drover.store();
          const known = new Set(sites.map(({ site }) => site));
          const diagnosis: Diagnosis = {
            config: { file: configPath(cli), sites: names },
            temporal,
            store,
            sites,
            unknownToWorker: names.filter((name) => !known.has(name)),
          };
          const failed = !store.ok || diagnosis.sites.some(siteFailed) || diagnosis.unknownToWorker.length > 0;
          cli.out.result(diagnosisText(diagnosis, cli.out.colors), { ok: !failed, ...diagnosis });
          return failed ? EXIT.unreachable : EXIT.ok;
        });
      }),
    );
};
