/** One hook, sent once. */
import { stripVTControlCharacters } from 'node:util';
import type { Dispatcher } from 'undici';
import { visible } from '../../plan/source/visible.js';
import { type Scrub, startScrubbed } from '../../vcda/http/scrub.js';
import { exchange, type Sent, statusOf } from './exchange.js';
import type { Finding, Probe } from './probe.js';

/** What is read of an answer that refuses: bytes; enough for what is scrubbed to be whole. */
const MOST_READ = 300_000;
/** What is told of it: characters. */
const MOST_TOLD = 200;

/**
 * Passes with a status of 200 to 299, whatever is in the answer.
 * @param answered is told each status
 */
export const hookProbe = (sent: Omit<Sent, 'verifyTls'>, scrub: Scrub, answered: (status: number) => void): Probe =>
  exchange({ ...sent, verifyTls: true }, async (answer) => {
    answered(answer.statusCode);
    return judged(answer, scrub);
  });

async function judged(answer: Dispatcher.ResponseData, scrub: Scrub): Promise<Finding> {
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) return { ok: true, detail: String(statusCode) };
  const said = await beginningOf(answer.body, scrub).catch(() => '');
  const follows = statusCode >= 300 && statusCode < 400 ? ', which is not followed' : '';
  return { ok: false, detail: `${statusOf(answer, scrub)}${follows}${said === '' ? '' : `: ${said}`}` };
}

async function beginningOf(body: AsyncIterable<Uint8Array>, scrub: Scrub): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (bytes > MOST_READ) break;
  }
  const known = scrub(stripVTControlCharacters(startScrubbed(text, scrub)));
  const line = visible(known.replaceAll(/\s+/g, ' ').trim());
  return line.length > MOST_TOLD ? `${line.slice(0, MOST_TOLD)} …` : line;
}
