/** Whose turn it is to send the login of a site, and which was refused. Pure; every change is idempotent. */
import type { CarriedLogins, LoginMemory, LoginTurnOver, RefusedLogin } from '../../contract/login-turn.js';

/** A worker that was killed with the turn keeps the others waiting for so long: ms. */
export const LONGEST_TURN = 20_000;
/** Logins of a site that are remembered as refused: it has a few. */
const MOST_REFUSED = 16;

export class SiteLogins {
  #salt: string | null;
  #refused: RefusedLogin[];
  #turn: CarriedLogins['turn'];

  constructor({ salt, refused, turn }: CarriedLogins = { salt: null, refused: [], turn: null }) {
    this.#salt = salt;
    this.#refused = refused;
    this.#turn = turn;
  }

  get carried(): CarriedLogins {
    return { ...this.memory, turn: this.#turn };
  }

  get memory(): LoginMemory {
    return { salt: this.#salt, refused: [...this.#refused] };
  }

  get isFree(): boolean {
    return this.#turn === null;
  }

  /** ms until another's turn is over at the latest; 0: it is theirs now. `now`: epoch ms */
  take(by: string, now: number): number {
    const turn = this.#turn;
    if (turn !== null && turn.by !== by && turn.until > now) return turn.until - now;
    this.#turn = { by, until: now + LONGEST_TURN };
    return 0;
  }

  over({ by, outcome }: LoginTurnOver): void {
    if (this.#turn?.by === by) this.#turn = null;
    if (outcome === null) return;
    const { salt, mark, refused } = outcome;
    if (refused !== null) this.#salt ??= salt;
    // Marks of another salt, which one without a turn may have made, say nothing.
    if (this.#salt !== salt) return;
    const others = this.#refused.filter((one) => one.mark !== mark);
    this.#refused = [...others, ...(refused === null ? [] : [refused])].slice(-MOST_REFUSED);
  }
}
