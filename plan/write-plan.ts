/** A new plan as the text of a file that a person reads on: comments say what may be changed, and what it may be changed to. */
import { stringify } from 'yaml';
import { DEFAULT_LOGIN, type Logins, loginAt } from './logins.js';

/** What the text is made of. */
export interface PlanText {
  name: string;
  kind: 'migrate' | 'protect';
  /** of its cutovers; default: of each wave */
  approval?: 'none' | 'wave';
  /** a line each, at its head */
  head: string[];
  source: string;
  destination: string;
  /** absent: the default ones */
  logins?: Logins;
  vdc: Named;
  /** what else there is at the destination, as comments */
  otherVdcs: Named[];
  storageProfiles: Named[];
  networks: Named[];
  waves: { name: string; vms: Entry[]; vapps: Entry[] }[];
}

interface Entry {
  id: string;
  name: string | null;
  note: string;
}

interface Named {
  id: string;
  name: string;
}

/** In comments: of more nobody reads them. */
const MOST = 20;

export function planText(plan: PlanText): string {
  const { name, kind, source, destination, logins = {}, vdc, waves } = plan;
  const loginOf = (site: string) => [loginAt(logins, site)].filter((login) => login !== DEFAULT_LOGIN);
  return [
    ...plan.head.map((line) => comment(line)),
    `name: ${scalar(name)}`,
    `kind: ${kind}`,
    `source: { ${[`site: ${flow(source)}`, ...loginOf(source).map((login) => `login: ${flow(login)}`)].join(', ')} }`,
    'destination:',
    `  site: ${scalar(destination)}`,
    ...loginOf(destination).map((login) => `  login: ${scalar(login)}`),
    `  vdc: ${vdc.id}  ${comment(vdc.name)}`,
    ...alternatives('other VDCs there', plan.otherVdcs),
    `  storageProfile: "*"  ${comment('any')}`,
    ...alternatives('or one of', plan.storageProfiles),
    ...alternatives('networks of this VDC', plan.networks),
    ...(kind === 'protect' ? ['replication: { rpo: 15m }'] : cutover(plan.approval ?? 'wave')),
    'waves:',
    ...waves.flatMap((wave) => [
      `  - name: ${scalar(wave.name)}`,
      ...entries('vms:', wave.vms),
      ...entries('vapps:  # each moved as one', wave.vapps),
    ]),
    '',
  ].join('\n');
}

const entries = (key: string, all: Entry[]): string[] =>
  all.length === 0
    ? []
    : [
        `    ${key}`,
        ...all.map(
          ({ id, name, note }) =>
            `      - { id: ${id}${name === null ? '' : `, name: ${flow(name)}`} }${note === '' ? '' : `  ${comment(note)}`}`,
        ),
      ];

const APPROVALS = {
  none: 'waves are cut over as soon as they are copied; wave: each waits for an approval; vm: each VM for one of its own',
  wave: 'none: waves are cut over as soon as they are copied; vm: each VM waits for an approval of its own',
};

const cutover = (approval: keyof typeof APPROVALS): string[] => [
  'cutover:',
  `  approval: ${approval}  # ${APPROVALS[approval]}`,
  '  # window: { opens: 2026-12-05T22:00:00+01:00, closes: 2026-12-06T05:00:00+01:00 }',
  '  powerOn: asSource',
];

function alternatives(what: string, all: Named[]): string[] {
  const more = all.length > MOST ? [`  # and ${all.length - MOST} more`] : [];
  return all.length === 0
    ? []
    : [`  # ${what}:`, ...all.slice(0, MOST).map(({ id, name }) => `  ${comment(`  ${id}  ${name}`)}`), ...more];
}

/** One line, whatever a site calls things. */
const comment = (text: string): string => `# ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;

/** Text that is read again as what it is, on one line. */
const scalar = (text: string): string => stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd();

/** Within braces a comma would end it. */
const flow = (text: string): string =>
  stringify([text], { lineWidth: 0, blockQuote: false, collectionStyle: 'flow' }).trim().slice(1, -1).trim();
