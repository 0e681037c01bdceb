/** Why a worker would not send a hook: where it goes, and the secrets that it is made with. */
import type { HookRefusal } from '../contract/hooks.js';
import { isAllowed } from '../plan/hook-url.js';
import { shownUrl } from '../plan/shown-url.js';
import type { Hook, HookEvent, Hooks } from '../plan/types.js';
import type { CheckSecrets } from './check-secrets.js';

export class HookRefusals {
  readonly #allow: readonly string[];
  readonly #secrets: CheckSecrets;

  /** @param allow URLs of the worker's config */
  constructor(allow: readonly string[], secrets: CheckSecrets) {
    this.#allow = allow;
    this.#secrets = secrets;
  }

  /** null: it is sent */
  of(event: HookEvent, hook: Hook): HookRefusal | null {
    const { rule, url } = hook;
    const is = (code: HookRefusal['code'], message: string, advice: string) => ({ event, rule, code, message, advice });
    if (!isAllowed(url, this.#allow)) {
      const message = `hook ${event} is not sent: the workers' config does not allow ${shownUrl(url)}.`;
      return is(
        'HookNotAllowed',
        message,
        'Add it, or what it is below, to hooks.allow there and restart the workers.',
      );
    }
    const unknown = this.#secrets.namesIn(hook).find((name) => !this.#secrets.has(name));
    if (unknown !== undefined) {
      const known = this.#secrets.names.join(', ') || 'none';
      const message = `hook ${event} is not sent: the workers' config has no secret ${unknown}; it has ${known}.`;
      return is(
        'UnknownSecret',
        message,
        'Add it under hooks.secrets there and restart the workers, or name one of these.',
      );
    }
    const why = this.#secrets.refusal(hook, { url, isOfSite: false, verifyTls: true });
    if (why === null) return null;
    const advice = "Say under hooks.secrets of the workers' config that it may go there (to).";
    return is('SecretNotSent', `hook ${event} is not sent: ${why}.`, advice);
  }

  /** Of all hooks of a plan. */
  among(hooks: Hooks): HookRefusal[] {
    return Object.entries(hooks).flatMap(([event, hook]) => this.of(event as HookEvent, hook) ?? []);
  }
}
