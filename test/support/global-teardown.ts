/** Ends the dev server that global-setup.ts started; should jest die before, the server's guard does. */
import type { DevServer } from '../../temporal/dev-server.js';

const shared: { droverTestTemporal?: DevServer } & typeof globalThis = globalThis;

export default async function tearDown(): Promise<void> {
  await shared.droverTestTemporal?.stop();
}
