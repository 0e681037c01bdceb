/**
 * Makes the pictures of the report that the README shows: plays the demo, and has a browser look at its evidence, in light and
 * in dark. Not run in CI, which has no browser.
 *
 *   npm run docs:pictures            # CHROMIUM=/path/to/chrome names another browser than chromium
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPORT_FORMATS } from '../../dist/cli/report/index.js';

const root = join(import.meta.dirname, '../..');
const pictures = join(root, 'docs/pictures');
const VMS = 24;
/** pixels */
const SIZE = '1240,1560';
/** as Chromium numbers them */
const SCHEMES = { dark: 0, light: 1 };

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'drover-pictures-'));
try {
  const args = [join(root, 'dist/cli/main.js'), 'demo', '--vms', String(VMS), '--json', '--quiet'];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  const page = join(folder, 'report.html');
  writeFileSync(page, [...REPORT_FORMATS.html(JSON.parse(stdout).report)].join(''));
  mkdirSync(pictures, { recursive: true });
  for (const [scheme, number] of Object.entries(SCHEMES)) {
    await run(process.env.CHROMIUM ?? 'chromium', [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--blink-settings=preferredColorScheme=${number}`,
      `--window-size=${SIZE}`,
      `--screenshot=${join(pictures, `report-${scheme}.png`)}`,
      `file://${page}`,
    ]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
