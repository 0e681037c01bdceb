/** Ends what global-setup.js began; should Jest die before, the dev server's guard ends that. */
import { rmSync } from 'node:fs';

export default async function tearDown() {
  await globalThis.droverTestTemporal?.stop();
  rmSync(process.env.DROVER_TEST_FOLDER, { recursive: true, force: true });
}
