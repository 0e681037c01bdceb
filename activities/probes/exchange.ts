import { Agent, type Dispatcher, request } from 'undici';
import { shownUrl } from '../../plan/shown-url.js';
import type { Scrub } from '../../vcda/http/scrub.js';
import { type Finding, type Probe, reasonOf } from './probe.js';

export interface Sent {
  url: string;
  /** default: GET */
  method?: Dispatcher.HttpMethod;
  headers: Record<string, string>;
  /** default: none */
  body?: string;
  verifyTls: boolean;
}

/** One request, and what is made of its answer. Redirects are answers like others: nothing is sent where they lead. */
export const exchange =
  (
    { url, method = 'GET', headers, body, verifyTls }: Sent,
    judge: (answer: Dispatcher.ResponseData) => Promise<Finding>,
  ): Probe =>
  async (signal) => {
    // Of its own for each attempt: a connection kept from before would prove nothing. The caller's time-out bounds it all.
    const agent = new Agent({
      connect: { rejectUnauthorized: verifyTls, timeout: 0 },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    try {
      const answer = await request(url, {
        dispatcher: agent,
        signal,
        method,
        headers: { 'user-agent': 'drover', ...headers },
        ...(body === undefined ? {} : { body }),
      });
      // What is left of it when the agent goes is of no interest.
      answer.body.on('error', () => {});
      return await judge(answer);
    } catch (error) {
      return { ok: false, detail: reasonOf(error) };
    } finally {
      await agent.destroy();
    }
  };

/** The status, and where it would lead: without what must not be seen. */
export function statusOf({ statusCode, headers }: Dispatcher.ResponseData, scrub: Scrub): string {
  const { location } = headers;
  const to = typeof location === 'string' ? ` to ${scrub(shownUrl(scrub(location))).slice(0, 200)}` : '';
  return `${statusCode}${to}`;
}
