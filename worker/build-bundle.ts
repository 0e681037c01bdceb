/** `node dist/worker/build-bundle.js`: the last step of `npm run build`. */
import { writeFile } from 'node:fs/promises';
import { makeWorkflowBundle, PREBUILT } from './bundle.js';

const { code } = await makeWorkflowBundle();
await writeFile(PREBUILT, code);
process.stderr.write(`${PREBUILT}: ${Math.round(code.length / 1024)} KB\n`);
