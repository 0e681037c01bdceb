#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { main } from './program.js';
import { Terminal } from './terminal.js';
import { drained } from './text/drained.js';

const terminal = new Terminal();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`drover list | head`) is no error.
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  // The terminal is gone: what is under way still has to clear up.
  if (error.code !== 'EIO') throw error;
});

// Once nobody reads what it says (a pipe that closed), it still has to clear up.
process.stderr.on('error', () => {});

const code = await main(process.argv.slice(2), process.env);
await Promise.all([drained(process.stdout), drained(process.stderr)]);
terminal.leave();
process.exit(code);
