// Stops `npm publish` while package.json names no place where people can read the sources and report problems:
// `.example` is reserved (RFC 2606), so that nobody else's address stands there until the project has its own.
import { readFileSync } from 'node:fs';

const { homepage, bugs, repository } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const placeholders = [homepage, bugs?.url, repository?.url].filter(
  (url) => !url || new URL(url).hostname.endsWith('.example'),
);
if (placeholders.length > 0) {
  process.stderr.write(
    'package.json: homepage, bugs and repository are placeholders. Put the real addresses there first.\n',
  );
  process.exit(1);
}
