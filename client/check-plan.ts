/** The check of a plan before it is run: what the sites say to a worker, and what the plan itself and other runs say. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { SiteInspection } from '../contract/inspection.js';
import { type Estimate, estimateOf } from '../contract/lengths.js';
import { headOf, piecesOf } from '../contract/pieces.js';
import type { PieceChecked, PlanFinding, RecoveryAhead } from '../contract/plan-check.js';
import { isWithoutSource } from '../contract/planned-failover.js';
import { allVmsIn } from '../contract/vapp.js';
import { nameWithId, plainName } from '../contract/vm-identity.js';
import { listed } from '../contract/words.js';
import { loginsOf, type Plan } from '../plan/types.js';
import { askSites } from './ask-sites.js';
import { RunExists, SiteAway } from './errors.js';
import { requireBetween } from './known-sites.js';
import { overlappingWindows } from './other-runs.js';
import { judgeAlone } from './plan-alone.js';
import { resolveNames } from './resolve-names.js';
import { chooseRunId } from './run-id.js';
import type { Session } from './session.js';
import { existsAlready } from './start-once.js';
import { wantedRun } from './start-run.js';
import { requireWorker } from './worker-presence.js';

/** What is known of a plan before a run of it; the same for the same plan and sites, whatever is asked in which order. */
export interface PlanCheck {
  version: 1;
  plan: string;
  kind: Plan['kind'];
  /** that a run of it would get */
  run: string;
  source: string;
  destination: string;
  vms: number;
  /** no error was found */
  ok: boolean;
  /** a run of the plan would fail, or wait for a person, over each of them */
  errors: PlanFinding[];
  /** a run would go on, otherwise than somebody may expect */
  warnings: PlanFinding[];
  /** findings beyond those that are told, by code */
  more: Record<string, number>;
  /** of kind `failover` alone: what would be recovered of each VM, as its site tells now */
  recoveries?: RecoveryAhead[];
  /** what nobody can tell before the run */
  untold: string[];
  sites: SiteInspection[];
  /** of the cutovers; null: none is made, or too few were measured there. How long copies take is not known before they have begun */
  estimate: Estimate | null;
}

export interface CheckOptions {
  /** default: the plan's name and today's date */
  run?: string;
  /** told as it goes on, of plans of more than 500 VMs */
  onProgress?: (checked: number, all: number) => void;
}

/** Two sites take only so much at once, and what one piece has read the next ones need. */
const PIECES_AT_ONCE = 2;
const LOOKS = 3;
/** ms */
const BETWEEN_LOOKS = 2_000;

const UNCHECKED = 'The plan was not checked. Nothing was started.';

/**
 * @throws NoWorker, SiteAway: the check could not be made, and nothing is known
 * @throws BadRunId
 */
export async function checkPlan(session: Session, written: Plan, options: CheckOptions = {}): Promise<PlanCheck> {
  const run = chooseRunId(written.name, options.run, new Date());
  const { source, destination } = written;
  await requireWorker(session, UNCHECKED);
  await requireBetween(session, source.site, destination.site, UNCHECKED, loginsOf(written));
  const plan = await resolveNames(session, written);
  const vms = plan.waves.reduce((sum, wave) => sum + allVmsIn(wave.vms), 0);
  const pieces = await askPieces(session, plan, run, vms, options.onProgress);
  const sites = pieces.flatMap((piece) => piece.sites);
  const all = [
    ...judgeAlone(plan, new Date()),
    ...ofSites(plan, sites),
    ...(await judgeId(session, plan, run)),
    ...(await overlappingWindows(session, plan, run)),
    ...pieces.flatMap((piece) => piece.findings),
    ...alikeGuests(pieces.flatMap((piece) => piece.guests)),
  ];
  const errors = all.filter(({ severity }) => severity === 'error');
  const more = sumOf(pieces.map((piece) => piece.more));
  return {
    version: 1,
    plan: plan.name,
    kind: plan.kind,
    run,
    source: source.site,
    destination: destination.site,
    vms,
    ok: errors.length === 0,
    errors,
    warnings: all.filter(({ severity }) => severity === 'warning'),
    more,
    ...(plan.kind === 'failover' && { recoveries: pieces.flatMap((piece) => piece.recoveries ?? []) }),
    untold: [...new Set([...pieces.flatMap((piece) => piece.untold), ...neverTold(plan)])],
    sites,
    estimate: estimateIn(plan, pieces),
  };
}

function estimateIn({ waves }: Plan, pieces: PieceChecked[]): Estimate | null {
  const [cutovers = null] = pieces.flatMap((piece) => piece.cutovers ?? []);
  const sizes = waves.map(({ name, vms }) => ({ name, vms: allVmsIn(vms) }));
  return cutovers === null ? null : estimateOf(sizes, cutovers.each, cutovers.atOnce);
}

/** The first one looks at the sites; the others need not be asked when that fails. */
async function askPieces(
  session: Session,
  plan: Plan,
  run: string,
  vms: number,
  onProgress: CheckOptions['onProgress'],
): Promise<PieceChecked[]> {
  const check = randomUUID();
  const head = headOf(plan);
  const parts = piecesOf(plan).map(({ waves }) => waves.flatMap((wave) => wave.vms));
  let checked = 0;
  async function ask(part: Plan['waves'][number]['vms'], isFirst: boolean): Promise<PieceChecked> {
    const question = { ask: 'check', check, run, plan: head, vms: part, isFirst } as const;
    const { check: answer } = await askSites(session, question, 'check the plan', UNCHECKED, loginsOf(plan));
    if (answer === undefined) throw new Error('the worker did not say what it has found');
    checked += allVmsIn(part);
    if (parts.length > 1) onProgress?.(checked, vms);
    return answer;
  }
  const [first = [], ...others] = parts;
  const answer = await lookedAt(plan, () => ask(first, true));
  return [answer, ...(await pMap(others, (part) => ask(part, false), { concurrency: PIECES_AT_ONCE }))];
}

/** A single lost connection is no reason to refuse a run that would ride it out. @throws SiteAway */
async function lookedAt(plan: Plan, ask: () => Promise<PieceChecked>): Promise<PieceChecked> {
  for (let look = 1; ; look += 1) {
    const answer = await ask();
    const away = awayOf(plan, answer.sites);
    if (away === null) return answer;
    const { site, url, check } = away;
    // A login that was refused is not sent again, unless a run that waits for it is resumed.
    if (check.name === 'login')
      throw new SiteAway(site, url, { ...check, fix: `${check.fix ?? ''} ${IF_RIGHT_BY_NOW}`.trim() });
    if (look === LOOKS) throw new SiteAway(site, url, check);
    await delay(BETWEEN_LOOKS);
  }
}

const IF_RIGHT_BY_NOW = 'If it is right by now: start the run with --no-check, then drover resume RUN.';

const NEEDED = new Set(['reachable', 'certificate', 'login']);

/** A failover does without its source. */
function awayOf(plan: Plan, sites: SiteInspection[]) {
  for (const { site, url, checks } of sites) {
    const check = checks.find(({ name, ok }) => ok === false && NEEDED.has(name));
    if (check !== undefined && !(isWithoutSource(plan) && site === plan.source.site)) return { site, url, check };
  }
  return null;
}

/** What else is wrong with a site, and what of it holds up a run. */
function ofSites(plan: Plan, sites: SiteInspection[]): PlanFinding[] {
  const { source, destination } = plan;
  return sites.flatMap(({ site, checks }) =>
    checks.flatMap(({ name, ok, detail, fix }) => {
      if (ok !== false) return [];
      const isDispensable = isWithoutSource(plan) && site === source.site;
      const isError =
        !isDispensable &&
        ((name === 'extend' && !isWithoutSource(plan)) || (name === 'licence' && site === destination.site));
      const code = isDispensable && NEEDED.has(name) ? 'SourceAway' : CODE_OF[name];
      return [
        {
          severity: isError ? 'error' : 'warning',
          code,
          vm: null,
          site,
          message: `${site}: ${detail}.`,
          advice: fix,
        } as const,
      ];
    }),
  );
}

const CODE_OF = {
  reachable: 'SiteAway',
  certificate: 'SiteAway',
  login: 'SiteAway',
  extend: 'ExtensionRefused',
  clock: 'ClockSkew',
  version: 'VersionUnknown',
  licence: 'ServiceNotLicensed',
} as const;

async function judgeId(session: Session, plan: Plan, run: string): Promise<PlanFinding[]> {
  const of = { vm: null, site: null };
  try {
    if (!(await existsAlready(session, wantedRun(plan, run)))) return [];
    const message = `run ${run} of this very plan exists already: it would be shown, and not started again.`;
    return [
      {
        ...of,
        severity: 'warning',
        code: 'RunStartedBefore',
        message,
        advice: 'To run it again, choose another id with --id.',
      },
    ];
  } catch (error) {
    if (!(error instanceof RunExists)) throw error;
    return [{ ...of, severity: 'error', code: error.code, message: error.message, advice: error.next }];
  }
}

/** VMs of the plan whose guests call themselves alike: they may meet in one network. */
function alikeGuests(guests: PieceChecked['guests']): PlanFinding[] {
  const byName = new Map<string, typeof guests>();
  for (const guest of guests) {
    const name = plainName(guest.computerName);
    byName.set(name, [...(byName.get(name) ?? []), guest]);
  }
  return [...byName.values()].flatMap(([vm, ...others]) =>
    vm === undefined || others.length === 0
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'ComputerNameRepeated',
            vm: { id: vm.id, name: vm.name },
            site: null,
            message: `the computer name of ${nameWithId(vm)} is ${vm.computerName}, as that of ${listed(others.map(nameWithId))}.`,
            advice: 'See that they do not meet in one network.',
          },
        ],
  );
}

function sumOf(all: Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const one of all) for (const [code, count] of Object.entries(one)) sum[code] = (sum[code] ?? 0) + count;
  return sum;
}

/** What no call of VCDA's API tells, and what does not go with a VM. */
function neverTold({ kind, destination, waves }: Plan): string[] {
  const starts = kind === 'migrate' || kind === 'protect';
  const names = [destination, ...waves.flatMap(({ vms }) => vms)];
  const policies = names.some(({ placementPolicy, sizingPolicy }) => (placementPolicy ?? sizingPolicy) !== undefined);
  const addresses = waves.some(({ vms }) =>
    vms.some(({ vmNetworkSettings }) => vmNetworkSettings?.nics?.some(({ ipAddress }) => ipAddress !== undefined)),
  );
  return [
    `free space and quotas of the VDC at ${destination.site}`,
    ...(starts ? ['whether the guest tools of a VM can quiesce it', 'whether a VM is replicated to a third site'] : []),
    ...(policies ? [`placement and sizing policies of ${destination.site}`] : []),
    ...(addresses ? ['the address ranges of networks'] : []),
    'leases, start and stop order, and security tags: they do not go with a VM',
  ];
}
