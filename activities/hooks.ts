/** Hooks, as a worker sends them: once more where no answer came, and each time with the same key. */
import { ApplicationFailure, activityInfo, cancellationSignal } from '@temporalio/activity';
import { CODES } from '../contract/codes.js';
import { type HookAnswer, type HookBody, type HookInput, hookVms } from '../contract/hooks.js';
import { iso } from '../contract/moment.js';
import { type Ask, askHead, askRows } from '../contract/read-run.js';
import type { FailureDetails } from '../contract/report.js';
import { shownUrl } from '../plan/shown-url.js';
import { CheckSecrets } from './check-secrets.js';
import type { ActivityDeps } from './deps.js';
import { beating } from './heartbeat.js';
import { HookRefusals } from './hook-refusals.js';
import { hookProbe } from './probes/hook.js';
import { within } from './probes/probe.js';
import { askTemporal } from './site-signals.js';

/** What an attempt leaves for the next: one that was killed over it has no answer, which is no failure of the hook. */
interface Trail {
  failed: number;
  /** epoch ms; null: it has not failed */
  since: number | null;
}

/** Others say that it will be refused again. */
const PASSES = new Set([408, 425, 429]);
const PAUSES = { first: 1_000, longest: 30_000 };

export function createHookActivities(deps: Pick<ActivityDeps, 'sites' | 'client' | 'secrets' | 'hooksAllowed'>) {
  const secrets = new CheckSecrets(deps.secrets, () => deps.sites.scrubber());
  const refusals = new HookRefusals(deps.hooksAllowed ?? [], secrets);
  return {
    /**
     * Sends a hook until it is answered well, or has failed so often as it may. What is answered is never an error, but a result.
     * @throws ApplicationFailure while it is to be sent once more
     */
    async callHook(input: HookInput): Promise<HookAnswer> {
      const { event, hook, key } = input;
      const url = shownUrl(hook.url);
      const refused = refusals.of(event, hook);
      if (refused !== null) return { ok: false, url, detail: refused.message, advice: refused.advice, attempts: 0 };
      const { heartbeatDetails, attempt: attempts } = activityInfo();
      const trail = trailIn(heartbeatDetails);
      const scrub = secrets.scrubber();
      const label = `${hook.method} ${url}`;
      return beating(
        () => trail,
        async () => {
          const body = JSON.stringify(await bodyOf(deps, input));
          let status: number | null = null;
          const probe = hookProbe(
            {
              url: hook.url,
              method: hook.method,
              headers: {
                'content-type': 'application/json',
                ...secrets.headersOf(hook, input.destination),
                'idempotency-key': key,
              },
              body,
            },
            scrub,
            (answered) => {
              status = answered;
            },
          );
          const { ok, detail } = await within(hook.timeout, cancellationSignal(), probe);
          const told = scrub(`${label}: ${detail}`);
          if (ok) return { ok, url, detail: told, advice: null, attempts };
          trail.failed += 1;
          trail.since ??= Date.now();
          if (isFinal(status) || trail.failed > hook.retries) return { ok, url, detail: told, advice: null, attempts };
          throw onceMore(input, told, trail);
        },
      );
    },
  };
}

const isFinal = (status: number | null): boolean => status !== null && status < 500 && !PASSES.has(status);

function onceMore({ event, destination }: HookInput, told: string, { failed, since }: Trail): ApplicationFailure {
  const message = `hook ${event}: ${told}`;
  const details: FailureDetails = {
    code: CODES.hookFailed,
    message,
    operation: null,
    taskId: null,
    site: destination,
    advice: null,
    ...(since === null ? {} : { since: iso(since) }),
  };
  const failure = ApplicationFailure.create({
    type: CODES.hookFailed,
    message,
    details: [details],
    nextRetryDelay: Math.min(PAUSES.longest, PAUSES.first * 2 ** (failed - 1)),
    category: 'BENIGN',
  });
  failure.stack = '';
  return failure;
}

function trailIn(details: unknown): Trail {
  const { failed, since } = (details ?? {}) as Partial<Trail>;
  return { failed: typeof failed === 'number' ? failed : 0, since: typeof since === 'number' ? since : null };
}

/** VMs of a wave or run are asked of its shards: a run does not know them, and there may be thousands. */
async function bodyOf(deps: Pick<ActivityDeps, 'client'>, input: HookInput): Promise<HookBody> {
  const { key, event, number, at, run, wave, source, destination, vms } = input;
  const named = vms ?? (await vmsOf(deps, run.id)).flatMap(hookVms).filter((vm) => wave === null || vm.wave === wave);
  const between = { source: { site: source }, destination: { site: destination } };
  return { version: 1, key, event, number, at, run, wave, ...between, vms: named };
}

async function vmsOf(deps: Pick<ActivityDeps, 'client'>, run: string) {
  const ask: Ask = (workflowId, query, ...args) =>
    askTemporal(deps, () => deps.client.workflow.getHandle(workflowId).query(query, ...args));
  return askRows(ask, await askHead(ask, run), { isBrief: true, forgotten: () => [] });
}
