#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { main } from './program.js';

// A reader that has seen enough (`drover list | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(EXIT.ok);
});

// Once nobody reads what it says (a pipe that closed), it still has to clear up.
process.stderr.on('error', () => {});

process.exit(await main(process.argv.slice(2), process.env));
