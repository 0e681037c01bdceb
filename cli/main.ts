#!/usr/bin/env node
import { main } from './program.js';
import { Terminal } from './terminal.js';
import { drained } from './text/drained.js';

const terminal = new Terminal();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`drover report RUN | head`) changes nothing of what the exit code says. A terminal that is
  // gone (EIO) does not either: what is under way still has to clear up.
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
});

// Once nobody reads what it says (a pipe that closed), it still has to clear up.
process.stderr.on('error', () => {});

const code = await main(process.argv.slice(2), process.env);
await Promise.all([drained(process.stdout), drained(process.stderr)]);
terminal.leave();
process.exit(code);
