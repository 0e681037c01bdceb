/** A file, or a device, that is written to its last byte: Node takes a write that its disk has cut for a whole one. */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** @param stream of a descriptor of this process; pipes and terminals are left as they are, they say what they have not taken */
export function writeWholly(stream: Writable & { fd: number }): void {
  if (stream instanceof Socket) return;
  stream._write = (chunk: Buffer | string, encoding, done) => {
    try {
      writeAll(stream.fd, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
}

/** @throws Error of the file system: what stands there then is not whole */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
