/**
 * `npm run chaos`: the crash guarantee, put to the proof on this machine. docs/crash-guarantee.md says what is judged.
 * Exit codes are Drover's: 0 clean, 1 not clean, 2 bad options, 3 something that is needed is missing, 130 interrupted.
 */
import { EXIT } from '../cli/exit-codes.js';
import { StopSignals } from '../worker/stop-signals.js';
import { MissingTools } from './cluster-tools.js';
import { runMeeting } from './meet/run.js';
import { meetingText } from './meet/verdict-text.js';
import { commandFor, parseOptions } from './options.js';
import { runChaos } from './run.js';
import { timelineOf } from './timeline.js';
import { verdictText } from './verdict-text.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const stop = new StopSignals();
  say(commandFor(options));
  try {
    const given = { env: process.env, say, signal: stop.signal };
    if (options.meet) {
      const { began, ...meeting } = await runMeeting(options, given);
      const { verdict, carried, command, took } = meeting;
      const document = { command, options, verdict, carried, wallTimeMs: took };
      process.stdout.write(
        `${options.json ? JSON.stringify(document, null, 2) : meetingText({ began, ...meeting })}\n`,
      );
      return verdict.clean ? EXIT.ok : EXIT.notAll;
    }
    const result = await runChaos(options, given);
    const { verdict, evidence, began } = result;
    process.stdout.write(`${options.json ? JSON.stringify(document(), null, 2) : verdictText(result)}\n`);
    return verdict.clean ? EXIT.ok : EXIT.notAll;

    function document(): object {
      const { command, schedule, carried, cost, struck, took } = result;
      const violations = verdict.violations.map((one) => ({
        ...one,
        timeline: one.vmId === null ? null : timelineOf(one.vmId, evidence, began),
      }));
      return {
        command,
        options,
        schedule,
        carried,
        verdict: { ...verdict, violations },
        totals: evidence.report?.totals ?? null,
        requests: evidence.requests,
        history: cost,
        faults: struck,
        wallTimeMs: took,
      };
    }
  } catch (error) {
    if (stop.signal.aborted) {
      say('interrupted; every process of the run has been ended');
      return EXIT.interrupted;
    }
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return error instanceof MissingTools ? EXIT.unreachable : EXIT.notAll;
  } finally {
    stop.release();
  }
}

process.exit(await main());
