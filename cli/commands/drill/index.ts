/** `drover drill`: rehearsals, at once or by themselves. */
import { type AddCommand, examples } from '../../command.js';
import { addHelp } from '../../help-command.js';
import { addDrillApply } from './apply.js';
import { addDrillCoverage } from './coverage.js';
import { addDrillFinish } from './finish.js';
import { addDrillHistory } from './history.js';
import { addDrillList } from './list.js';
import { addDrillNote } from './note.js';
import { addDrillPause } from './pause.js';
import { addDrillResume } from './resume.js';
import { addDrillRun } from './run.js';
import { addDrillSchedule } from './schedule.js';
import { addDrillSign } from './sign.js';
import { addDrillSweep } from './sweep.js';
import { addDrillTrigger } from './trigger.js';
import { addDrillUnschedule } from './unschedule.js';

const SUBCOMMANDS = [
  addDrillRun,
  addDrillFinish,
  addDrillNote,
  addDrillSign,
  addDrillSchedule,
  addDrillList,
  addDrillPause,
  addDrillResume,
  addDrillTrigger,
  addDrillUnschedule,
  addDrillHistory,
  addDrillCoverage,
  addDrillApply,
  addDrillSweep,
];

export const addDrill: AddCommand = (program, run) => {
  const command = program
    .command('drill')
    .description('rehearse a disaster: now, or by a schedule; read a running drill with show, watch and report')
    .addHelpText(
      'after',
      examples('drover drill run crm-drill.yaml --wait', 'drover drill schedule crm-drill.yaml', 'drover drill list'),
    );
  for (const add of SUBCOMMANDS) {
    add(command, run);
  }
  addHelp(command);
};
