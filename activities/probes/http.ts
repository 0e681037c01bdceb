import type { Dispatcher } from 'undici';
import type { CheckTarget } from '../../plan/types.js';
import type { Scrub } from '../../vcda/http/scrub.js';
import { exchange, statusOf } from './exchange.js';
import type { Finding, Probe } from './probe.js';

/** The expected text must come within this much of a body: bytes. */
const MOST_BYTES = 2 ** 20;

/** Passes when the first answer has the status and its body the text. Redirects are answers like others. */
export const httpProbe = (
  target: Omit<Extract<CheckTarget, { type: 'http' }>, 'type' | 'headers'>,
  headers: Record<string, string>,
  scrub: Scrub,
): Probe =>
  exchange({ url: target.url, headers, verifyTls: target.verifyTls }, (answer) => judged(answer, target, scrub));

async function judged(
  answer: Dispatcher.ResponseData,
  wanted: { status: number; body: string | null },
  scrub: Scrub,
): Promise<Finding> {
  const { statusCode, body } = answer;
  if (statusCode !== wanted.status)
    return { ok: false, detail: `${statusOf(answer, scrub)}, expected ${wanted.status}` };
  if (wanted.body === null) return { ok: true, detail: `${statusCode}` };
  const has = await contains(body, wanted.body);
  return { ok: has, detail: `${statusCode}, ${has ? 'with' : 'without'} '${wanted.body}' in its body` };
}

async function contains(body: AsyncIterable<Uint8Array>, part: string): Promise<boolean> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(part)) return true;
    if (bytes > MOST_BYTES) return false;
  }
  return (text + decoder.decode()).includes(part);
}
