/** What `drover doctor` and pre-flight ask of a site: each check says what it found and what to fix. */
import { cancellationSignal } from '@temporalio/activity';
import type { SiteCheck, SiteInspection } from '../contract/inspection.js';
import { iso } from '../contract/moment.js';
import { inWords } from '../contract/words.js';
import { DEFAULT_LOGIN, type Logins, loginAt, siteWithLogin } from '../plan/types.js';
import { API_VERSIONS, isOfFrontEnd, OWN_CODES, type Site, VcdaError } from '../vcda/index.js';
import { type ActivityDeps, configured } from './deps.js';
import { beating } from './heartbeat.js';
import { passingOver } from './passed-over.js';
import { unreadableInWords } from './unreadable-meaning.js';

/** Windows and sessions go wrong when clocks differ by more: ms. */
const SKEW_LIMIT = 60_000;

export interface InspectSiteInput {
  site: string;
  /** sites that a session of this one may be extended to, so that it sees their logins: named by a person, never by a site */
  peers: string[];
  /** by which it is asked; absent: by those of the workflow that asks */
  logins?: Logins;
}

type Finding = Omit<SiteCheck, 'name'>;

const good = (detail: string): Finding => ({ ok: true, detail, fix: null });
const bad = (detail: string, fix: string): Finding => ({ ok: false, detail, fix });
/** An extension shows a site the login of another. */
const unnamed: Finding = {
  ok: null,
  detail: 'not tried: it shows this site the login of another; name both with --pair SOURCE:DESTINATION, or a plan',
  fix: null,
};
const untried: Finding = { ok: null, detail: 'not tried, since an earlier check failed', fix: null };

export function createInspectActivities(deps: ActivityDeps) {
  return {
    /** The names of the sites that the worker's config has. */
    async configuredSites(): Promise<string[]> {
      return deps.sites.names;
    },

    /** Checks one site; never throws for what a site does. */
    inspectSite(input: InspectSiteInput): Promise<SiteInspection> {
      return beating(
        () => null,
        () => inspection(deps, input),
      );
    },
  };
}

async function inspection(deps: ActivityDeps, input: InspectSiteInput): Promise<SiteInspection> {
  const site = configured(deps, input.site);
  const startedAt = Date.now();
  // Nobody has said `resume`: a login that was refused is not sent again for a look at it.
  const options = { signal: cancellationSignal(), resumedAt: 0 };
  const checks: SiteCheck[] = [];
  function note(name: SiteCheck['name'], finding: Finding): boolean {
    checks.push({ name, ...finding });
    return finding.ok === true;
  }

  const login = await attempt(() => site.currentSession(options));
  const away = login instanceof VcdaError && (login.code === OWN_CODES.unreachable || login.code === OWN_CODES.timeout);
  const untrusted = login instanceof VcdaError && login.code === OWN_CODES.untrusted;
  const stranger = login instanceof VcdaError && isOfStranger(login);
  const answered = !away && !untrusted && !stranger;
  note(
    'reachable',
    away
      ? bad(`${login.detail}${wayTo(site)}`, deps.sites.rules(login).advice)
      : stranger
        ? bad(`something else answers: ${login.message}`, deps.sites.rules(login).advice)
        : good(`${site.config.url}${wayTo(site)}`),
  );
  note(
    'certificate',
    away ? untried : untrusted ? await distrusted(site, login, deps.sites.rules(login).advice) : certificate(site),
  );
  const loggedIn = note('login', answered ? loginFinding(login, site, startedAt) : untried);
  note(
    'extend',
    loggedIn ? await extend(site, input.peers, { ...options, logins: deps.logins ?? {} }, startedAt) : untried,
  );
  note('clock', loggedIn ? await clock(site, options) : untried);
  note('version', loggedIn ? await version(site, options) : untried);
  note('licence', loggedIn ? await licence(site, options) : untried);
  const by = loginAt(deps.logins ?? {}, site.name);
  const otherLogins = deps.sites.loginsOf(site.name).filter((one) => one !== by);
  return {
    site: site.name,
    ...(by === DEFAULT_LOGIN ? {} : { login: by }),
    ...(otherLogins.length === 0 ? {} : { otherLogins }),
    url: site.config.url,
    checks,
  };
}

/** Not the site's word. */
const isOfStranger = (error: VcdaError): boolean => isOfFrontEnd(error) || error.code === OWN_CODES.unexpected;

type Options = { signal: AbortSignal; resumedAt: number };

async function attempt<T>(call: () => Promise<T>): Promise<T | VcdaError> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VcdaError) return error;
    throw error;
  }
}

function wayTo({ config: { proxy } }: Site): string {
  if (proxy === undefined) return '';
  return `, through the proxy ${proxy.url}${proxy.from === undefined ? '' : ` (${proxy.from})`}`;
}

/** With what to compare before it is pinned. */
async function distrusted(site: Site, { detail }: VcdaError, advice: string): Promise<Finding> {
  const seen = await site.seenCertificate();
  if (seen === null) return bad(detail, advice);
  const { fingerprint, validFrom, validTo } = seen;
  return bad(
    `${detail}. It shows a certificate with fingerprint ${fingerprint}, valid from ${validFrom} to ${validTo}`,
    `${advice} Compare the fingerprint with that at the appliance itself before you pin it: anybody may have shown this one.`,
  );
}

function certificate(site: Site): Finding {
  if (site.config.url.startsWith('http:')) return good('plain http on the loopback interface');
  return good(site.config.tls.fingerprint ? 'matches the pinned fingerprint' : 'trusted');
}

function loginFinding(login: unknown, site: Site, startedAt: number): Finding {
  const { login: configured } = site.config;
  const isByToken = configured?.type === 'vcdApiToken';
  if (!(login instanceof VcdaError)) {
    const odd = site.loginOddity();
    const way = isByToken ? `, with an access token of ${configured.vcd} for the organization ${configured.org}` : '';
    return odd === null ? good(`accepted${way}`) : bad(`accepted${way}; but ${odd}`, 'Let the worker write the file.');
  }
  if (login.code === OWN_CODES.loginRefused)
    return bad(
      refusalInWords(login, site, startedAt),
      isByToken
        ? `Create another API token in Cloud Director for the organization ${configured.org}, and write it into ${configured.file}.`
        : "Correct the site's login in the config of the workers.",
    );
  return bad(login.message, "Look at the site's log, then try again.");
}

/** Five wrong passwords lock an account: what was refused is told, not tried. */
function refusalInWords(refusal: VcdaError, site: Site, startedAt: number): string {
  const sentAt = site.refusedAt(refusal);
  return sentAt === null || sentAt >= startedAt
    ? refusal.detail
    : `${refusal.detail} (at ${iso(sentAt)}; not sent again until it is changed, or a run that waits for it is resumed)`;
}

async function extend(
  site: Site,
  peers: string[],
  { logins, ...options }: Options & { logins: Logins },
  startedAt: number,
): Promise<Finding> {
  const listed = await attempt(() => site.sites({ ...options, unreadable: passingOver(site) }));
  if (listed instanceof VcdaError) return bad(listed.message, "Look at the site's log.");
  const known = new Set(listed.map((s) => s.site));
  if (!known.has(site.name))
    return bad(
      `the site does not call itself ${site.name}; it knows ${[...known].join(', ')}`,
      'Name it in the config as it names itself.',
    );
  if (peers.length === 0) return unnamed;
  const refused: string[] = [];
  for (const peer of peers) {
    if (!known.has(peer)) {
      refused.push(`${peer}: the site does not know it; it knows ${[...known].join(', ')}`);
      continue;
    }
    const answer = await attempt(() => site.currentSession({ ...options, peer }));
    if (answer instanceof VcdaError) refused.push(`${peer}: ${refusalInWords(answer, site, startedAt)}`);
  }
  if (refused.length > 0)
    return bad(refused.join('; '), "Correct the other site's login, or see whether the sites reach each other.");
  return good(`to ${peers.map((peer) => siteWithLogin(peer, logins)).join(', ')}`);
}

async function clock(site: Site, options: Options): Promise<Finding> {
  const before = Date.now();
  const theirs = await attempt(() => site.clock(options));
  if (theirs instanceof VcdaError) return bad(theirs.message, "Look at the site's log.");
  if (theirs === null) return good('the site sends no Date header');
  // The header has whole seconds.
  const skew = Math.abs(theirs - before) < 1_500 ? 0 : theirs - before;
  const detail =
    skew === 0 ? "as this worker's" : `${inWords(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} this worker's`;
  return Math.abs(skew) > SKEW_LIMIT ? bad(detail, 'Synchronize the clocks (NTP) of site and worker.') : good(detail);
}

async function version(site: Site, options: Options): Promise<Finding> {
  const listed = await attempt(() => site.sites({ ...options, unreadable: passingOver(site) }));
  if (listed instanceof VcdaError) return bad(listed.message, "Look at the site's log.");
  const local = listed.find((s) => s.site === site.name);
  const api = local?.apiVersion ?? 'unknown';
  const known = API_VERSIONS.some((v) => api.startsWith(v));
  const detail = `API ${api}, build ${local?.buildVersion ?? 'unknown'}`;
  const odd = site.unreadable.all;
  if (odd.length > 0)
    return bad(
      `${detail}; items of its lists that could not be read: ${unreadableInWords(odd)}`,
      'Look at what is named here at the site. A worker says it until it is started anew, with when it was listed last.',
    );
  return known || api === 'unknown'
    ? good(detail)
    : bad(detail, `Drover was made for ${API_VERSIONS.toReversed().join(', ')}; rehearse with a test VM first.`);
}

async function licence(site: Site, options: Options): Promise<Finding> {
  const answer = await attempt(() => site.license(options));
  // Only administrators of the appliance may read it [client terraform-provider-vcda].
  if (answer instanceof VcdaError)
    return isOfStranger(answer) || answer.status === null
      ? bad(answer.message, "Look at what stands in front of the site, and at the site's log.")
      : good(`this login may not see it (${answer.code})`);
  if (answer.isLicensed == null && answer.expirationDate == null) return good('the site does not tell');
  if (answer.isLicensed === false) return bad('the site has no valid licence', 'Install a VCDA licence at the site.');
  const expires = answer.expirationDate;
  return good(expires && expires > 0 ? `valid until ${iso(expires).slice(0, 10)}` : 'valid');
}
