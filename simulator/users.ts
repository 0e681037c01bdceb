import { ORGS } from './identity.js';
import { PROVIDER_ORG } from './operations/caller.js';

export interface UserOptions {
  /** password of every user that has none of its own below; default `drover-sim` */
  password?: string;
  /** Cloud Director users, `user@org` (providers: `user@system`) → password; added to the default ones */
  vcd?: Record<string, string>;
  /** appliance root's password */
  root?: string;
  /** API tokens → user; a token is good for the organisation of its user, `context` must name it */
  accessTokens?: Record<string, string>;
  /** Cloud Director session cookies → user */
  cookies?: Record<string, string>;
}

export interface User {
  name: string;
  org: string;
  provider: boolean;
}

/** Who may log in, the same at every site. */
export class Users {
  readonly #vcd: Map<string, string>;
  readonly #root: string;
  readonly #sso: Map<string, string>;
  readonly #tokens: Map<string, string>;
  readonly #cookies: Map<string, string>;

  constructor(options: UserOptions = {}) {
    const password = options.password ?? 'drover-sim';
    const vcd = ['administrator@system', ...ORGS.map((org) => `ops@${org}`)].map((user) => [user, password] as const);
    this.#vcd = new Map([...vcd, ...Object.entries(options.vcd ?? {})]);
    this.#root = options.root ?? password;
    this.#sso = new Map([['administrator@vsphere.local', password]]);
    this.#tokens = new Map(Object.entries({ 'sim-access-token': 'ops@acme', ...options.accessTokens }));
    this.#cookies = new Map(Object.entries({ 'sim-cookie': 'ops@acme', ...options.cookies }));
  }

  vcd(user: string, password: string): User | undefined {
    return this.#vcd.get(user) === password ? named(user) : undefined;
  }

  local(user: string, password: string): User | undefined {
    return user === 'root' && password === this.#root ? { name: 'root', org: PROVIDER_ORG, provider: true } : undefined;
  }

  sso(user: string, password: string): User | undefined {
    return this.#sso.get(user) === password ? { name: user, org: PROVIDER_ORG, provider: true } : undefined;
  }

  /** A SAML token is taken at its word: verifying signatures is none of the simulator's subjects. */
  saml(token: string): User | undefined {
    const signed = token.startsWith('<saml2:Assertion');
    return signed ? { name: 'administrator@vsphere.local', org: PROVIDER_ORG, provider: true } : undefined;
  }

  /** @param given user of a token that the site's Cloud Director has given */
  accessToken(token: string, context?: string, given?: string): User | undefined {
    return inOrg(given ?? this.#tokens.get(token), context);
  }

  cookie(cookie: string): User | undefined {
    return inOrg(this.#cookies.get(cookie), undefined);
  }

  /** A user of an organisation that trusts its peer (extension `multisite`). */
  multisite(user: User, org: string): User | undefined {
    return user.org.toLowerCase() === org.toLowerCase() ? user : undefined;
  }
}

function inOrg(name: string | undefined, context: string | undefined): User | undefined {
  if (name === undefined) return undefined;
  const user = named(name);
  return context === undefined || context.toLowerCase() === user.org.toLowerCase() ? user : undefined;
}

export function named(name: string): User {
  const org = name.slice(name.lastIndexOf('@') + 1);
  const provider = org.toLowerCase() === PROVIDER_ORG.toLowerCase();
  return { name, org: provider ? PROVIDER_ORG : org, provider };
}
