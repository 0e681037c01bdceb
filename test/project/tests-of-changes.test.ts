import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm run dev` and `npm run verify:quick` run. */
describe('the tests of what changed', () => {
  it('are found by the modules in between', async () => {
    const listed = await execa({
      cwd: ROOT,
      preferLocal: true,
    })`jest --listTests --findRelatedTests vcda/http/scrub.ts`;
    expect(listed.stdout).toMatch(/\/test\/vcda\/secrets\.test\.ts$/m);
    expect(listed.stdout).toMatch(/\/test\/workflows\/vm\/migration\.test\.ts$/m);
    expect(listed.stdout).not.toMatch(/\/test\/contract\/words\.test\.ts$/m);
  });
});
