/** A site of the config as a target: reading only. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Config, SiteConfig } from '../plan/types.js';
import { type ExtendBody, extendBody, loginBody } from '../vcda/http/login.js';
import type { Target } from './target.js';
import { Wire } from './wire.js';

/** The first other site of the config is where the session is extended to; it must go by the name that sites have. */
export function siteTarget(config: Config, site: SiteConfig): Target {
  if (site.login === undefined) throw new Error(`the config has no login for ${site.name}`);
  if (site.login.type === 'vcdApiToken')
    throw new Error(`an API token is nothing that ${site.name} takes: give it a login of type vcdAccessToken for this`);
  const others = Object.values(config.sites).filter(({ name }) => name !== site.name);
  const extensions = others.flatMap(({ name, login }): ExtendBody[] => {
    const body = login === undefined || login.type === 'vcdApiToken' ? null : extendBody(name, login);
    return body === null ? [] : [body];
  });
  const { requestsPerSecond } = site.limits;
  const here = new Wire({ ...site, readOnly: true, requestsPerSecond });
  return {
    mode: 'read',
    here,
    login: loginBody(site.login),
    logins: [],
    provider: null,
    extensions,
    pass: (ms) => wait(ms),
    provoke: null,
    addRecoveryPlan: null,
    withoutLicense: null,
    close: () => here.close(),
  };
}
