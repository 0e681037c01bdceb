import { ASK_SITES, type SiteAnswer, type SiteQuestion } from '../contract/site-questions.js';
import type { Logins } from '../plan/types.js';
import type { Session } from './session.js';
import { askWorker } from './short-workflow.js';

/** ms for a worker to ask two large sites; each call has its own, shorter limits */
const ANSWERED_WITHIN = 15 * 60_000;

/**
 * Has a worker ask sites, each with its own login. That a worker listens was seen before.
 * @param what the worker does, for messages: `check the plan`
 * @param undone what was not done if nobody does it, as a sentence
 * @param logins by which they are asked
 * @throws NoWorker
 */
export const askSites = (
  session: Session,
  question: SiteQuestion,
  what: string,
  undone: string,
  logins: Logins = {},
): Promise<SiteAnswer> =>
  askWorker<SiteAnswer>(session, {
    type: ASK_SITES,
    prefix: `ask-sites`,
    input: question,
    logins,
    within: ANSWERED_WITHIN,
    undone,
    what,
  });
