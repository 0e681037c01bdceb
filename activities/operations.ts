/**
 * Submitting one operation: adopt what runs already, else send it, then hand it to the watcher of its site. Written so that
 * any attempt may die at any line.
 */
import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { CODES } from '../contract/codes.js';
import { iso } from '../contract/moment.js';
import { DONE_BY_OTHERS, FAILURES } from '../contract/names.js';
import type { OperationRequest, Submitted } from '../contract/operation.js';
import { offsetFrom } from '../contract/site-clock.js';
import { isUnnamed, nameWithId } from '../contract/vm-identity.js';
import { watchOf } from '../contract/watch.js';
import { type Asked, type CallOptions, type Refusals, type Site, VcdaError } from '../vcda/index.js';
import { patientRules } from './absence.js';
import { Acknowledgement } from './acknowledgement.js';
import { adoptionOf, isMarkedOthers, type MayBeSent } from './adoption.js';
import { Braked, Brakes, toWait } from './brake.js';
import type { ActivityDeps } from './deps.js';
import { mayInsist } from './extension.js';
import { type Attempt, failureOf, finalFailure, isRefusedLogin, knownSites, withName } from './failures.js';
import { beating } from './heartbeat.js';
import { LOOK_FOR, LooksOtherwise, lookBefore, toLookAgain } from './last-look.js';
import { latestOf } from './latest-start.js';
import { ownMark } from './mark.js';
import { Several } from './one-of-several.js';
import { passingOver } from './passed-over.js';
import type { Reachability } from './reachability.js';
import { ForeignReplication, type Found } from './reconcile.js';
import { find, lookOnceMore } from './search.js';
import { replicationIdIn, send } from './send.js';
import { SiteClocks } from './site-clocks.js';
import { watchAtSite } from './site-signals.js';
import { isCleared, type Left, leftBy, type Trail, trailOf, triedBefore, wasAbsent, wasNotActedOn } from './trail.js';
import { SiteVmNames } from './vm-names.js';

export function createOperationActivities(deps: ActivityDeps, reachability: Reachability, refusals: Refusals) {
  const names = new SiteVmNames(deps);
  const clocks = new SiteClocks();
  const brakes = new Brakes(deps);

  const optionsFor = (request: OperationRequest): CallOptions => ({
    operationId: request.operationId,
    peer: request.peer,
    resumedAt: request.resumedAt,
    signal: cancellationSignal(),
  });

  /** What is known of the tries before, which whatever is found may come of. */
  function knownAs(request: OperationRequest, cleared: boolean, triedUntil: number | undefined): OperationRequest {
    const { timeouts } = deps.sites.get(request.site).config;
    const latest = latestOf(triedUntil, timeouts.request, request.clock ?? clocks.of(request.site));
    const absent = request.mayBeSent?.absent === true;
    return { ...request, mayBeSent: { absent, ...(cleared ? { cleared } : {}), ...latest } };
  }

  /** Whose the replication is that a start has found, where no task of its own tells. @throws ApplicationFailure when it may not be taken over */
  async function adopting(
    site: Site,
    request: OperationRequest,
    { taskId, replicationId }: Found,
    options: CallOptions,
    mayBeSent: MayBeSent,
  ): Promise<Pick<Submitted, 'mark' | 'adoption'>> {
    if (request.kind !== 'start') return {};
    const mark = ownMark(deps, request);
    const isNamed = taskId !== null && site.filtersByOperationId() === true;
    if (isNamed || replicationId === null) return { mark };
    const adoption = await adoptionOf(deps, site, request, replicationId, options, mayBeSent);
    return adoption === null ? { mark } : { mark, adoption };
  }

  /** What another made is no trace of this start, whoever has it now. */
  async function isOfAnotherStart(site: Site, request: OperationRequest, found: Found, options: CallOptions) {
    if (request.kind !== 'start' || found.replicationId === null) return false;
    return isMarkedOthers(deps, site, request, found.replicationId, options);
  }

  async function adopt(
    request: OperationRequest,
    found: Found,
    preexisting: boolean,
    known: Pick<Submitted, 'mark' | 'adoption' | 'vmName'> = {},
  ): Promise<Submitted> {
    log.info('operation found at the site', { taskId: found.taskId, replicationId: found.replicationId });
    const isOthers = known.adoption === undefined ? preexisting : known.adoption.owner !== 'mine';
    return handOver(request, { ...found, ...known, adopted: true, preexisting: isOthers, submittedAt: Date.now() });
  }

  async function handOver(request: OperationRequest, submitted: Submitted): Promise<Submitted> {
    await watchAtSite(deps, request.site, watchOf(request, submitted));
    await reachability.answered(request.site);
    return submitted;
  }

  async function failure(
    error: unknown,
    site: Site,
    request: OperationRequest,
    options: CallOptions,
    attempt: Attempt,
    left: Left = {},
    asked?: Asked,
  ): Promise<unknown> {
    if (error instanceof LooksOtherwise) return toLookAgain(request, error, left);
    if (error instanceof Braked) return toWait(request, left);
    if (error instanceof ForeignReplication || error instanceof Several) {
      const message = `${nameWithId(request.vm)} ${error.message}`;
      const { advice, code } = error;
      return finalFailure({ ...subjectOf(request), code, message, advice });
    }
    // The session itself remembers a login, and whose it is: one of a peer says nothing of what needs none.
    if (error instanceof VcdaError && !isRefusedLogin(error) && deps.sites.rules(error).call === 'hold')
      refusals.remember(request.site, error, asked);
    await reachability.failed(error instanceof VcdaError ? error.site : request.site, error);
    const hint = await knownSites(error, () =>
      site.sites({ ...options, peer: undefined, unreadable: passingOver(site) }),
    );
    const { rules } = deps.sites;
    const patient = request.replicationId === null ? rules : patientRules(rules, site.config.missingFor);
    return failureOf(error, { ...request, left }, attempt, patient, hint);
  }

  return {
    /**
     * Submits an operation, unless the site has it already, and has its end reported to `request.workflowId`.
     * @throws ApplicationFailure `Hold`: only a person can go on; `TooLate`: not sent, `notAfter` has passed; else VCDA's code
     */
    async submitOperation(request: OperationRequest): Promise<Submitted> {
      const site = deps.sites.get(request.site);
      const options = optionsFor(request);
      const begun = activityInfo();
      const { attempt: number, heartbeatDetails } = begun;
      const mayBeSent = wasAbsent(heartbeatDetails) || request.mayBeSent?.absent === true;
      const trail: Trail = { attempt: number, acted: 'unknown', absent: mayBeSent };
      // Forgotten before anything leaves: an attempt that dies then may have been the one that arrived.
      let cleared = isCleared(request, begun);
      const triedUntil = triedBefore(request, begun);
      let left = false;
      const doubtful = request.mayBeSent !== undefined || (number > 1 && !wasNotActedOn(heartbeatDetails, number - 1));
      let untouched = !doubtful;
      return beating(
        () => trail,
        async ({ attempt, details }) => {
          const acknowledgement = new Acknowledgement(deps.client, details);
          const asked = refusals.asking(request.site);
          let called = request;
          try {
            refusals.check(request.site, request.resumedAt);
            // An attempt that may have sent it has compared them before.
            const vmName = request.kind === 'start' && !doubtful ? await names.check(request) : null;
            called = calledBy(request, vmName);
            const found = await find(deps, site, knownAs(request, cleared, triedUntil), options, doubtful);
            cleared ||= doubtful && found === null;
            // What others did before anything was sent is no trace of this operation, nor does using it send anything.
            untouched = untouched && (found === null || found.taskId === null);
            if (found !== null) {
              const asked = knownAs(called, cleared, triedUntil);
              const known = await adopting(site, asked, found, options, mayBe(doubtful, mayBeSent));
              return await adopt(request, found, found.taskId === null && !doubtful, { ...known, ...nameIn(vmName) });
            }
            trail.absent = true;
            await lookBefore(deps, site, request, options);
            let looked = { at: performance.now(), took: 0 };
            refuseIfTooLate(request);
            const began = untouched;
            untouched = false;
            async function beforeSend() {
              await acknowledgement.fresh();
              // A login, the site's limiter or Temporal may have kept it waiting since.
              const now = performance.now();
              if (now - looked.at >= LOOK_FOR + looked.took) {
                await lookOnceMore(deps, site, request, options);
                // It took turns of the limiter itself, which asks once more then: where each takes long, it would look for ever.
                const at = performance.now();
                looked = { at, took: at - now };
              }
              await brakes.refuse(request);
              await acknowledgement.fresh();
              refuseIfTooLate(request);
              left = true;
              submittedAt = Date.now();
            }
            let submittedAt = Date.now();
            const extended = trailOf(heartbeatDetails, number - 1)?.extend === true;
            const task = await send(site, request, { ...options, beforeSend }, deps, extended).catch(
              (error: unknown) => {
                if (error instanceof VcdaError && mayInsist(error)) trail.extend = !extended;
                left &&= !(error instanceof VcdaError && error.acted === 'no');
                untouched = began && !left;
                throw error;
              },
            );
            if (task !== null) site.sentUnder(request.operationId);
            const clock = task === null ? null : offsetFrom(task.startTime, submittedAt, Date.now());
            clocks.note(request.site, clock);
            return await handOver(request, {
              taskId: task?.id ?? null,
              replicationId: request.replicationId ?? (task === null ? null : replicationIdIn(task)),
              adopted: false,
              preexisting: false,
              submittedAt,
              clock,
              ...(request.kind === 'start' ? { mark: ownMark(deps, request) } : {}),
              ...nameIn(vmName),
            });
          } catch (error) {
            // What failed before anything was sent, or was refused, leaves no doubt.
            if (untouched) trail.acted = 'no';
            if (cleared && !left) trail.cleared = true;
            const over = left ? Date.now() : triedUntil;
            if (over !== undefined) trail.triedUntil = over;
            const failed = await failure(error, site, called, options, attempt, leftBy(trail), asked);
            throw called === request ? failed : withName(failed, called.vm.name);
          }
        },
      );
    },

    /** As far as {@link submitOperation} goes without sending: null when the site does not have the operation. */
    async adoptOperation(request: OperationRequest): Promise<Submitted | null> {
      const site = deps.sites.get(request.site);
      const options = optionsFor(request);
      return beating(
        () => null,
        async ({ attempt }) => {
          const { mayBeSent } = request;
          try {
            const asked = knownAs(request, mayBeSent?.cleared === true, mayBeSent?.triedUntil);
            const found = await unlessOthers(find(deps, site, asked, options, true));
            if (found === null || (await isOfAnotherStart(site, request, found, options))) return null;
            const known = await unlessOthers(adopting(site, asked, found, options, mayBe(true, mayBeSent?.absent)));
            return known === null ? null : await adopt(request, found, false, known);
          } catch (error) {
            const left = mayBeSent === undefined ? {} : leftBy({ ...mayBeSent, acted: 'unknown' });
            throw await failure(error, site, request, options, attempt, left);
          }
        },
      );
    },
  };
}

const OTHERS = new Set<unknown>([DONE_BY_OTHERS, CODES.notOurs, FAILURES.claimed]);

/** What others did is no trace of the operation. */
async function unlessOthers<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ApplicationFailure && OTHERS.has(error.type)) return null;
    throw error;
  }
}

/** A VM that the plan gives no name is refused under the one that its site tells. */
const calledBy = (request: OperationRequest, vmName: string | null): OperationRequest =>
  vmName === null || !isUnnamed(request.vm) ? request : { ...request, vm: { ...request.vm, name: vmName } };

const nameIn = (vmName: string | null): Pick<Submitted, 'vmName'> => (vmName === null ? {} : { vmName });

/** What every failure of an operation says alike. */
const subjectOf = ({ kind, site }: OperationRequest) => ({ operation: kind, taskId: null, site });

const mayBe = (sent: boolean, absent = false): MayBeSent =>
  !sent ? 'no' : absent ? 'to a VM without replication' : 'perhaps';

function refuseIfTooLate(request: OperationRequest): void {
  const { notAfter, kind, vm, operationId } = request;
  if (notAfter === null || Date.now() < notAfter) return;
  const closed = iso(notAfter);
  const message = `${kind} of ${nameWithId(vm)} was not sent: its window closed at ${closed} [operation ${operationId}].`;
  throw finalFailure({ ...subjectOf(request), code: FAILURES.tooLate, message, advice: null });
}
