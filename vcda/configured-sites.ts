/** The sites of a config by each choice of their logins: one way to a site, and a session for each login that goes it. */
import {
  DEFAULT_LOGIN,
  type Login,
  type Logins,
  loginAt,
  loginsKey,
  type SiteConfig,
  siteWithLogin,
} from '../plan/types.js';
import { errorRules } from './errors/error-rules.js';
import { AccessTokens } from './http/access-tokens.js';
import { revealed } from './http/login.js';
import type { LoginTurns } from './http/login-turns.js';
import { KnownSecrets } from './http/scrub.js';
import { SiteSession } from './http/session.js';
import { Transport } from './http/transport.js';
import { createSite, type Site } from './site.js';
import { publicWordsOf, type Renewed, type Sites, type SitesConfig, secretsOf } from './sites.js';

interface Open {
  site: Site;
  session: SiteSession;
  /** by which a site is asked, and which its peers are shown */
  its: (site: string) => string;
}

interface Changed {
  site: string;
  login: string;
  before: Login | undefined;
  now: Login | undefined;
  isMoved: boolean;
}

export class ConfiguredSites {
  readonly #config: SitesConfig;
  readonly #secrets: KnownSecrets;
  /** as they are now, by name */
  readonly #sites: Record<string, SiteConfig>;
  /** names of those that each had from the first */
  readonly #logins: ReadonlyMap<string, string[]>;
  readonly #tokens: AccessTokens;
  readonly #transports: ReadonlyMap<string, Transport>;
  /** by the logins */
  readonly #views = new Map<string, Sites>();
  readonly #open: Open[] = [];
  #turns: LoginTurns | null = null;

  constructor(config: SitesConfig) {
    this.#config = config;
    this.#secrets = new KnownSecrets(secretsOf(config), publicWordsOf(config));
    this.#sites = Object.fromEntries(Object.entries(config.sites).map(([name, site]) => [name, { ...site }]));
    this.#logins = new Map(Object.entries(this.#sites).map(([name, site]) => [name, loginsOf(site)]));
    this.#tokens = new AccessTokens(this.#sites, this.#secrets);
    this.#transports = new Map(
      Object.entries(this.#sites).map(([name, it]) => [name, new Transport(it, this.#secrets)]),
    );
  }

  /** The sites by these logins. */
  as(logins: Logins): Sites {
    const chosen = Object.fromEntries(Object.entries(logins).filter(([, login]) => login !== DEFAULT_LOGIN));
    const key = loginsKey(chosen);
    const known = this.#views.get(key) ?? this.#view(chosen);
    this.#views.set(key, known);
    return known;
  }

  #view(chosen: Logins): Sites {
    const names = Object.keys(this.#sites);
    const byName = new Map<string, Site>();
    return {
      names,
      rules: errorRules(this.#config.errors),
      scrubber: () => this.#secrets.scrubber({ by: null }),
      get: (name) => {
        const config = names.includes(name) ? this.#sites[name] : undefined;
        if (config === undefined)
          throw new RangeError(`the config of this worker has no site ${name}; it has ${names.join(', ')}`);
        const site = byName.get(name) ?? this.#opened(config, (its) => loginAt(chosen, its));
        byName.set(name, site);
        return site;
      },
      takeTurns: (turns) => this.#takeTurns(turns),
      renew: (config) => this.#renew(config),
      as: (logins) => this.as(logins),
      loginsOf: (name) => loginsOf(this.#sites[name]),
      close: () => this.#close(),
    };
  }

  #opened(site: SiteConfig, its: Open['its']): Site {
    const { name } = site;
    const login = this.#loginOf(name, its(name));
    const { login: _, ...rest } = site;
    const config = { ...rest, ...(login && { login }) };
    const transport = this.#transports.get(name);
    if (transport === undefined) throw new RangeError(`the config has no site ${name}`);
    const called = (one: string) => (its(one) === DEFAULT_LOGIN ? null : its(one));
    // Where others are extended to a site by the trust of organizations, no login of it is shown to them.
    const peerLogin = (peer: string) => this.#sites[peer]?.extension ?? this.#loginOf(peer, its(peer));
    const session = new SiteSession({ ...config, called }, transport, peerLogin, this.#secrets, this.#tokens);
    if (this.#turns !== null) session.takeTurns(this.#turns);
    // What was refused of the extension says nothing of the login, then.
    if (site.extension === undefined)
      session.whenAccepted(() => {
        for (const other of this.#open) if (other.its(name) === its(name)) other.session.peerAccepted(name);
      });
    const oddity = () => this.#oddityOf(name, this.#loginOf(name, its(name)));
    const opened = createSite(config, transport, session, oddity);
    this.#open.push({ site: opened, session, its });
    return opened;
  }

  #loginOf(site: string, login: string): Login | undefined {
    return loginIn(this.#sites[site], login);
  }

  #oddityOf(site: string, login: Login | undefined): string | null {
    return login?.type === 'vcdApiToken' ? this.#tokens.troubleOf(site, login) : null;
  }

  #takeTurns(turns: LoginTurns): void {
    this.#turns = turns;
    for (const { session } of this.#open) session.takeTurns(turns);
  }

  #renew(read: SitesConfig): Renewed {
    const changed = this.#changedIn(read);
    const taken = changed.filter(({ isMoved }) => !isMoved);
    this.#secrets.know(secretsOf(read), publicWordsOf(read));
    for (const { site, login, now } of taken) this.#take(site, login, now);
    for (const { site, login, before, now } of taken) {
      const isSame = isSameSource(before, now);
      if (!isSame) this.#turns?.renewed(site);
      for (const one of this.#open.filter(({ its }) => its(site) === login)) {
        if (one.site.name === site) one.session.renew(now, isSame);
        else one.session.peerRenewed(site, isSame);
      }
    }
    // A worker of this machine writes API tokens itself.
    return {
      taken: namesOf(taken.filter(({ before, now }) => !isSameSource(before, now))),
      moved: namesOf(changed.filter(({ isMoved }) => isMoved)),
    };
  }

  #changedIn(read: SitesConfig): Changed[] {
    return Object.entries(this.#sites).flatMap(([site, known]) => {
      const given = Object.hasOwn(read.sites, site) ? read.sites[site] : undefined;
      if (given === undefined) return [];
      const isMoved = !isSameWay(known, given);
      // One that was taken out of the config meanwhile may come back: its sessions and queues are there.
      return (this.#logins.get(site) ?? []).flatMap((login) => {
        const [before, now] = [loginIn(known, login), loginIn(given, login)];
        return revealed(before) === revealed(now) ? [] : [{ site, login, before, now, isMoved }];
      });
    });
  }

  #take(site: string, login: string, now: Login | undefined): void {
    const known = this.#sites[site];
    if (known === undefined) return;
    if (login === DEFAULT_LOGIN) this.#sites[site] = { ...known, ...(now && { login: now }) };
    else {
      const { [login]: _, ...others } = known.logins ?? {};
      this.#sites[site] = { ...known, logins: { ...others, ...(now && { [login]: now }) } };
    }
  }

  async #close(): Promise<void> {
    await Promise.all(this.#open.map(({ session }) => session.logout()));
    await Promise.all([...this.#transports.values()].map((one) => one.close()));
    await this.#tokens.close();
  }
}

const loginsOf = (site: SiteConfig | undefined): string[] =>
  site === undefined ? [] : [DEFAULT_LOGIN, ...Object.keys(site.logins ?? {})];

const loginIn = (site: SiteConfig | undefined, login: string): Login | undefined =>
  login === DEFAULT_LOGIN ? site?.login : new Map(Object.entries(site?.logins ?? {})).get(login);

const namesOf = (changed: Changed[]): string[] =>
  changed.map(({ site, login }) => siteWithLogin(site, { [site]: login }));

const isSameWay = (one: SiteConfig, other: SiteConfig): boolean =>
  one.url === other.url &&
  revealed(one.tls) === revealed(other.tls) &&
  revealed(one.proxy) === revealed(other.proxy) &&
  revealed(one.extension) === revealed(other.extension);

/** One API token in the place of another: what was got with the one before stands, and a refusal of that does not. */
const isSameSource = (one: Login | undefined, other: Login | undefined): boolean =>
  one?.type === 'vcdApiToken' &&
  other?.type === 'vcdApiToken' &&
  revealed({ ...one, token: null }) === revealed({ ...other, token: null });
