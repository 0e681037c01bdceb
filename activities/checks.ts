/** Proving that a recovered VM works, from where the worker runs: VCDA's own power state is not live [KB 407394]. */
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { iso } from '../contract/moment.js';
import type { CheckVmInput } from '../contract/questions.js';
import type { CheckResult } from '../contract/report.js';
import type { Check, CheckCommand } from '../plan/types.js';
import { VcdaError } from '../vcda/index.js';
import { addressOf, type CheckSubject, filled, filledUrl, needsAddress } from './check-subject.js';
import { type ActivityDeps, configured } from './deps.js';
import { finalFailure } from './failures.js';
import { beating, pause } from './heartbeat.js';
import { commandProbe } from './probes/command.js';
import { httpProbe } from './probes/http.js';
import { type Finding, type Probe, within } from './probes/probe.js';
import { tcpProbe } from './probes/tcp.js';

/** What an attempt of the activity leaves for the next, so that a killed worker costs no evidence. */
interface Trail {
  startedAt: number;
  attempts: number;
  /** good answers in a row so far */
  inARow: number;
}

export function createCheckActivities(deps: ActivityDeps) {
  return {
    /**
     * Makes a check until it has passed so often in a row as it says, or its time is over, once at least. What the VM or the site does is never an error, but
     * a result.
     * @throws ApplicationFailure `UnknownCommand` when this worker's config has no such command
     */
    async checkVm(input: CheckVmInput): Promise<CheckResult> {
      const { check, vm } = input;
      const { consecutive: wanted = 1 } = check;
      const command = commandOf(input, deps.commands);
      const site = configured(deps, input.site);
      const trail = trailIn(activityInfo().heartbeatDetails) ?? { startedAt: Date.now(), attempts: 0, inARow: 0 };
      const options = { peer: input.peer, resumedAt: input.resumedAt, signal: cancellationSignal() };
      const needsIp = needsAddress(textsOf(check));
      let address: { ip: string | null } | undefined;

      async function subject(): Promise<CheckSubject> {
        // A command is told the address when there is one, and may do without.
        if (address === undefined && (needsIp || command !== null)) {
          const asked = addressOf(site, input, options).then((ip) => ({ ip }));
          address = needsIp ? await asked : await asked.catch(notToldNow);
        }
        return { id: vm.id, name: vm.name, ip: address?.ip ?? null };
      }

      async function attempt(): Promise<Finding & { advice?: string; isFinal?: boolean }> {
        let of: CheckSubject;
        try {
          of = await subject();
        } catch (error) {
          if (!(error instanceof VcdaError)) throw error;
          return { ok: false, detail: `${check.name}: the address of ${vm.name} is not known: ${error.message}` };
        }
        if (of.ip === null && needsIp) return { ok: false, ...noAddress(input), isFinal: true };
        const { label, probe } = probeFor(check, command, of, input);
        const { ok, detail, said } = await within(check.timeout, cancellationSignal(), probe);
        return { ok, detail: `${label}: ${detail}${said ? `: ${said}` : ''}` };
      }

      return beating(
        () => trail,
        async () => {
          for (;;) {
            trail.attempts += 1;
            const { ok, detail, advice, isFinal } = await attempt();
            trail.inARow = ok ? trail.inARow + 1 : 0;
            const passed = trail.inARow >= wanted;
            if (passed || isFinal === true || Date.now() >= input.until) {
              const { attempts, startedAt } = trail;
              const said = passed || !ok ? detail : `${detail}, ${trail.inARow} of ${wanted} in a row`;
              const found = { name: check.name, ok: passed, detail: said, ...(advice === undefined ? {} : { advice }) };
              return { ...found, attempts, startedAt: iso(startedAt), finishedAt: iso(Date.now()) };
            }
            await pause(Math.min(check.interval, Math.max(0, input.until - Date.now())));
          }
        },
      );
    },
  };
}

/** What the site does not tell now, it may tell at the next attempt. */
function notToldNow(error: unknown): undefined {
  if (!(error instanceof VcdaError)) throw error;
}

function trailIn(details: unknown): Trail | null {
  const trail = details as Partial<Trail> | null | undefined;
  return typeof trail?.startedAt === 'number' && typeof trail.attempts === 'number'
    ? { startedAt: trail.startedAt, attempts: trail.attempts, inARow: trail.inARow ?? 0 }
    : null;
}

function commandOf({ check, site }: CheckVmInput, commands: ActivityDeps['commands']): CheckCommand | null {
  if (check.type !== 'command') return null;
  const command = Object.hasOwn(commands, check.command) ? commands[check.command] : undefined;
  if (command !== undefined) return command;
  const known = Object.keys(commands);
  throw finalFailure({
    code: 'UnknownCommand',
    message: `the workers' config has no command ${check.command} for checks; it allows ${known.join(', ') || 'none'}.`,
    operation: null,
    taskId: null,
    site,
    advice: 'Add it under worker.checks and restart the workers, or use one of these in the drill.',
  });
}

/** Where its placeholders may be. */
function textsOf(check: Check): string[] {
  switch (check.type) {
    case 'tcp':
      return [check.host];
    case 'http':
      return [check.url];
    case 'command':
      return check.args;
  }
}

function probeFor(
  check: Check,
  command: CheckCommand | null,
  subject: CheckSubject,
  { site, run }: CheckVmInput,
): { label: string; probe: Probe } {
  switch (check.type) {
    case 'tcp': {
      const host = filled(check.host, subject);
      const shown = host.includes(':') ? `[${host}]` : host;
      return { label: `tcp ${shown}:${check.port}`, probe: tcpProbe(host, check.port, check.timeout) };
    }
    case 'http': {
      const url = filledUrl(check.url, subject);
      return { label: `http ${url.replace(/\/\/[^/@]*@/, '//')}`, probe: httpProbe({ ...check, url }) };
    }
    case 'command': {
      if (command === null) throw new TypeError('a command is looked up before it is run');
      const args = check.args.map((arg) => filled(arg, subject));
      const variables = {
        DROVER_VM_ID: subject.id,
        DROVER_VM_NAME: subject.name,
        ...(subject.ip === null ? {} : { DROVER_VM_IP: subject.ip }),
        DROVER_SITE: site,
        DROVER_RUN: run,
      };
      return { label: `command ${check.command}`, probe: commandProbe(command, args, variables) };
    }
  }
}

const noAddress = ({ check, vm, site, replicationId, recovery }: CheckVmInput): { detail: string; advice: string } => ({
  detail: `${check.name}: no address of ${vm.name} is known`,
  advice:
    'Give it as address of the VM in the drill, or as ipAddress in the ' +
    `${recovery === 'test' ? 'test ' : ''}network settings of its replication (${replicationId}) at ${site}.`,
});
