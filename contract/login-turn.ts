/**
 * Workers send the login of a site in turn, which its workflow keeps, and tell it what was refused: accounts lock at five wrong
 * passwords, whoever sends them. Plain JSON; times are epoch ms.
 */

/** A login that a site has refused; which one, a worker that has it can tell by its mark, and nobody else. */
export interface RefusedLogin {
  /** 0 to 255 */
  mark: number;
  /** when it was sent, and the newest `resume` that its worker knew by then */
  at: number;
  after: number;
  status: number | null;
  /** what the site said, without secrets */
  detail: string;
}

/** What is known of a site's logins. */
export interface LoginMemory {
  /** with which all marks of the site are made; null: none yet */
  salt: string | null;
  refused: RefusedLogin[];
}

/** Asks for the turn: it begins when the one before has ended, or lasts too long. */
export interface LoginTurnAsked {
  /** unique among all turns */
  by: string;
}

/** The end of a turn. */
export interface LoginTurnOver extends LoginTurnAsked {
  /** null: nothing was sent, or nothing is known of it */
  outcome: { salt: string; mark: number /** null: it was accepted */; refused: RefusedLogin | null } | null;
}

/** What a site's workflow hands over to the next. */
export interface CarriedLogins extends LoginMemory {
  turn: { by: string; until: number } | null;
}
