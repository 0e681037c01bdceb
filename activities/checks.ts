/** Proving that a recovered VM works, from where the worker runs: VCDA's own power state is not live [KB 407394]. */
import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { iso } from '../contract/moment.js';
import type { CheckVmInput } from '../contract/questions.js';
import type { CheckResult } from '../contract/report.js';
import { visible } from '../plan/source/visible.js';
import type { Check, CheckCommand } from '../plan/types.js';
import { VcdaError } from '../vcda/index.js';
import { CheckSecrets } from './check-secrets.js';
import { type Address, addressOf, type CheckSubject, needsAddress } from './check-subject.js';
import { type ActivityDeps, configured } from './deps.js';
import { finalFailure } from './failures.js';
import { beating, pause } from './heartbeat.js';
import { probeFor } from './probe-for.js';
import { type Finding, within } from './probes/probe.js';

/** What an attempt of the activity leaves for the next, so that a killed worker costs no evidence. */
interface Trail {
  startedAt: number;
  attempts: number;
  /** good answers in a row so far */
  inARow: number;
}

export function createCheckActivities(deps: ActivityDeps) {
  const secrets = new CheckSecrets(deps.secrets, () => deps.sites.scrubber());
  return {
    /**
     * Makes a check until it has passed so often in a row as it says, or its time is over, once at least. What the VM or the site does is never an error, but
     * a result.
     * @throws ApplicationFailure `UnknownCommand`, `UnknownSecret` when this worker's config has no such command or secret
     */
    async checkVm(input: CheckVmInput): Promise<CheckResult> {
      const { check, vm } = input;
      const { consecutive: wanted = 1 } = check;
      const command = commandOf(input, deps.commands);
      const site = configured(deps, input.site);
      const trail = trailIn(activityInfo().heartbeatDetails) ?? { startedAt: Date.now(), attempts: 0, inARow: 0 };
      const options = { peer: input.peer, resumedAt: input.resumedAt, signal: cancellationSignal() };
      const needsIp = needsAddress(textsOf(check));
      let address: Address | undefined;

      async function subject(): Promise<CheckSubject> {
        // A command is told the address when there is one, and may do without.
        if (address === undefined && (needsIp || command !== null)) {
          const asked = addressOf(site, input, options);
          address = needsIp ? await asked : await asked.catch(notToldNow);
        }
        // A name is its site's word: no program and no host need take what cannot be seen.
        const { ip = null, isOfSite = false } = address ?? {};
        return { id: vm.id, name: visible(vm.name), ip, isOfSite };
      }

      async function attempt(): Promise<Finding & { advice?: string; isFinal?: boolean }> {
        let of: CheckSubject;
        try {
          of = await subject();
        } catch (error) {
          if (!(error instanceof VcdaError)) throw error;
          return { ok: false, detail: `${check.name}: the address of ${vm.name} is not known: ${error.message}` };
        }
        if (of.ip === null && needsIp) return { ok: false, ...noAddress(input, address?.notOne), isFinal: true };
        const made = probeFor(input, { command, subject: of, secrets });
        if ('refused' in made)
          return { ok: false, detail: `${made.label}: ${made.refused}`, advice: made.advice, isFinal: true };
        const { ok, detail, said } = await within(check.timeout, cancellationSignal(), made.probe);
        return { ok, detail: secrets.scrubber()(`${made.label}: ${detail}${said ? `: ${said}` : ''}`) };
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

const noAddress = (
  { check, vm, site, replicationId, recovery }: CheckVmInput,
  notOne: string | undefined,
): { detail: string; advice: string } => ({
  detail:
    notOne === undefined
      ? `${check.name}: no address of ${vm.name} is known`
      : `${check.name}: what ${site} gives as the address of ${vm.name} is no IP address: ${notOne}`,
  advice:
    'Give it as address of the VM in the drill, or as ipAddress in the ' +
    `${recovery === 'test' ? 'test ' : ''}network settings of its replication (${replicationId}) at ${site}.`,
});
