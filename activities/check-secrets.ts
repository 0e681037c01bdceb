/** The secrets that checks and hooks are made with: drills and plans know their names alone, and the workers' config where each may go. */
import { BlockList, isIP } from 'node:net';
import type { Hook, NamedSecret } from '../plan/types.js';
import { KnownSecrets, type Scrub } from '../vcda/http/scrub.js';
import { finalFailure } from './failures.js';

/** Of a check or a hook. */
type Headers = Pick<Hook, 'headers'>;

/** What a check is made to, as far as it decides who gets a secret. */
export interface Destination {
  url: string;
  /** whether a site has named the host, or a part of it */
  isOfSite: boolean;
  verifyTls: boolean;
}

export class CheckSecrets {
  readonly #secrets: Readonly<Record<string, NamedSecret>>;
  readonly #known: KnownSecrets;

  readonly #ofSites: () => Scrub;

  /** @param ofSites takes all else out that the worker knows */
  constructor(secrets: Readonly<Record<string, NamedSecret>> = {}, ofSites: () => Scrub = () => (text) => text) {
    this.#secrets = secrets;
    this.#known = new KnownSecrets(Object.values(secrets).map(({ value }) => value));
    this.#ofSites = ofSites;
  }

  /** What takes every secret of the worker out of what a server or a program says. */
  scrubber(): Scrub {
    const [own, others] = [this.#known.scrubber({ by: null }), this.#ofSites()];
    return (text) => others(own(text));
  }

  /** @throws ApplicationFailure `UnknownSecret` when this worker's config has no such secret */
  reveal(name: string, site: string): string {
    const secret = this.#named(name);
    if (secret !== undefined) return secret.value.reveal();
    throw finalFailure({
      code: 'UnknownSecret',
      message: `the workers' config has no secret ${name} for checks; it has ${this.names.join(', ') || 'none'}.`,
      operation: null,
      taskId: null,
      site,
      advice: 'Add it under hooks.secrets and restart the workers, or use one of these in the drill.',
    });
  }

  /** Names of those that a request is made with. */
  namesIn({ headers = {} }: Headers): string[] {
    return Object.values(headers).flatMap((value) => (typeof value === 'string' ? [] : [value.secret]));
  }

  has(name: string): boolean {
    return this.#named(name) !== undefined;
  }

  get names(): string[] {
    return Object.keys(this.#secrets);
  }

  /** The headers of a check or hook with their values. @throws as {@link reveal} */
  headersOf({ headers = {} }: Headers, site: string): Record<string, string> {
    const entries = Object.entries(headers).map(
      ([name, value]) =>
        [name.toLowerCase(), typeof value === 'string' ? value : this.reveal(value.secret, site)] as const,
    );
    return Object.fromEntries(entries);
  }

  /** Why a secret of a check or hook must not go to where it is made; null: it may. */
  refusal(made: Headers, destination: Destination): string | null {
    for (const name of this.namesIn(made)) {
      const why = whyNot(this.#named(name)?.to ?? null, destination);
      if (why !== null) return `the secret ${name} is not sent: ${why}`;
    }
    return null;
  }

  #named(name: string): NamedSecret | undefined {
    return Object.hasOwn(this.#secrets, name) ? this.#secrets[name] : undefined;
  }
}

/** @param to hosts that the config names; null: none, and then a person's word and a certificate decide */
function whyNot(to: readonly string[] | null, { url, isOfSite, verifyTls }: Destination): string | null {
  if (!URL.canParse(url)) return 'its URL is none';
  const { protocol, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (to !== null) return to.some((pattern) => fits(host, pattern)) ? null : `it is not meant for ${host}`;
  if (host === 'localhost' || LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')) return null;
  if (isOfSite) return `a site has named the host ${host}`;
  if (protocol !== 'https:') return 'the URL is not https';
  return verifyTls ? null : 'the certificate is not verified';
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** @param pattern a host, `*.domain`, an address, or a network such as 10.20.0.0/16 */
function fits(host: string, pattern: string): boolean {
  const [network = '', bits] = pattern.split('/');
  const family = isIP(host);
  if (isIP(network) > 0) {
    if (family !== isIP(network)) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(bits ?? (family === 6 ? 128 : 32)), family === 6 ? 'ipv6' : 'ipv4');
    return list.check(host, family === 6 ? 'ipv6' : 'ipv4');
  }
  if (family > 0) return false;
  const [name, wanted] = [host.toLowerCase(), pattern.toLowerCase()];
  return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
}
