import { Agent, type Dispatcher, request } from 'undici';
import type { CheckTarget } from '../../plan/types.js';
import { type Finding, type Probe, reasonOf } from './probe.js';

/** The expected text must come within this much of a body: bytes. */
const MOST_BYTES = 2 ** 20;

/** Passes when the first answer has the status and its body the text. Redirects are answers like others. */
export const httpProbe =
  (target: Omit<Extract<CheckTarget, { type: 'http' }>, 'type'>): Probe =>
  async (signal) => {
    // Of its own for each attempt: a connection kept from before would prove nothing. The caller's time-out bounds it all.
    const agent = new Agent({
      connect: { rejectUnauthorized: target.verifyTls, timeout: 0 },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    try {
      const answer = await request(target.url, { dispatcher: agent, signal, headers: { 'user-agent': 'drover' } });
      // What is left of it when the agent goes is of no interest.
      answer.body.on('error', () => {});
      return await judged(answer, target);
    } catch (error) {
      return { ok: false, detail: reasonOf(error) };
    } finally {
      await agent.destroy();
    }
  };

async function judged(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  wanted: { status: number; body: string | null },
): Promise<Finding> {
  if (statusCode !== wanted.status) {
    const { location } = headers;
    const to = typeof location === 'string' ? ` to ${location.slice(0, 200)}` : '';
    return { ok: false, detail: `${statusCode}${to}, expected ${wanted.status}` };
  }
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
