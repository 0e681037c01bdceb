/**
 * A wrong password counts at the site for each process that sends it, and five lock an account: so all processes send a
 * site's login in turn, and tell each other what was refused. Who keeps that is for whoever has several processes.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { VcdaError } from '../errors/errors.js';
import { type PeerLogin, revealed } from './login.js';
import type { Asked } from './refusals.js';
import type { Answer, Call, Transport } from './transport.js';

/** A login that was refused: which, when it was sent and after which `resume` (epoch ms), and what the site said. */
export interface RefusedBefore extends Asked {
  /** see {@link markOf} */
  mark: number;
  status: number | null;
  detail: string;
}

/** What a login that was sent has come to. */
export interface LoginOutcome {
  /** with which the marks of the site are made, always the same for one site */
  salt: string;
  mark: number;
  /** null: it was accepted */
  refused: RefusedBefore | null;
}

/** No other process sends the site's login until it ends. */
export interface LoginTurn {
  /** null: nothing was refused yet */
  salt: string | null;
  refused: readonly RefusedBefore[];
  /** @param outcome null: nothing was sent, or nothing is known of it */
  end(outcome: LoginOutcome | null): Promise<void>;
}

export interface LoginTurns {
  /** @param site whose login it is; never rejects, since what cannot be asked must not keep anybody out */
  begin(site: string): Promise<LoginTurn>;
  /** another login of the site has come */
  renewed(site: string): void;
  /** a login of the site was refused, now or before */
  refused(site: string): void;
}

/** A login that is about to be sent. */
export interface Sending {
  site: string;
  login: PeerLogin;
  asked: Asked;
  isRefusal(error: VcdaError): boolean;
  /** whether no other has come in its place */
  isCurrent(): boolean;
  /** the error for one that was refused, and is not sent */
  refusedBefore(before: RefusedBefore): VcdaError;
}

/** Another login has come while this one waited for its turn: it was not sent. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** No answer of the site's, so that it says nothing of whether that is there. */
class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** Characters of what a site said, since its workflow keeps it. */
const LONGEST_DETAIL = 500;

/** A turn that was begun so long ago may be over before the login has left: ms. Others wait 20 seconds for it at most. */
const TURN_HOLDS = 10_000;

/** Tokens lock no account. */
export const needsTurn = (login: PeerLogin): boolean => 'password' in login;

/** @throws VcdaError as the transport does, or as {@link Sending.refusedBefore} says @throws Superseded */
export async function sentInTurn(
  turns: LoginTurns,
  transport: Pick<Transport, 'send'>,
  call: Call,
  { site, login, asked, isRefusal, isCurrent, refusedBefore }: Sending,
): Promise<Answer> {
  let turn: LoginTurn | null = null;
  let begun = 0;
  let salt = '';
  let mark = 0;
  /** Only once it is certain that it will be sent: a site that is away costs no turns. */
  async function beforeSend(): Promise<void> {
    // Asked once more, where it took so long that others have left, it would wait for the end of its own.
    if (turn === null || performance.now() - begun >= TURN_HOLDS) {
      await turn?.end(null);
      turn = await turns.begin(site);
      begun = performance.now();
    }
    if (!isCurrent()) throw new NotSent('', { cause: new Superseded() });
    salt = turn.salt ?? randomBytes(16).toString('hex');
    mark = markOf(login, salt);
    const before = turn.refused.find((one) => one.mark === mark);
    if (before === undefined || (asked.after > before.at && asked.after > before.after)) return;
    turns.refused(site);
    throw new NotSent('', { cause: refusedBefore(before) });
  }
  const over = async (outcome: LoginOutcome | null) => (turn as LoginTurn | null)?.end(outcome);
  try {
    const answer = await transport.send({ ...call, beforeSend });
    void over({ salt, mark, refused: null });
    return answer;
  } catch (error) {
    const isRefused = error instanceof VcdaError && isRefusal(error);
    if (isRefused) {
      const { status, detail } = error;
      await over({ salt, mark, refused: { ...asked, mark, status, detail: detail.slice(0, LONGEST_DETAIL) } });
      turns.refused(site);
    } else void over(null);
    throw error instanceof NotSent ? error.cause : error;
  }
}

/**
 * Tells 255 of 256 other logins apart: a number from 0 to 255, and no more, since it is kept where a password must not be.
 * Two that look alike cost a `resume`. One salt a site, or each refusal would tell another eight bits of the same password.
 */
export function markOf(login: PeerLogin, salt: string): number {
  return createHmac('sha256', salt).update(revealed(login)).digest()[0] ?? 0;
}
