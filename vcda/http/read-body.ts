/** The text of an answer, up to a limit: a site gone wrong must not fill the worker's memory. */

/** Far above a page of 100 replications, about half a megabyte. */
export const MOST_BYTES = 32 * 2 ** 20;

/** null: the body is larger than `most` bytes, and was not read to its end */
export async function readText(response: Response, most = MOST_BYTES): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream and with it the connection.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > most) return null;
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}
