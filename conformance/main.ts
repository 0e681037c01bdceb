import { visibleLines } from '../plan/source/visible.js';
import { conformance } from './command.js';

// A reader that has seen enough (`… | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await conformance(process.argv.slice(2), process.env, {
  out: (text) => process.stdout.write(visibleLines(text)),
  err: (text) => process.stderr.write(visibleLines(text)),
});
