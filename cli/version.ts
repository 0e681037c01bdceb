import { existsSync, readFileSync } from 'node:fs';

/** The version in Drover's package.json, which stands above this file in the sources and in what is built. */
export function version(): string {
  for (const above of ['../package.json', '../../package.json']) {
    const file = new URL(above, import.meta.url);
    if (existsSync(file)) {
      const { name, version: found } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (name === 'drover' && found !== undefined) {
        return found;
      }
    }
  }
  return 'unknown';
}
