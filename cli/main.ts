#!/usr/bin/env node
import { setImmediate as turn } from 'node:timers/promises';
import { OutputLost } from './errors.js';
import { main, tellOutputLost } from './program.js';
import { Terminal } from './terminal.js';
import { drained } from './text/drained.js';
import { writeWholly } from './text/whole-writes.js';

const terminal = new Terminal();

let lost: OutputLost | null = null;

writeWholly(process.stdout);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`drover report RUN | head`) changes nothing of what the exit code says. A terminal that is
  // gone (EIO) does not either: what is under way still has to clear up.
  if (error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)) return;
  lost = new OutputLost(error);
});

// Once nobody reads what it says (a pipe that closed), it still has to clear up.
process.stderr.on('error', () => {});

// Read by Node at each connection, of Temporal's client as well.
if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.stderr.write(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are verified. Name the authority of a site by tls.ca, or pin ' +
      'its certificate by tls.fingerprint.\n',
  );
}

const code = await main(process.argv.slice(2), process.env);
await drained(process.stdout);
// An error of the last write is told by now.
await turn();
const deserved = lost === null ? code : tellOutputLost(lost);
await drained(process.stderr);
terminal.leave();
process.exit(deserved);
