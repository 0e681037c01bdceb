/** What this worker has measured of the clocks of sites, for VMs for which nothing was sent yet. */
import { type ClockOffset, narrowed } from '../contract/site-clock.js';

export class SiteClocks {
  readonly #offsets = new Map<string, ClockOffset>();

  /** @param seen null: the site gave no time that can be one */
  note(site: string, seen: ClockOffset | null): void {
    const known = narrowed(this.of(site), seen);
    if (known !== null) this.#offsets.set(site, known);
  }

  /** null: nothing was measured */
  of(site: string): ClockOffset | null {
    return this.#offsets.get(site) ?? null;
  }
}
