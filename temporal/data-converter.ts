/**
 * The one data converter of client and worker. Temporal refuses a payload above 2 MB; the plan of a run and the state it
 * carries over a continue-as-new grow with the number of VMs (about 1 KB each) and compress about tenfold, so large
 * payloads travel gzipped. Small ones stay readable in Temporal's UI.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';

/** bytes above which a payload is compressed */
export const COMPRESS_ABOVE = 16 * 1024;

const ENCODING = 'encoding';
const GZIP = 'binary/gzip';
/** where a compressed payload keeps the encoding it had, so that decoding gives back what was encoded */
const ORIGINAL_ENCODING = 'drover-original-encoding';

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const text = new TextDecoder();
const bytes = new TextEncoder();

async function encodePayload(payload: Payload): Promise<Payload> {
  const { data, metadata } = payload;
  const encoding = metadata?.[ENCODING];
  if (!data || data.length <= COMPRESS_ABOVE || !encoding) return payload;
  const packed = await compress(data);
  if (packed.length >= data.length) return payload;
  return { data: packed, metadata: { ...metadata, [ENCODING]: bytes.encode(GZIP), [ORIGINAL_ENCODING]: encoding } };
}

async function decodePayload(payload: Payload): Promise<Payload> {
  const { data, metadata } = payload;
  const { [ENCODING]: encoding, [ORIGINAL_ENCODING]: original, ...rest } = metadata ?? {};
  if (!data || !original || !encoding || text.decode(encoding) !== GZIP) return payload;
  return { data: await decompress(data), metadata: { ...rest, [ENCODING]: original } };
}

/** Compresses payloads above {@link COMPRESS_ABOVE}; payloads of other senders pass through unchanged. */
export const gzipCodec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(encodePayload)),
  decode: (payloads) => Promise.all(payloads.map(decodePayload)),
};

export const dataConverter: DataConverter = { payloadCodecs: [gzipCodec] };
