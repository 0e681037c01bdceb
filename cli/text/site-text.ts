/** Sites, their limits and brakes, for people. */
import type { SiteSummary } from '../../client/list-sites.js';
import { moment } from '../../client/words.js';
import type { SetBy } from '../../contract/act.js';
import type { ShownLimit, SiteShown } from '../../contract/site-shown.js';
import { actsText } from '../report/acts.js';
import type { Colors } from './output.js';
import { filled } from './run-text.js';
import { table } from './table.js';

export function sitesText(sites: SiteSummary[], colors: Colors): string {
  if (sites.length === 0) return 'No site is known here: the config names none, and nothing has worked at any yet.';
  const rows = sites.map(({ site, shown }) =>
    shown === null
      ? [site, '', 'config', 'config', 'config', '']
      : [
          site,
          shown.brake.on ? colors.red('on') : 'off',
          used(shown.limits.syncs, shown.places.sync),
          used(shown.limits.cutovers, shown.places.cutover),
          figure(shown.limits.requestsPerSecond),
          trouble(shown, colors),
        ],
  );
  return table(...filled(['SITE', 'BRAKE', 'SYNCS', 'CUTOVERS', 'REQUESTS/S', 'NOTE'], rows));
}

const figure = ({ holds }: ShownLimit): string => (holds === null ? 'config' : String(holds));

/** `3 of 20, 5 wait` */
function used(limit: ShownLimit, { held, waiting }: { held: number; waiting: number }): string {
  return `${held} of ${figure(limit)}${waiting === 0 ? '' : `, ${waiting} wait`}`;
}

function trouble({ hold, otherHolds = [], away }: SiteShown, colors: Colors): string {
  if (hold !== null) return colors.red(hold.code);
  const [first] = otherHolds;
  if (first !== undefined) return colors.red(`${first.code} (login ${first.login})`);
  return away === null ? '' : colors.yellow(`does not answer since ${moment(away.since)}`);
}

export function siteText(shown: SiteShown, colors: Colors): string {
  const { site, brake, limits, places, runs, operations, testCopies, hold, otherHolds = [], away, acts } = shown;
  const braked = brake.on ? colors.red(colors.bold('on')) : 'off';
  const rows = [
    ['brake', braked, '', brake.set === null ? '' : setBy(brake.set)],
    ['syncs', figure(limits.syncs), used(limits.syncs, places.sync), whose(limits.syncs)],
    ['cutovers', figure(limits.cutovers), used(limits.cutovers, places.cutover), whose(limits.cutovers)],
    ['requests/s', figure(limits.requestsPerSecond), '', whose(limits.requestsPerSecond)],
  ];
  const waiting = runs.map(({ run, held, waiting: wait, priority }) => [
    run,
    String(held),
    String(wait),
    priority ?? 'normal',
  ]);
  return [
    colors.bold(`Site ${site}`),
    table(['', 'HOLDS', 'IN USE', 'BY WHOSE WORD'], rows),
    `Operations under way: ${operations}${testCopies === 0 ? '' : `; test copies of drills: ${testCopies}`}`,
    ...(hold === null ? [] : [held(hold)]),
    ...otherHolds.map((one) => held(one, `login ${one.login}: `)),
    ...(away === null ? [] : [`! It does not answer since ${moment(away.since)}: ${away.message}`]),
    ...(brake.on ? [`  next: ${colors.bold(`drover site brake ${site} off`)}`] : []),
    ...(waiting.length === 0 ? [] : [`\n${table(['RUN', 'HAS', 'WAITS', 'PRIORITY'], waiting)}`]),
    ...actsText(acts).map((text) => `\n${text}`),
  ].join('\n');
}

const held = ({ message, advice }: NonNullable<SiteShown['hold']>, of = ''): string =>
  `! ${of}${message}${advice === null ? '' : `\n  next: ${advice}`}`;

function whose({ from, since, set, configured }: ShownLimit): string {
  if (from === 'config') {
    const known = since === null ? 'which it has not been told yet' : `since ${moment(since)}`;
    return `the config's, ${known}${set === null ? '' : `, ${by(set)}`}`;
  }
  const given = configured === null ? '' : ` (the config gives ${configured})`;
  return set === null ? `set by a person${given}` : `${setBy(set)}${given}`;
}

const setBy = (set: SetBy): string => `since ${moment(set.at)}, ${by(set)}`;

function by({ by: who, note, reference }: SetBy): string {
  const why = [note, reference].filter((text) => text !== null).join(', ');
  return `by ${who}${why === '' ? '' : `: ${why}`}`;
}
