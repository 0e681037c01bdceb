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

/** Of a payload: bytes. Nothing that Drover sends is a tenth of it. */
const MOST_UNPACKED = 64 * 2 ** 20;

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

async function unpacked(payload: Payload): Promise<Payload | null> {
  const { data, metadata } = payload;
  const { [ENCODING]: encoding, [ORIGINAL_ENCODING]: original, ...rest } = metadata ?? {};
  if (!data || !original || !encoding || text.decode(encoding) !== GZIP) return payload;
  try {
    return {
      data: await decompress(data, { maxOutputLength: MOST_UNPACKED }),
      metadata: { ...rest, [ENCODING]: original },
    };
  } catch {
    return null;
  }
}

/** Whether it is something in which the SDK finds a value. */
function isReadable({ data, metadata }: Payload): boolean {
  const encoding = metadata?.[ENCODING];
  if (!encoding) return false;
  switch (text.decode(encoding)) {
    case 'binary/null':
      return true;
    case 'binary/plain':
      return data != null;
    case 'json/plain':
      return isJson(data);
    default:
      return false;
  }
}

function isJson(data: Uint8Array | null | undefined): boolean {
  try {
    JSON.parse(text.decode(data ?? undefined));
    return true;
  } catch {
    return false;
  }
}

/** `undefined`, as the SDK writes it: no message that anybody takes. */
const NOTHING: Payload = { metadata: { [ENCODING]: bytes.encode('binary/null') } };

/**
 * A workflow that is sent what cannot be read would fail the same task over it for ever, and a small payload may unpack to all of
 * a worker's memory: anybody with access to the namespace can send either. Such a one says nothing.
 */
async function decodePayload(payload: Payload): Promise<Payload> {
  const plain = await unpacked(payload);
  return plain !== null && isReadable(plain) ? plain : NOTHING;
}

/**
 * Compresses payloads above {@link COMPRESS_ABOVE}; payloads of other senders pass through unchanged, where there is a value in
 * them.
 */
export const gzipCodec: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(encodePayload)),
  decode: (payloads) => Promise.all(payloads.map(decodePayload)),
};

export const dataConverter: DataConverter = { payloadCodecs: [gzipCodec] };
