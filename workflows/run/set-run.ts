/** What a person sets of a run, held against what holds now: pure. */
import { ApplicationFailure } from '@temporalio/common';
import { iso } from '../../contract/moment.js';
import type { LiveSettings, SetRun, Window } from '../../contract/run-settings.js';
import type { PlanHead } from '../../contract/shard.js';

const WINDOWED = new Set<PlanHead['kind']>(['migrate', 'failover', 'failback']);

type Live = Pick<PlanHead, 'kind' | 'cutover' | 'limits' | 'stopAfter' | 'priority'>;

/** @param now epoch ms @throws ApplicationFailure why it cannot be so; then nothing is set */
export function settingsOf({ window, limits, stopAfter, priority }: SetRun, plan: Live, now: number): LiveSettings {
  return {
    ...(window === undefined ? {} : { window: windowOf(window, plan, now) }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits, plan.limits) }),
    ...(stopAfter === undefined ? {} : { stopAfter }),
    ...(priority === undefined ? {} : { priority }),
  };
}

function windowOf({ opens, closes }: NonNullable<SetRun['window']>, { kind, cutover }: Live, now: number): Window {
  if (!WINDOWED.has(kind)) throw refused(`a run of kind ${kind} takes no VM down, so that a window has no effect`);
  const { window } = cutover;
  const known = window ?? { missed: 'hold', begun: 'finish' };
  const isNow = opens === 'now';
  const [from = window?.opens, until = isNow ? closesAnew(window, now) : window?.closes] = [
    isNow ? iso(now) : opens,
    closes,
  ];
  if (until === undefined) throw refused('the plan has no window: say window.closes as well');
  const [begin, end] = [from === undefined ? now : Date.parse(from), Date.parse(until)];
  if (begin >= end)
    throw refused(`the window would open at ${iso(begin)} and close at ${iso(end)}, which is not later`);
  if (end <= now) throw refused(`the window would close at ${iso(end)}, which is over`);
  return { ...known, opens: iso(begin), closes: iso(end) };
}

/** Of a window that is opened now: as it was to close, or after as long as it was to be open. */
function closesAnew(window: Window | null, now: number): string | undefined {
  if (window === null) return undefined;
  const [opened, closed] = [window.opens, window.closes].map((at) => Date.parse(at));
  return closed === undefined || opened === undefined || closed > now ? window.closes : iso(now + closed - opened);
}

function limitsOf(said: NonNullable<SetRun['limits']>, known: PlanHead['limits']): PlanHead['limits'] {
  const all = { ...known, ...said };
  return Object.fromEntries(Object.entries(all).filter(([, most]) => most !== null));
}

/** As a person reads what holds of what was set. */
export function settingsInWords({ window, limits, stopAfter, priority }: LiveSettings): string {
  const parts = [
    ...(window === undefined ? [] : [`window from ${window.opens} to ${window.closes}`]),
    ...(limits === undefined ? [] : [`at most ${shareInWords(limits)}`]),
    ...(stopAfter === undefined ? [] : [`stopAfter ${stopAfterInWords(stopAfter)}`]),
    ...(priority === undefined ? [] : [`priority ${priority}`]),
  ];
  return parts.join('; ');
}

const shareInWords = ({ syncs, cutovers }: PlanHead['limits']): string =>
  `${counted(syncs, 'sync')} and ${counted(cutovers, 'cutover')}`;

/** Without one it is theirs. */
const counted = (most: number | undefined, what: string): string =>
  most === 1 ? `1 ${what}` : `${most ?? "the sites'"} ${what}s`;

function stopAfterInWords(limits: PlanHead['stopAfter']): string {
  if (limits === null) return 'none';
  const { count, percent, sameCode } = limits;
  const parts = [
    ...(count === undefined ? [] : [`${count} failures`]),
    ...(percent === undefined ? [] : [`${percent}% failures`]),
    ...(sameCode === undefined ? [] : [`${sameCode} cutovers in a row with one code`]),
  ];
  return parts.join(' or ');
}

/** What of it was so before, for the audit. */
export function before(said: SetRun, { cutover, limits, stopAfter, priority = 'normal' }: Live): unknown {
  return {
    ...(said.window === undefined ? {} : { window: cutover.window }),
    ...(said.limits === undefined ? {} : { limits }),
    ...(said.stopAfter === undefined ? {} : { stopAfter }),
    ...(said.priority === undefined ? {} : { priority }),
  };
}

const refused = (why: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${why}; nothing was set`, 'NotSet');
