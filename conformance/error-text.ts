import { answered, textAt } from './look.js';
import type { Reply } from './wire.js';

const LONGEST = 200;

/** What a refusal says; a login's answer never holds the password, but a proxy's page may hold anything. */
export function errorText(reply: Reply): string {
  const msg = textAt(reply.body, 'msg')?.slice(0, LONGEST);
  return msg === undefined || msg === '' ? answered(reply) : `${answered(reply)}: ${msg}`;
}
